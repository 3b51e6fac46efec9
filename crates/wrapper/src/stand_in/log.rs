//! The stand-in's own log: what it received and what it sent, one JSON object a line.
//!
//! It is there for tests, which hold a recording against it, and what came
//! through the proxy against what came without. Bodies are kept as text and
//! whole; of credentials in headers the length alone.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result};
use capture::private_file;
use hyper::Request;
use serde::Serialize;

/// Where entries go.
#[derive(Debug, Clone, Default)]
pub(super) struct Log {
    file: Option<Arc<Mutex<File>>>,
}

/// One request and its answer; on a WebSocket one message of the agent and the messages that answer it.
///
/// It is written when it is dropped, however far the answer got.
#[derive(Debug, Serialize)]
pub(super) struct LogEntry {
    /// The host that was asked.
    pub(super) host: String,
    /// The method; `GET` for a message on a WebSocket.
    pub(super) method: String,
    /// The path with its query.
    pub(super) path: String,
    /// `http`, or `websocket` for a message on one.
    pub(super) transport: &'static str,
    /// `HTTP/1.1` or `HTTP/2.0`; empty for a message on a WebSocket.
    pub(super) http_version: String,
    /// In the order in which they came; empty for a message on a WebSocket.
    pub(super) headers: Vec<(String, String)>,
    /// The ClientHello of the connection, in words; empty without TLS and for a message on a WebSocket.
    pub(super) hello: String,
    /// What was received, its content-encoding undone.
    pub(super) received: String,
    /// The status of the answer; 101 for a message on a WebSocket.
    pub(super) status: u16,
    /// What was sent: each event of a stream, each message, or the one body.
    pub(super) sent: Vec<String>,
    #[serde(skip)]
    log: Log,
}

impl Log {
    /// Appends to `path`, which only its owner may read; without a path nothing is logged.
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

    /// Begins an entry.
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
    /// Notes how a request was put.
    pub(super) fn note_head<B>(&mut self, request: &Request<B>, hello: &str) {
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

/// Headers whose value opens something.
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
