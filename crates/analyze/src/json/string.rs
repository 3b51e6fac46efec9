//! Strings in JSON text: where they end, and what they say.
//!
//! Most bytes of a recording lie inside of strings, so they are looked through
//! many at a time, in loops that compilers turn into vector instructions.

use std::borrow::Cow;

use super::tape::Malformed;

/// Where a string ends.
pub(super) struct End {
    /// The place behind its closing quote.
    pub(super) at: usize,
    /// Whether it holds a backslash.
    pub(super) escaped: bool,
}

/// Finds the end of the string whose opening quote stands before `at`.
pub(super) fn end(bytes: &[u8], mut at: usize) -> Result<End, Malformed> {
    let mut escaped = false;
    loop {
        at = special(bytes, at);
        match bytes.get(at) {
            Some(b'"') => {
                return Ok(End {
                    at: at + 1,
                    escaped,
                });
            }
            Some(b'\\') => {
                escaped = true;
                at += escape(&bytes[at + 1..]).ok_or(Malformed)?;
            }
            _ => return Err(Malformed),
        }
    }
}

/// How long the escape is whose backslash stands before `rest`, backslash included.
fn escape(rest: &[u8]) -> Option<usize> {
    match rest.first()? {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(2),
        b'u' => {
            let digits = rest.get(1..5)?;
            digits.iter().all(u8::is_ascii_hexdigit).then_some(6)
        }
        _ => None,
    }
}

/// Where the first byte from `at` on stands that does not simply belong to a
/// string: a quote, a backslash, a control character. The length, if there is none.
fn special(bytes: &[u8], mut at: usize) -> usize {
    // Most strings are short: a few words decide those before the blocks begin.
    for _ in 0..WORDS_BEFORE_BLOCKS {
        let Some(word) = word_at(bytes, at) else {
            return last_bytes(bytes, at);
        };
        if word != 0 {
            return at + word.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    while let Some(block) = bytes.get(at..at + BLOCK_BYTES) {
        let found = block
            .iter()
            .fold(false, |any, byte| any | is_special(*byte));
        if found {
            break;
        }
        at += BLOCK_BYTES;
    }
    while let Some(word) = word_at(bytes, at) {
        if word != 0 {
            return at + word.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    last_bytes(bytes, at)
}

fn is_special(byte: u8) -> bool {
    byte == b'"' || byte == b'\\' || byte < b' '
}

/// The eight bytes at `at`, with the high bit of the first special one set and
/// no bit before it; what stands behind it is of no meaning. Zero if there is none.
fn word_at(bytes: &[u8], at: usize) -> Option<u64> {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGHS: u64 = ONES << 7;
    let eight = bytes.get(at..at + 8)?.try_into().ok()?;
    let word = u64::from_le_bytes(eight);
    // A byte less than n borrows into its high bit, and so may those behind it.
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word;
    let quotes = zeros(word ^ (ONES * b'"' as u64));
    let backslashes = zeros(word ^ (ONES * b'\\' as u64));
    let controls = word.wrapping_sub(ONES * b' ' as u64) & !word;
    Some((quotes | backslashes | controls) & HIGHS)
}

/// The same for the bytes that make no word.
fn last_bytes(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    let found = rest.iter().position(|byte| is_special(*byte));
    at + found.unwrap_or(rest.len())
}

/// A string without its escapes; `inner` is what stands between its quotes.
///
/// `None` for a lone surrogate, which no Rust string can hold.
pub(super) fn unescaped(inner: &str) -> Option<Cow<'_, str>> {
    if !inner.contains('\\') {
        return Some(Cow::Borrowed(inner));
    }
    serde_json::from_str(&format!("\"{inner}\""))
        .ok()
        .map(Cow::Owned)
}

const WORDS_BEFORE_BLOCKS: usize = 4;
/// Two or four vectors of what a processor has at least.
const BLOCK_BYTES: usize = 64;
