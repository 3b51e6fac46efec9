//! The stand-in's log: what it received and what it sent, one JSON object a line.
//!
//! Tests compare recordings with it, and traffic through the proxy with
//! traffic past it. Bodies are kept whole, as text; of credentials in headers,
//! only the length.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result};
use capture::private_file;
use hyper::Request;
use serde::Serialize;

/// The file, if any, and its lock.
#[derive(Debug, Clone, Default)]
pub(super) struct Log {
    file: Option<Arc<Mutex<File>>>,
}

/// One request and its answer; on a WebSocket, one message and the messages that answer it.
///
/// Written when dropped, however far the answer got.
#[derive(Debug, Serialize)]
pub(super) struct LogEntry {
    /// The requested host.
    pub(super) host: String,
    /// The method; `GET` for a message on a WebSocket.
    pub(super) method: String,
    /// The path with its query.
    pub(super) path: String,
    /// `http`, or `websocket` for a message on one.
    pub(super) transport: &'static str,
    /// `HTTP/1.1` or `HTTP/2.0`; empty for a message on a WebSocket.
    pub(super) http_version: String,
    /// In order of arrival; empty for a message on a WebSocket.
    pub(super) headers: Vec<(String, String)>,
    /// The connection's ClientHello, as text; empty without TLS and for a message on a WebSocket.
    pub(super) hello: String,
    /// The body, with its content-encoding undone.
    pub(super) received: String,
    /// The status of the answer; 101 for a message on a WebSocket.
    pub(super) status: u16,
    /// Each event, each message, or the one body.
    pub(super) sent: Vec<String>,
    #[serde(skip)]
    log: Log,
}

impl Log {
    /// Appends to `path`, readable by its owner alone; without a path, logs nothing.
    ///
    /// # Errors
    ///
    /// When the file cannot be opened.
    pub(super) fn open(path: Option<&Path>) -> Result<Self> {
        let Some(path) = path else {
            return Ok(Self::default());
        };
        let file = private_file::append_to(path)
            .with_context(|| format!("cannot write the stand-in's log to {}", path.display()))?;
        Ok(Self {
            file: Some(Arc::new(Mutex::new(file))),
        })
    }

    /// Starts an entry.
    pub(super) fn entry(&self, host: &str, method: &str, path: &str) -> LogEntry {
        LogEntry {
            host: host.to_owned(),
            method: method.to_owned(),
            path: path.to_owned(),
            transport: "http",
            http_version: String::new(),
            headers: Vec::new(),
            hello: String::new(),
            received: String::new(),
            status: 0,
            sent: Vec::new(),
            log: self.clone(),
        }
    }

    fn write(&self, entry: &LogEntry) -> Result<()> {
        let Some(file) = &self.file else {
            return Ok(());
        };
        let mut line = serde_json::to_vec(entry)?;
        line.push(b'\n');
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(&line)?;
        Ok(())
    }
}

impl LogEntry {
    /// Notes a request's head.
    pub(super) fn set_head<B>(&mut self, request: &Request<B>, hello: &str) {
        self.http_version = format!("{:?}", request.version());
        let noted = request.headers().iter().map(|(name, value)| {
            let value = match CREDENTIALS.contains(&name.as_str()) {
                true => format!("<{} bytes>", value.len()),
                false => String::from_utf8_lossy(value.as_bytes()).into_owned(),
            };
            (name.as_str().to_owned(), value)
        });
        self.headers = noted.collect();
        self.hello = hello.to_owned();
    }
}

/// Headers that carry credentials.
const CREDENTIALS: &[&str] = &[
    "authorization",
    "chatgpt-account-id",
    "cookie",
    "mcp-session-id",
    "statsig-api-key",
    "x-api-key",
    "x-goog-api-key",
];

impl Drop for LogEntry {
    fn drop(&mut self) {
        if let Err(error) = self.log.write(self) {
            tracing::warn!("the stand-in's log lacks an entry: {error:#}");
        }
    }
}
