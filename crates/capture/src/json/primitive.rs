//! Primitive values (RFC 8259, section 1): strings, numbers, booleans and null.

use super::grammar::Malformed;
use super::kind::Kind;
use super::marks::Marks;

/// A value that holds no others; small enough to be handed over in a register.
pub struct Primitive {
    /// The byte behind its last.
    pub end: u32,
    pub kind: Kind,
    /// Of a string: whether it holds a backslash.
    pub escaped: bool,
}

/// Reads the value that begins at `at`, which is no array and no object.
#[inline(always)]
pub fn primitive(bytes: &[u8], at: usize, marks: &Marks) -> Result<Primitive, Malformed> {
    if bytes.get(at) != Some(&b'"') {
        return word_or_number(bytes, at);
    }
    let end = marks.end(at + 1).ok_or(Malformed)?;
    // Asked of strings only where the text has any, which our own recordings have not.
    if marks.controls && bytes[at..end.at].iter().any(|byte| *byte < b' ') {
        return Err(Malformed);
    }
    Ok(Primitive {
        end: end.at as u32,
        kind: Kind::String,
        escaped: end.escaped,
    })
}

#[inline]
fn word_or_number(bytes: &[u8], at: usize) -> Result<Primitive, Malformed> {
    if let Some(end) = short_natural(bytes, at) {
        return Ok(Primitive {
            end: end as u32,
            kind: Kind::Integer,
            escaped: false,
        });
    }
    let (kind, end) = match bytes.get(at).ok_or(Malformed)? {
        b't' => (Kind::Boolean, word(bytes, at, b"true")?),
        b'f' => (Kind::Boolean, word(bytes, at, b"false")?),
        b'n' => (Kind::Null, word(bytes, at, b"null")?),
        _ => number(bytes, at)?,
    };
    Ok(Primitive {
        end: end as u32,
        kind,
        escaped: false,
    })
}

/// Where a number of a few digits and nothing else is over: nearly all are.
#[inline(always)]
fn short_natural(bytes: &[u8], at: usize) -> Option<usize> {
    let word: &[u8; 8] = bytes.get(at..)?.first_chunk()?;
    // The highest bit of each byte that is no digit; the first of these bytes is the one that counts.
    let digits = u64::from_le_bytes(*word) ^ 0x3030_3030_3030_3030;
    let others = (digits.wrapping_add(0x7676_7676_7676_7676) | digits) & 0x8080_8080_8080_8080;
    let count = (others.trailing_zeros() / 8) as usize;
    let is_whole = !matches!(word.get(count)?, b'.' | b'e' | b'E');
    let is_one = count == 1 || (count > 1 && word[0] != b'0');
    (is_whole && is_one).then_some(at + count)
}

fn word(bytes: &[u8], at: usize, word: &[u8]) -> Result<usize, Malformed> {
    let is_there = bytes[at..].starts_with(word);
    if is_there {
        Ok(at + word.len())
    } else {
        Err(Malformed)
    }
}

/// RFC 8259, section 6.
fn number(bytes: &[u8], at: usize) -> Result<(Kind, usize), Malformed> {
    let first = at + usize::from(bytes[at] == b'-');
    let mut end = digits(bytes, first)?;
    if bytes[first] == b'0' && end > first + 1 {
        return Err(Malformed);
    }
    let mut kind = Kind::Integer;
    if bytes.get(end) == Some(&b'.') {
        kind = Kind::Number;
        end = digits(bytes, end + 1)?;
    }
    if let Some(b'e' | b'E') = bytes.get(end) {
        kind = Kind::Number;
        let signed = matches!(bytes.get(end + 1), Some(b'+' | b'-'));
        end = digits(bytes, end + 1 + usize::from(signed))?;
    }
    Ok((kind, end))
}

/// Where the digits that begin at `at` are over; there has to be one.
#[inline]
fn digits(bytes: &[u8], at: usize) -> Result<usize, Malformed> {
    let mut end = at;
    while bytes.get(end).is_some_and(u8::is_ascii_digit) {
        end += 1;
    }
    if end == at { Err(Malformed) } else { Ok(end) }
}
