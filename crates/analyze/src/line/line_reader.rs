//! One line of a recording: bytes in, an exchange or another record out.
//!
//! Every exchange in this crate is read here, from tokens. Lines of other kinds are few, and
//! serde reads them.

use capture::record::{Connection, End, LineError, Record, Session};
use serde::de::Error as _;

use super::exchange::Exchange;
use super::secrets::LazyRedactor;
use crate::json::Tape;

/// What a line holds.
#[expect(
    clippy::large_enum_variant,
    reason = "most lines are exchanges, and one is in memory at a time"
)]
pub(crate) enum Line<'a> {
    Exchange(Exchange<'a>),
    Session(Session),
    Connection(Box<Connection>),
    End(End),
}

/// Reads one line after the other, in memory that it keeps.
#[derive(Debug, Default)]
pub(crate) struct LineReader {
    tape: Tape,
    /// The line that is read last, if its secrets had to be replaced.
    redacted: Vec<u8>,
}

impl LineReader {
    /// Reads `line` and hands what it holds to `look`.
    ///
    /// `redactor` replaces the secrets in it, if it has to be redacted first.
    ///
    /// # Errors
    ///
    /// As [`Record::from_json`].
    pub(crate) fn read<T>(
        &mut self,
        line: &[u8],
        redactor: Option<&LazyRedactor>,
        look: impl FnOnce(Line<'_>) -> T,
    ) -> Result<T, LineError> {
        let Some(redactor) = redactor else {
            // Nearly every line: no record is made of it.
            if Record::begins_as_exchange(line)
                && let Ok(text) = simdutf8::basic::from_utf8(line)
                && let Ok(document) = self.tape.read(text)
                && let Some(exchange) = Exchange::of(document.root())
            {
                return Ok(look(Line::Exchange(exchange)));
            }
            return self.record(Record::from_json(line)?, line, look);
        };
        let mut record = Record::from_json(line)?;
        redactor.redact(&mut record);
        let mut redacted = std::mem::take(&mut self.redacted);
        redacted.clear();
        record.write_json(&mut redacted).map_err(LineError::Json)?;
        let result = self.record(record, &redacted, look);
        self.redacted = redacted;
        result
    }

    /// Hands on what `record` holds, which serde made of `line`.
    fn record<T>(
        &mut self,
        record: Record,
        line: &[u8],
        look: impl FnOnce(Line<'_>) -> T,
    ) -> Result<T, LineError> {
        let line = match record {
            Record::Session(session) => Line::Session(session),
            Record::Connection(connection) => Line::Connection(connection),
            Record::End(end) => Line::End(end),
            // Its members are in another order than ours, or it was redacted just now.
            Record::Exchange(_) => {
                let text = str::from_utf8(line).map_err(|_| refused())?;
                let document = self.tape.read(text).map_err(|_| refused())?;
                let exchange = Exchange::of(document.root()).ok_or_else(refused)?;
                return Ok(look(Line::Exchange(exchange)));
            }
        };
        Ok(look(line))
    }
}

impl Exchange<'_> {
    /// Reads a line of a recording and hands the exchange on it to `look`; `None` if the line
    /// is of another kind.
    ///
    /// ```
    /// let line = br#"{"kind":"exchange","format":1,"id":1,"connection":1,
    ///     "started_at":"2026-11-23T02:34:00Z","transport":"http","outcome":{"state":"complete"},
    ///     "request":{"method":"GET","url":"https://example.com/","http_version":"HTTP/2"}}"#;
    /// let filter: analyze::Filter = "host=example.com".parse()?;
    /// let matches = analyze::Exchange::read(line, |exchange| {
    ///     filter.matches(analyze::Subject { exchange, call: None, process: None })
    /// })?;
    /// assert_eq!(matches, Some(true));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`LineError`] if the line is not a record of a format that this version reads.
    pub fn read<T>(
        line: &[u8],
        look: impl FnOnce(&Exchange<'_>) -> T,
    ) -> Result<Option<T>, LineError> {
        LineReader::default().read(line, None, |line| match line {
            Line::Exchange(exchange) => Some(look(&exchange)),
            _ => None,
        })
    }
}

/// The error for an exchange that serde took and the tokenizer refuses: the tests know of none.
fn refused() -> LineError {
    LineError::Json(serde_json::Error::custom("not what the format says"))
}
