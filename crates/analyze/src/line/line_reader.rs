//! Reads one line of a recording: bytes in, an exchange or another record out.
//!
//! Exchanges are read from tokens, without a copy. The few lines of other kinds are left to serde.

use capture::record::{Connection, End, LineError, Record, Session};
use serde::de::Error as _;

use super::exchange::Exchange;
use super::secrets::LazyRedactor;
use crate::json::Tape;

/// The record on a line.
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

/// Reads one line after the other, and reuses its memory.
#[derive(Debug, Default)]
pub(crate) struct LineReader {
    tape: Tape,
    /// The last line that had to be redacted, rewritten without its secrets.
    redacted: Vec<u8>,
}

impl LineReader {
    /// Reads `line` and passes its record to `look`; redacts it first if there is a `redactor`.
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
            // The hot path. An exchange that does not conform takes the slow one: serde decides
            // whether the line is damaged, and words the error.
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

    /// Passes on `record`, which serde read from `line`.
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
            // Its members are in a different order than the recorder's, or it has just been redacted.
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
    /// Reads a line of a recording and passes its exchange to `look`; `None` if the line is of
    /// another kind.
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

/// The error for an exchange that serde accepts and the tokenizer rejects: no such line is known.
fn refused() -> LineError {
    LineError::Json(serde_json::Error::custom("not what the format says"))
}
