//! Primitive values (RFC 8259, section 1): strings, numbers, booleans and null.

use super::json_type::JsonType;
use super::malformed::Malformed;
use super::string_index::StringIndex;

/// A value that holds no others. Small enough to be passed in a register.
#[derive(Debug, Clone, Copy)]
pub struct Primitive {
    /// Just past its last byte.
    pub end: u32,
    /// Neither [`JsonType::Array`] nor [`JsonType::Object`].
    pub kind: JsonType,
    /// Whether it is a string with a backslash in it.
    pub escaped: bool,
}

/// Reads the value that begins at `at` and is no array or object. `index` is that of `bytes`.
///
/// # Errors
///
/// [`Malformed`] when there is no such value.
#[inline(always)]
pub(super) fn primitive(
    bytes: &[u8],
    at: usize,
    index: &StringIndex,
) -> Result<Primitive, Malformed> {
    if bytes.get(at) != Some(&b'"') {
        return word_or_number(bytes, at);
    }
    let end = index.end(at + 1).ok_or(Malformed)?;
    // Our own recordings have no control characters, so their strings are not searched for one.
    if index.has_controls && bytes[at..end.at].iter().any(|byte| *byte < b' ') {
        return Err(Malformed);
    }
    Ok(Primitive {
        end: end.at as u32,
        kind: JsonType::String,
        escaped: end.escaped,
    })
}

#[inline]
fn word_or_number(bytes: &[u8], at: usize) -> Result<Primitive, Malformed> {
    if let Some(end) = short_natural(bytes, at) {
        return Ok(Primitive {
            end: end as u32,
            kind: JsonType::Integer,
            escaped: false,
        });
    }
    let (kind, end) = match bytes.get(at).ok_or(Malformed)? {
        b't' => (JsonType::Boolean, word(bytes, at, b"true")?),
        b'f' => (JsonType::Boolean, word(bytes, at, b"false")?),
        b'n' => (JsonType::Null, word(bytes, at, b"null")?),
        _ => number(bytes, at)?,
    };
    Ok(Primitive {
        end: end as u32,
        kind,
        escaped: false,
    })
}

/// The end of a natural number of up to seven digits: nearly all numbers are.
#[inline(always)]
fn short_natural(bytes: &[u8], at: usize) -> Option<usize> {
    let word: &[u8; 8] = bytes.get(at..)?.first_chunk()?;
    // Sets the highest bit of the first byte that is no digit; carries only spoil those after it.
    let digits = u64::from_le_bytes(*word) ^ 0x3030_3030_3030_3030;
    let others = (digits.wrapping_add(0x7676_7676_7676_7676) | digits) & 0x8080_8080_8080_8080;
    let count = (others.trailing_zeros() / 8) as usize;
    let is_whole = !matches!(word.get(count)?, b'.' | b'e' | b'E');
    let is_one = count == 1 || (count > 1 && word[0] != b'0');
    (is_whole && is_one).then_some(at + count)
}

fn word(bytes: &[u8], at: usize, word: &[u8]) -> Result<usize, Malformed> {
    if bytes[at..].starts_with(word) {
        Ok(at + word.len())
    } else {
        Err(Malformed)
    }
}

/// RFC 8259, section 6.
fn number(bytes: &[u8], at: usize) -> Result<(JsonType, usize), Malformed> {
    let first = at + usize::from(bytes[at] == b'-');
    let mut end = digits(bytes, first)?;
    if bytes[first] == b'0' && end > first + 1 {
        return Err(Malformed);
    }
    let mut kind = JsonType::Integer;
    if bytes.get(end) == Some(&b'.') {
        kind = JsonType::Number;
        end = digits(bytes, end + 1)?;
    }
    if let Some(b'e' | b'E') = bytes.get(end) {
        kind = JsonType::Number;
        let signed = matches!(bytes.get(end + 1), Some(b'+' | b'-'));
        end = digits(bytes, end + 1 + usize::from(signed))?;
    }
    Ok((kind, end))
}

/// Skips one or more digits.
#[inline]
fn digits(bytes: &[u8], at: usize) -> Result<usize, Malformed> {
    let mut end = at;
    while bytes.get(end).is_some_and(u8::is_ascii_digit) {
        end += 1;
    }
    if end == at { Err(Malformed) } else { Ok(end) }
}
