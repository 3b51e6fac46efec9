//! The grammar of JSON (RFC 8259, section 2), without recursion: no depth of nesting is too deep.

use super::kind::Kind;
use super::marks::Marks;
use super::primitive::{Primitive, primitive};

/// The text is no JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed;

/// Whoever is told of the tokens of a text, in their order.
pub trait Tokens {
    /// The innermost array or object that has begun and not ended.
    fn innermost(&self) -> Option<Kind>;

    /// Takes the beginning of an array or object.
    fn open(&mut self, kind: Kind, at: usize);

    /// Takes the end of the innermost one, whose last byte stands before `end`.
    fn close(&mut self, bytes: &[u8], end: usize);

    /// Takes a value that holds no others, or the name of a member.
    fn primitive(&mut self, at: usize, primitive: Primitive, name: bool);

    /// Takes the object that begins at `at` as a whole, if it is known; where it ends.
    #[inline(always)]
    fn known(&mut self, _bytes: &[u8], _at: usize, _marks: &Marks) -> Option<usize> {
        None
    }
}

/// Reads a text, which is one JSON value with white space around it.
///
/// `marks` are those of `bytes`.
///
/// # Errors
///
/// [`Malformed`] where it is not.
#[inline]
pub fn read(bytes: &[u8], marks: &Marks, tokens: &mut impl Tokens) -> Result<(), Malformed> {
    let mut at = blank(bytes, 0);
    loop {
        // Here a value begins.
        at = match *bytes.get(at).ok_or(Malformed)? {
            b'{' => match tokens.known(bytes, at, marks) {
                Some(end) => end,
                None => {
                    tokens.open(Kind::Object, at);
                    at = blank(bytes, at + 1);
                    if bytes.get(at) != Some(&b'}') {
                        at = name(bytes, at, marks, tokens)?;
                        continue;
                    }
                    tokens.close(bytes, at + 1);
                    at + 1
                }
            },
            b'[' => {
                tokens.open(Kind::Array, at);
                at = blank(bytes, at + 1);
                if bytes.get(at) != Some(&b']') {
                    continue;
                }
                tokens.close(bytes, at + 1);
                at + 1
            }
            _ => {
                let value = primitive(bytes, at, marks)?;
                let end = value.end as usize;
                tokens.primitive(at, value, false);
                end
            }
        };
        // And here it has ended, and perhaps what holds it.
        loop {
            at = blank(bytes, at);
            let Some(kind) = tokens.innermost() else {
                let whole = at == bytes.len();
                return if whole { Ok(()) } else { Err(Malformed) };
            };
            match (bytes.get(at), kind) {
                (Some(b','), Kind::Object) => {
                    at = name(bytes, blank(bytes, at + 1), marks, tokens)?;
                    break;
                }
                (Some(b','), _) => {
                    at = blank(bytes, at + 1);
                    break;
                }
                (Some(b'}'), Kind::Object) | (Some(b']'), Kind::Array) => {
                    tokens.close(bytes, at + 1);
                    at += 1;
                }
                _ => return Err(Malformed),
            }
        }
    }
}

/// Takes the name of a member and the colon behind it.
#[inline]
fn name(
    bytes: &[u8],
    at: usize,
    marks: &Marks,
    tokens: &mut impl Tokens,
) -> Result<usize, Malformed> {
    if bytes.get(at) != Some(&b'"') {
        return Err(Malformed);
    }
    let name = primitive(bytes, at, marks)?;
    let end = name.end as usize;
    tokens.primitive(at, name, true);
    let at = blank(bytes, end);
    match bytes.get(at) {
        Some(b':') => Ok(blank(bytes, at + 1)),
        _ => Err(Malformed),
    }
}

/// Where the white space that begins at `at` is over.
#[inline]
fn blank(bytes: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\n' | b'\r' | b'\t') = bytes.get(at) {
        at += 1;
    }
    at
}
