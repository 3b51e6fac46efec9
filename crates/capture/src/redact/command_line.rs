//! The words of a command line, in a script, a string or a list of strings.

use std::ops::Range;

use super::byte_class::{is_backslash, leading, run_end};
use super::quoting::Quote;

/// The words of a command line from `start` on, without their quotes, and where the line ends.
pub(super) fn words(text: &[u8], start: usize) -> (Vec<Range<usize>>, usize) {
    let mut found = Vec::new();
    let limit = text.len().min(start + MAX_LINE);
    let mut at = start;
    // `"curl", "-u", "user:V"`: a list of strings. This quote ends the command's own.
    let is_list = Quote::read(text, at).is_some();
    if let Some((_, end)) = Quote::read(text, at) {
        at = end;
    }
    while at < limit && found.len() < MAX_WORDS {
        match text[at] {
            b' ' | b'\t' => at += 1,
            b',' if is_list => at += 1,
            b']' if is_list => return (found, at),
            b'\n' | b'\r' => return (found, at),
            b'|' | b';' | b'&' if !is_list => return (found, at),
            b'"' | b'\'' => match quoted_word(text, at, limit) {
                Some((word, end)) => {
                    found.push(word);
                    at = end;
                }
                None => return (found, at),
            },
            b'\\' => {
                let escapes = leading(&text[at..limit], is_backslash);
                match text.get(at + escapes) {
                    Some(b'"') => match quoted_word(text, at, limit) {
                        Some((word, end)) => {
                            found.push(word);
                            at = end;
                        }
                        None => return (found, at),
                    },
                    // A line end takes one backslash, two, four. Any other number includes one
                    // that continues the line.
                    Some(b'n' | b'r') if escapes.is_power_of_two() => return (found, at),
                    Some(b'n' | b'r' | b't' | b'\n') => at += escapes + 1,
                    _ => at += escapes,
                }
            }
            _ => {
                let end = run_end(&text[..limit], at, |byte| {
                    !matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'"' | b'\'' | b'\\')
                });
                found.push(at..end);
                at = end;
            }
        }
    }
    (found, at)
}

/// A word in quotes that begins at `at`, and where it ends; `None` when the quote ends the
/// string that the line is in instead.
fn quoted_word(text: &[u8], at: usize, limit: usize) -> Option<(Range<usize>, usize)> {
    let (quote, start) = Quote::read(text, at)?;
    let value = quote.value(&text[..limit], start);
    let end = value.end + quote.length();
    if value.end == limit
        || text[at.saturating_sub(1)] > b' '
            && matches!(text.get(start), Some(b']' | b'}' | b',' | b'\n') | None)
    {
        return None;
    }
    Some((value, end))
}

/// Longer lines are scripts or data.
pub(super) const MAX_LINE: usize = 4096;

const MAX_WORDS: usize = 64;
