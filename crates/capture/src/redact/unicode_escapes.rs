//! Texts that write printable characters as `\u00xx`: unescaped, with a way back.
//!
//! Keywords and quotes are searched for as they are usually written. A text that writes them otherwise
//! (`"api\u005fkey"`, `\u0022`) is unescaped first, and what is found there is replaced in the original.

use std::ops::Range;

use super::byte_class::{is_backslash, trailing};

/// A text without such escapes.
pub(super) struct Unescaped {
    pub(super) text: Vec<u8>,
    /// Offsets in this text and in the original, after each escape.
    steps: Vec<(usize, usize)>,
}

impl Unescaped {
    /// Writes printable characters as they are; quotes and backslashes get the escapes that they need.
    pub(super) fn of(original: &[u8]) -> Self {
        let mut text = Vec::with_capacity(original.len());
        let mut steps = vec![(0, 0)];
        let mut done = 0;
        for at in memchr::memmem::find_iter(original, b"\\u00") {
            let Some(character) = printable(original, at + 4) else {
                continue;
            };
            let start = at + 1 - escapes_before(original, at + 1);
            if start < done {
                continue;
            }
            let escapes = at + 1 - start;
            text.extend_from_slice(&original[done..start]);
            // The backslashes before the escape's own are nested as deep as it is.
            let levels = escapes.trailing_zeros();
            let before = escapes - (1 << levels);
            text.extend(std::iter::repeat_n(b'\\', before));
            if matches!(character, b'"' | b'\\') {
                let needed = (1_usize << (levels + 1)) - 1;
                text.extend(std::iter::repeat_n(b'\\', needed));
            }
            text.push(character);
            done = at + 6;
            steps.push((text.len(), done));
        }
        text.extend_from_slice(&original[done..]);
        Self { text, steps }
    }

    /// The range of the original that a range of this text comes from.
    pub(super) fn original(&self, range: &Range<usize>) -> Range<usize> {
        self.place(range.start)..self.place(range.end)
    }

    fn place(&self, at: usize) -> usize {
        let next = self.steps.partition_point(|(usual, _)| *usual <= at);
        let (usual, original) = self.steps[next - 1];
        let place = original + (at - usual);
        // An offset inside an escape, or inside its replacement, is that of the whole escape.
        match self.steps.get(next) {
            Some((_, after)) => place.min(*after),
            None => place,
        }
    }
}

/// The printable character with the code at `at`: two digits.
fn printable(text: &[u8], at: usize) -> Option<u8> {
    let digits = std::str::from_utf8(text.get(at..at + 2)?).ok()?;
    let code = u8::from_str_radix(digits, 16).ok()?;
    (b' '..=b'~').contains(&code).then_some(code)
}

/// How many backslashes end at `end`.
fn escapes_before(text: &[u8], end: usize) -> usize {
    trailing(&text[..end], is_backslash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone_and_offsets_lead_back() {
        for (original, usual) in [
            (r#"{"api\u005fkey":"v"}"#, r#"{"api_key":"v"}"#),
            (r#"{"x":"{\u0022k\u0022:1}"}"#, r#"{"x":"{\"k\":1}"}"#),
            (r#"{"x":"\\u0022k"}"#, r#"{"x":"\\\"k"}"#),
            (r#"{"x":"\\\u0022k"}"#, r#"{"x":"\\\"k"}"#),
            (r#"{"x":"\u005cn"}"#, r#"{"x":"\\n"}"#),
            (r#"{"x":"\u00e9\u0009"}"#, r#"{"x":"\u00e9\u0009"}"#),
        ] {
            let unescaped = Unescaped::of(original.as_bytes());
            assert_eq!(String::from_utf8(unescaped.text.clone()).unwrap(), usual);
            let whole = unescaped.original(&(0..usual.len()));
            assert_eq!(whole, 0..original.len(), "{original}");
            let end = usual.find('k').unwrap_or(0);
            let found = unescaped.original(&(end..end + 1));
            assert_eq!(original.find('k').unwrap_or(0), found.start, "{original}");
        }
    }
}
