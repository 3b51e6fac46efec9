//! Strings in JSON text: where they end, and what they say.
//!
//! Most bytes of a recording lie inside of strings, so they are looked through
//! many at a time.

use std::borrow::Cow;

use memchr::memchr2;

use super::tape::Malformed;

/// Where a string ends.
pub(super) struct End {
    /// The place behind its closing quote.
    pub(super) at: usize,
    /// Whether it holds a backslash.
    pub(super) escaped: bool,
}

/// Finds the end of the string whose opening quote stands before `at`.
///
/// Control characters are not looked for: see [`has_controls`].
#[inline]
pub(super) fn end(bytes: &[u8], mut at: usize) -> Result<End, Malformed> {
    let mut escaped = false;
    loop {
        at = quote_or_backslash(bytes, at).ok_or(Malformed)?;
        if bytes[at] == b'"' {
            return Ok(End {
                at: at + 1,
                escaped,
            });
        }
        escaped = true;
        at += escape(&bytes[at + 1..]).ok_or(Malformed)?;
    }
}

/// Whether there are bytes among these that may not stand in a string as they are.
///
/// Asked once for a whole text: our own recordings have none on their lines.
pub(super) fn has_controls(bytes: &[u8]) -> bool {
    let blocks = bytes.chunks(BLOCK_BYTES);
    let mut found = blocks.map(|block| block.iter().fold(false, |any, byte| any | (*byte < b' ')));
    found.any(|found| found)
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

/// Where the first quote or backslash from `at` on stands.
#[inline]
fn quote_or_backslash(bytes: &[u8], mut at: usize) -> Option<usize> {
    // Most strings are short: a few words decide those before the great search begins.
    for _ in 0..WORDS_BEFORE_SEARCH {
        let Some(eight) = bytes.get(at..at + 8) else {
            break;
        };
        let word = u64::from_le_bytes(eight.try_into().ok()?);
        let found = zeros(word ^ QUOTES) | zeros(word ^ BACKSLASHES);
        if found != 0 {
            return Some(at + found.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    Some(at + memchr2(b'"', b'\\', bytes.get(at..)?)?)
}

/// The high bit of the first byte that is zero, and no bit before it; what
/// stands behind it is of no meaning.
#[inline]
fn zeros(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word & (ONES << 7)
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

const ONES: u64 = u64::from_ne_bytes([1; 8]);
const QUOTES: u64 = ONES * b'"' as u64;
const BACKSLASHES: u64 = ONES * b'\\' as u64;
const WORDS_BEFORE_SEARCH: usize = 2;
/// Some vectors: compilers make one loop without branches of each.
const BLOCK_BYTES: usize = 256;
