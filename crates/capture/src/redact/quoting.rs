//! Quotes and escapes in a text that may be JSON in a string in JSON.
//!
//! Each level of nesting puts more backslashes before a quote: none, one, three, seven; and doubles
//! those at the end of a value. So the trailing ones of their binary number tell the level of a
//! quote, and texts are never unescaped to be read.

use std::ops::Range;

use super::byte_class::{is_backslash, run_start, trailing};

use memchr::{memchr, memchr2};

/// A quote and the backslashes before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Quote {
    byte: u8,
    escapes: usize,
}

impl Quote {
    /// The quote at `at`, which may begin with backslashes, and where it ends.
    pub(super) fn read(text: &[u8], at: usize) -> Option<(Self, usize)> {
        let rest = text.get(at..)?;
        let escapes = rest
            .iter()
            .take(MAX_ESCAPES + 1)
            .position(|byte| *byte != b'\\')?;
        let byte = *rest.get(escapes)?;
        let known = byte == b'"' || (matches!(byte, b'\'' | b'`') && escapes == 0);
        known.then_some((Self { byte, escapes }, at + escapes + 1))
    }

    /// Whether a quote of the same kind and level ends at `end`.
    pub(super) fn ends_at(self, text: &[u8], end: usize) -> bool {
        let length = self.escapes + 1;
        end >= length
            && text[end - 1] == self.byte
            && text[end - length..end - 1]
                .iter()
                .all(|byte| *byte == b'\\')
    }

    pub(super) fn is_backtick(self) -> bool {
        self.byte == b'`'
    }

    /// How many bytes it takes, with its backslashes.
    pub(super) fn length(self) -> usize {
        self.escapes + 1
    }

    /// How many strings this quote is nested in.
    pub(super) fn levels(self) -> u32 {
        (self.escapes + 1).ilog2()
    }

    /// The value that it opens at `start`: up to the quote that closes it, to that of a string
    /// around it, or to the end of the text.
    pub(super) fn value(self, text: &[u8], start: usize) -> Range<usize> {
        let mut at = start;
        while let Some(found) = self.next_quote(&text[at..]) {
            let quote = at + found;
            let escapes = trailing(&text[start..quote], is_backslash);
            if text[quote] != b'"' {
                return start..quote - escapes;
            }
            // The level of the string that this quote opens or closes. Deeper ones are part of the value.
            let level = (escapes + 1).trailing_zeros();
            if level <= self.levels() {
                return start..quote + 1 - (1 << level);
            }
            at = quote + 1;
        }
        start..text.len()
    }

    fn next_quote(self, text: &[u8]) -> Option<usize> {
        if self.byte == b'"' {
            memchr(b'"', text)
        } else {
            memchr2(b'"', self.byte, text)
        }
    }
}

/// Skips white space, including escaped line ends and tabs.
pub(super) fn skip_space(text: &[u8], mut at: usize) -> usize {
    let limit = at + MAX_SPACE;
    while at < limit {
        match text.get(at) {
            Some(b' ' | b'\t' | b'\n' | b'\r') => at += 1,
            Some(b'\\') => match escape_end(text, at) {
                Some(end) => at = end,
                None => break,
            },
            _ => break,
        }
    }
    at
}

/// Whether a token can begin at `at`: not behind a letter or digit, unless that ends an escape.
pub(super) fn is_boundary(text: &[u8], at: usize) -> bool {
    let before = &text[..at];
    !before.last().is_some_and(u8::is_ascii_alphanumeric) || ends_with_escape(before)
}

/// Whether the last byte ends an escape: `\n`, `\u0026`, `%3D`, a colour of a terminal.
pub(super) fn ends_with_escape(before: &[u8]) -> bool {
    if let [.., b'\\', b'n' | b'r' | b't' | b'b' | b'f'] = before {
        return true;
    }
    if let [.., b'%', high, low] = before {
        return high.is_ascii_hexdigit() && low.is_ascii_hexdigit();
    }
    if let [rest @ .., b'm'] = before {
        return ends_with_colour(rest);
    }
    let unicode = before.last_chunk::<6>();
    unicode.is_some_and(|escape| {
        escape.starts_with(b"\\u") && escape[2..].iter().all(u8::is_ascii_hexdigit)
    })
}

