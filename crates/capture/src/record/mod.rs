//! The record: one line of a recording.
//!
//! A recording is a file of JSON lines: a [`Session`], then [`Exchange`] and
//! [`Connection`] lines as they end, then one [`End`]. Each line begins with
//! `kind` and `format`. There is no I/O and no clock in here.
//!
//! `docs/record-format.md` describes every field for readers in other
//! languages, and `docs/record.schema.json` is the same as a JSON Schema.

mod body;
mod connection;
mod exchange;
mod names;
mod session;
mod timestamp;

pub use body::{Body, Event};
pub use connection::{Connection, Disposition, Process, State, Tls, Unread, WebSocketCounts};
pub use exchange::{
    Delay, Exchange, Header, Informational, Outcome, OutcomeState, Request, Response, Transport,
};
pub use session::{Dispositions, End, Limits, Secrets, Session};
/// The text of a header, a method or a version; up to 23 bytes are stored without an allocation.
pub use smol_str::SmolStr;
pub use timestamp::Timestamp;

use std::borrow::Cow;
use std::io::Write;

use serde::{Deserialize, Serialize};

/// The version of the format that this crate writes, and the newest that it reads.
///
/// New fields have a default and do not raise it; a changed meaning does.
pub const FORMAT: u32 = 1;

/// One line of a recording.
#[derive(Debug, Clone)]
pub enum Record {
    /// The first line: who recorded what, with which limits.
    Session(Session),
    /// One request and its answer.
    Exchange(Box<Exchange>),
    /// One TCP connection of the agent, read or not.
    Connection(Box<Connection>),
    /// The last line: counts. Absent after a crash.
    End(End),
}

impl Record {
    /// The value of `kind` on the line.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Session(_) => "session",
            Self::Exchange(_) => "exchange",
            Self::Connection(_) => "connection",
            Self::End(_) => "end",
        }
    }

    /// Writes the record as JSON without a line end. It writes small pieces, so `line` should be buffered.
    ///
    /// # Errors
    ///
    /// When `line` reports one; `serde_json` refuses no record that this crate makes.
    pub fn write_json(&self, line: impl Write) -> Result<(), serde_json::Error> {
        let kind = self.kind();
        match self {
            Self::Session(body) => serde_json::to_writer(line, &Line::new(kind, body)),
            Self::Exchange(body) => serde_json::to_writer(line, &Line::new(kind, body)),
            Self::Connection(body) => serde_json::to_writer(line, &Line::new(kind, body)),
            Self::End(body) => serde_json::to_writer(line, &Line::new(kind, body)),
        }
    }

    /// Whether a line begins as [`Record::write_json`] begins an exchange of this format. Then
    /// its `kind` and `format` need not be parsed.
    pub fn begins_as_exchange(line: &[u8]) -> bool {
        line.starts_with(EXCHANGE_HEAD)
    }

    /// Reads one line of a recording; white space at its end is allowed.
    ///
    /// # Errors
    ///
    /// [`LineError::Format`] for a newer format than [`FORMAT`],
    /// [`LineError::Foreign`] for JSON that is not a line of ours, and
    /// [`LineError::Json`] for a line that is cut or damaged.
    pub fn from_json(line: &[u8]) -> Result<Self, LineError> {
        // Parsing the head as JSON would read the line to its end.
        let kind = match HEADS.iter().find(|(_, head)| line.starts_with(head)) {
            Some((kind, _)) => Cow::Borrowed(*kind),
            None => Cow::Owned(kind_of(line)?),
        };
        match &*kind {
            "session" => serde_json::from_slice(line).map(Self::Session),
            "exchange" => serde_json::from_slice(line).map(Self::Exchange),
            "connection" => serde_json::from_slice(line).map(Self::Connection),
            "end" => serde_json::from_slice(line).map(Self::End),
            _ => return Err(LineError::Foreign),
        }
        .map_err(LineError::Json)
    }
}

/// The kind of a line, in a format that we know.
fn kind_of(line: &[u8]) -> Result<String, LineError> {
    let head: LineHead = serde_json::from_slice(line).map_err(LineError::Json)?;
    let (Some(kind), Some(format)) = (head.kind, head.format) else {
        return Err(LineError::Foreign);
    };
    if format > FORMAT {
        return Err(LineError::Format { found: format });
    }
    Ok(kind)
}

/// Why a line is not a [`Record`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LineError {
    /// Written by a newer version of this program: update it.
    #[error("format {found} is newer than {FORMAT}, the newest that this version reads")]
    Format {
        /// The line's own `format`.
        found: u32,
    },
    /// JSON, but without our `kind` and `format`.
    #[error("not a line of a codex-dissect recording")]
    Foreign,
    /// Cut short, damaged, or not JSON at all.
    #[error("not a readable record")]
    Json(#[source] serde_json::Error),
}

/// A record as it is on its line: `kind` and `format` first.
#[derive(Serialize)]
struct Line<'a, T> {
    kind: &'static str,
    format: u32,
    #[serde(flatten)]
    body: &'a T,
}

impl<'a, T> Line<'a, T> {
    fn new(kind: &'static str, body: &'a T) -> Self {
        Self {
            kind,
            format: FORMAT,
            body,
        }
    }
}

/// How [`Record::write_json`] begins an exchange of format [`FORMAT`].
const EXCHANGE_HEAD: &[u8] = br#"{"kind":"exchange","format":1,"#;

/// How it begins the records that there are many of.
const HEADS: [(&str, &[u8]); 2] = [
    ("exchange", EXCHANGE_HEAD),
    ("connection", br#"{"kind":"connection","format":1,"#),
];

/// The two fields that decide how the rest is read.
#[derive(Deserialize)]
struct LineHead {
    kind: Option<String>,
    format: Option<u32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exchanges_are_written_with_the_head_that_the_reader_looks_for() {
        let line = br#"{"format":1,"kind":"exchange","id":1,"connection":1,
            "started_at":"2026-11-23T02:34:00.000000Z","transport":"http",
            "request":{"method":"GET","url":"https://h/","http_version":"HTTP/2"},
            "outcome":{"state":"complete"}}"#;
        let record = Record::from_json(line).unwrap();
        let mut written = Vec::new();
        record.write_json(&mut written).unwrap();
        assert!(written.starts_with(EXCHANGE_HEAD));
        assert_eq!(Record::from_json(&written).unwrap().kind(), "exchange");
        let cut = &written[..written.len() - 1];
        assert!(matches!(Record::from_json(cut), Err(LineError::Json(_))));
    }

    #[test]
    fn a_connection_is_written_with_the_head_that_the_reader_looks_for() {
        let line = br#"{"format":1,"kind":"connection","id":1,"started_at":"2026-11-23T02:34:00.000000Z",
            "disposition":{"state":"intercepted"},"end_us":1,"bytes_up":1,"bytes_down":1,"exchanges":1}"#;
        let record = Record::from_json(line).unwrap();
        let mut written = Vec::new();
        record.write_json(&mut written).unwrap();
        assert!(HEADS.iter().any(|(_, head)| written.starts_with(head)));
        assert_eq!(Record::from_json(&written).unwrap().kind(), "connection");
    }
}
