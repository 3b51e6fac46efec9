//! The exchanges as CSV (RFC 4180), one row each, for spreadsheets and statistics.
//!
//! Times are in microseconds, sizes in bytes; unknown values are empty cells.

use std::io::{self, Write};

use crate::report::{Moment, Timeline};
use crate::text::visible::visible;

/// Writes the head and one row per exchange; only the head for a report without timeline.
pub(crate) fn write(timeline: Option<&Timeline>, out: &mut dyn Write) -> io::Result<()> {
    write_row(&COLUMNS.map(str::to_owned), out)?;
    for moment in timeline.map_or(&[][..], |timeline| &timeline.exchanges) {
        write_row(&row(moment), out)?;
    }
    Ok(())
}

const COLUMNS: [&str; 27] = [
    "recording",
    "exchange",
    "start_us",
    "method",
    "host",
    "path",
    "message",
    "purpose",
    "transport",
    "process",
    "status",
    "state",
    "failed",
    "sent_us",
    "answer_us",
    "end_us",
    "bytes_up",
    "bytes_down",
    "kind",
    "model",
    "thread",
    "turn",
    "ttft_us",
    "input_tokens",
    "cached_tokens",
    "output_tokens",
    "reasoning_tokens",
];

fn row(moment: &Moment) -> [String; 27] {
    let endpoint = &moment.endpoint;
    let call = moment.call.as_ref();
    let tokens = call.and_then(|call| call.tokens);
    [
        moment.recording.to_string(),
        moment.exchange.to_string(),
        moment.start_us.to_string(),
        text(&endpoint.method),
        text(&endpoint.host),
        text(&endpoint.path),
        optional(endpoint.message.as_deref()),
        endpoint.purpose.name().to_owned(),
        moment.transport.name().to_owned(),
        optional(moment.process.as_deref()),
        number(moment.status.map(u64::from)),
        moment.state.name().to_owned(),
        moment.failed.to_string(),
        number(moment.sent_us),
        number(moment.answer_us),
        number(moment.end_us),
        moment.bytes_up.to_string(),
        moment.bytes_down.to_string(),
        call.map(|call| call.kind.name().to_owned())
            .unwrap_or_default(),
        optional(call.map(|call| call.model.as_str())),
        optional(call.and_then(|call| call.thread.as_deref())),
        optional(call.and_then(|call| call.turn.as_deref())),
        number(call.and_then(|call| call.ttft_us)),
        number(tokens.map(|tokens| tokens.input)),
        number(tokens.map(|tokens| tokens.cached)),
        number(tokens.map(|tokens| tokens.output)),
        number(tokens.map(|tokens| tokens.reasoning)),
    ]
}

fn number(value: Option<u64>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn optional(value: Option<&str>) -> String {
    value.map(text).unwrap_or_default()
}

/// Other people's text, with hidden characters made visible, and a quote in front if a spreadsheet
/// would take it for a formula.
fn text(value: &str) -> String {
    let value = &*visible(value, false);
    if value.starts_with(['=', '+', '-', '@']) {
        format!("'{value}")
    } else {
        value.to_owned()
    }
}

fn write_row(cells: &[String], out: &mut dyn Write) -> io::Result<()> {
    for (index, cell) in cells.iter().enumerate() {
        if index > 0 {
            out.write_all(b",")?;
        }
        if cell.contains(['"', ',', '\n', '\r']) {
            write!(out, "\"{}\"", cell.replace('"', "\"\""))?;
        } else {
            out.write_all(cell.as_bytes())?;
        }
    }
    out.write_all(b"\r\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_where_they_must_be_and_formulas_are_text() {
        let mut out = Vec::new();
        let cells = [text("a\"b,c"), text("=1+1"), text("plain"), optional(None)];
        write_row(&cells, &mut out).unwrap();
        assert_eq!(out, b"\"a\"\"b,c\",'=1+1,plain,\r\n");
    }

    #[test]
    fn cells_have_no_raw_controls() {
        assert_eq!(text("a\r\n\u{1b}[2J\u{9b}m"), "a␍␊␛[2J⟨U+009B⟩m");
        assert_eq!(text("\t=1"), "␉=1");
    }
}