/// The parameters of a colour (ECMA-48, SGR) before its `m`: `[1;31`.
fn ends_with_colour(before: &[u8]) -> bool {
    let is_parameter = |byte: u8| byte.is_ascii_digit() || byte == b';';
    let start = run_start(before, before.len(), MAX_COLOUR, is_parameter);
    before[..start].ends_with(b"[")
}

/// The start of a run of word bytes without the rest of an escape that begins before it.
pub(super) fn starts_after_escape(text: &[u8], start: usize) -> usize {
    let skipped = |length: usize| {
        let end = start + length;
        text.get(..end).is_some_and(ends_with_escape)
    };
    let length = match text[..start].last() {
        Some(b'\\') => [1, 5].into_iter().find(|length| skipped(*length)),
        Some(b'%') => Some(2).filter(|length| skipped(*length)),
        Some(b'[' | b';') => (1..=4).find(|length| skipped(*length)),
        _ => None,
    };
    start + length.unwrap_or(0)
}

/// The end of an escape for white space that begins at `at`: `\n`, `\\n`, …
fn escape_end(text: &[u8], at: usize) -> Option<usize> {
    let rest = &text[at..];
    let escapes = rest
        .iter()
        .take(MAX_ESCAPES + 1)
        .position(|byte| *byte != b'\\')?;
    matches!(rest.get(escapes), Some(b'n' | b'r' | b't')).then_some(at + escapes + 1)
}

/// Four levels of strings in strings, more than we have ever seen.
const MAX_ESCAPES: usize = 15;

/// `38;2;255;255;255`, and a little more.
const MAX_COLOUR: usize = 24;

/// Between a key and its value. No program writes more.
const MAX_SPACE: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> &str {
        let (quote, start) = Quote::read(text.as_bytes(), 0).unwrap();
        &text[quote.value(text.as_bytes(), start)]
    }

    #[test]
    fn a_value_ends_at_the_quote_of_its_own_level() {
        assert_eq!(value(r#""plain" rest"#), "plain");
        assert_eq!(value(r#""a\"b\\" rest"#), r#"a\"b\\"#);
        assert_eq!(value(r#"\"one level\" rest"#), "one level");
        assert_eq!(value(r#"\"in\\\"ner\\\\\" rest"#), r#"in\\\"ner\\\\"#);
        assert_eq!(value(r#"\\\"two levels\\\" rest"#), "two levels");
        assert_eq!(value("'single' rest"), "single");
    }

    #[test]
    fn a_cut_value_ends_with_the_string_around_it() {
        assert_eq!(value(r#"\"cut" rest"#), "cut");
        assert_eq!(value(r#"\\\"cut\" rest"#), "cut");
        assert_eq!(value(r#""cut"#), "cut");
        assert_eq!(value(r#"'cut" rest"#), "cut");
        assert_eq!(value(r#"\"cut\\" rest"#), r"cut\\");
    }

    #[test]
    fn an_escape_is_a_boundary_and_a_letter_is_not() {
        for (text, expected) in [
            ("sk-", true),
            (" sk-", true),
            (r"\nsk-", true),
            (r"\\tsk-", true),
            (r"\u0026sk-", true),
            ("%3Dsk-", true),
            (r"\u001b[1;31msk-", true),
            ("form[0msk-", true),
            ("task-", false),
            ("nsk-", false),
            ("u0026sk-", false),
            ("%3sk-", false),
            ("msk-", false),
        ] {
            let at = text.find("sk-").unwrap();
            assert_eq!(is_boundary(text.as_bytes(), at), expected, "{text}");
        }
    }

    #[test]
    fn levels_are_counted_by_backslashes() {
        for (text, levels) in [("\"", 0), ("\\\"", 1), ("\\\\\\\"", 2)] {
            assert_eq!(Quote::read(text.as_bytes(), 0).unwrap().0.levels(), levels);
        }
        assert!(Quote::read(b"\\'", 0).is_none() && Quote::read(b"\\", 0).is_none());
    }
}
