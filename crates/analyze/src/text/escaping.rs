//! JSON without raw control characters: DEL, C1 and the line separators are escaped too.
//!
//! RFC 8259 demands it of C0 alone. The others are as valid escaped as raw, and act on a terminal.

use std::io::{self, Write};

use memchr::memchr3;

/// Writes JSON, with every control character in its strings escaped.
///
/// Outside of strings JSON has none of the characters that are looked for.
///
/// # Errors
///
/// Whatever `out` reports.
pub(crate) fn write_escaped(json: &[u8], out: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let mut rest = json;
    while let Some(at) = memchr3(0x7f, 0xc2, 0xe2, rest) {
        let (before, from) = rest.split_at(at);
        out.write_all(before)?;
        let (code, length) = match *from {
            [0x7f, ..] => (Some(0x7f), 1),
            [0xc2, second @ 0x80..=0x9f, ..] => (Some(u16::from(second)), 2),
            [0xe2, 0x80, third @ (0xa8 | 0xa9), ..] => (Some(0x2000 | u16::from(third & 0x3f)), 3),
            _ => (None, 1),
        };
        match code {
            Some(code) => write!(out, "\\u{code:04x}")?,
            None => out.write_all(&from[..length])?,
        }
        rest = &from[length..];
    }
    out.write_all(rest)
}

/// Whether [`write_escaped`] may change anything; `false` is certain.
pub(crate) fn may_need_escapes(json: &[u8]) -> bool {
    memchr3(0x7f, 0xc2, 0xe2, json).is_some()
}

/// Escapes JSON that comes in pieces, and passes it on in large ones.
#[derive(Debug)]
pub(crate) struct Escaping<W: Write> {
    out: W,
    /// What is still to be escaped: a serializer writes a few bytes at a time.
    pending: Vec<u8>,
}

impl<W: Write> Escaping<W> {
    pub(crate) fn new(out: W) -> Self {
        let pending = Vec::with_capacity(2 * PIECE_BYTES);
        Self { out, pending }
    }

    /// Writes what is pending; returns what it was written to.
    ///
    /// # Errors
    ///
    /// Whatever that reports.
    pub(crate) fn finish(mut self) -> io::Result<W> {
        write_escaped(&self.pending, &mut self.out)?;
        Ok(self.out)
    }

    /// Writes as much of what is pending as ends between two characters.
    fn write_pending(&mut self) -> io::Result<()> {
        let end = self.pending.iter().rposition(u8::is_ascii);
        let end = end.map_or(0, |last| last + 1);
        write_escaped(&self.pending[..end], &mut self.out)?;
        self.pending.drain(..end);
        Ok(())
    }
}

impl<W: Write> Write for Escaping<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.pending.extend_from_slice(bytes);
        if self.pending.len() >= PIECE_BYTES {
            self.write_pending()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.write_pending()?;
        self.out.flush()
    }
}

/// From this length on a piece costs what its bytes cost.
const PIECE_BYTES: usize = 64 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\"a\u{7f}\u{80}\u{9f}\u{a0}é\u{2028}\u{2029}\u{202a}“漢\"";
    const ESCAPED: &str = "\"a\\u007f\\u0080\\u009f\u{a0}é\\u2028\\u2029\u{202a}“漢\"";

    fn written(pieces: &[&[u8]]) -> String {
        let mut out = Escaping::new(Vec::new());
        for piece in pieces {
            out.write_all(piece).unwrap();
        }
        String::from_utf8(out.finish().unwrap()).unwrap()
    }

    #[test]
    fn cutting_the_text_anywhere_changes_nothing() {
        for cut in 0..=TEXT.len() {
            let (head, tail) = TEXT.as_bytes().split_at(cut);
            assert_eq!(written(&[head, tail]), ESCAPED, "cut at byte {cut}");
        }
        let read: String = serde_json::from_str(ESCAPED).unwrap();
        assert_eq!(format!("\"{read}\""), TEXT);
    }

    #[test]
    fn text_that_is_passed_on_in_pieces_is_cut_between_characters() {
        let before = "x".repeat(PIECE_BYTES - TEXT.len() / 2);
        for cut in 0..=TEXT.len() {
            let (head, tail) = TEXT.as_bytes().split_at(cut);
            let expected = format!("{before}{ESCAPED}");
            assert_eq!(written(&[before.as_bytes(), head, tail]), expected, "{cut}");
        }
    }
}
