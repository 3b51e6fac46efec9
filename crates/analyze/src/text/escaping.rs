//! JSON without raw control characters: DEL, C1 and the separators of lines are escaped too.
//!
//! RFC 8259 asks for C0 alone. The rest is as valid escaped as raw, and acts on a terminal.

use std::io::{self, Write};

use memchr::memchr3;

/// Passes JSON on, with every control character in its strings escaped.
///
/// Outside of strings JSON has none of the characters that are looked for.
#[derive(Debug)]
pub(crate) struct Escaping<W> {
    out: W,
    /// The beginning of a character whose rest is still to come.
    begun: Vec<u8>,
}

impl<W: Write> Escaping<W> {
    pub(crate) fn new(out: W) -> Self {
        Self {
            out,
            begun: Vec::new(),
        }
    }

    /// What it writes to; a character that was begun is lost, which valid JSON has none of.
    pub(crate) fn into_inner(self) -> W {
        self.out
    }

    /// Writes what starts at a byte that may begin a control; says how long that is.
    fn character(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let (code, length) = match *bytes {
            [0x7f, ..] => (Some(0x7f), 1),
            [0xc2, second @ 0x80..=0x9f, ..] => (Some(u16::from(second)), 2),
            [0xe2, 0x80, third @ (0xa8 | 0xa9), ..] => (Some(0x2000 | u16::from(third & 0x3f)), 3),
            // Its rest decides.
            [0xc2] | [0xe2] | [0xe2, 0x80] => {
                self.begun.extend_from_slice(bytes);
                (None, bytes.len())
            }
            [first, ..] => {
                self.out.write_all(&[first])?;
                (None, 1)
            }
            [] => (None, 0),
        };
        if let Some(code) = code {
            write!(self.out, "\\u{code:04x}")?;
        }
        Ok(length)
    }
}

impl<W: Write> Write for Escaping<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        if !self.begun.is_empty() {
            let mut whole = std::mem::take(&mut self.begun);
            whole.extend_from_slice(bytes);
            return self.write_all(&whole);
        }
        let mut rest = bytes;
        while let Some(at) = memchr3(0x7f, 0xc2, 0xe2, rest) {
            self.out.write_all(&rest[..at])?;
            rest = &rest[at..];
            let length = self.character(rest)?;
            rest = &rest[length..];
        }
        self.out.write_all(rest)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cutting_the_text_anywhere_changes_nothing() {
        let text = "\"a\u{7f}\u{80}\u{9f}\u{a0}é\u{2028}\u{2029}\u{202a}“漢\"";
        let expected = "\"a\\u007f\\u0080\\u009f\u{a0}é\\u2028\\u2029\u{202a}“漢\"";
        for cut in 0..=text.len() {
            let (head, tail) = text.as_bytes().split_at(cut);
            let mut out = Escaping::new(Vec::new());
            out.write_all(head).unwrap();
            out.write_all(tail).unwrap();
            let written = String::from_utf8(out.into_inner()).unwrap();
            assert_eq!(written, expected, "cut at byte {cut}");
        }
        let read: String = serde_json::from_str(expected).unwrap();
        assert_eq!(format!("\"{read}\""), text);
    }
}
