//! The grammar of JSON (RFC 8259, section 2), without recursion: no text nests too deep.

use super::json_type::JsonType;
use super::malformed::Malformed;
use super::primitive::{Primitive, primitive};
use super::string_index::StringIndex;

/// Receives the tokens of a text in document order.
pub trait Visitor {
    /// The innermost array or object that is open.
    fn innermost(&self) -> Option<JsonType>;

    /// An array or object begins at `at`.
    fn open(&mut self, kind: JsonType, at: usize);

    /// The innermost array or object ends just before `end`.
    fn close(&mut self, end: usize);

    /// A string, number, boolean or null begins at `at`; `name` says that it is a member's name.
    fn primitive(&mut self, at: usize, primitive: Primitive, name: bool);
}

/// Reads a text: one JSON value with white space around it. `index` is that of `bytes`.
///
/// # Errors
///
/// [`Malformed`] when the text is anything else. The visitor has seen the tokens before that.
#[inline]
pub fn read(
    bytes: &[u8],
    index: &StringIndex,
    visitor: &mut impl Visitor,
) -> Result<(), Malformed> {
    let mut at = blank(bytes, 0);
    loop {
        // A value begins at `at`.
        at = match *bytes.get(at).ok_or(Malformed)? {
            b'{' => {
                visitor.open(JsonType::Object, at);
                at = blank(bytes, at + 1);
                if bytes.get(at) != Some(&b'}') {
                    at = name(bytes, at, index, visitor)?;
                    continue;
                }
                visitor.close(at + 1);
                at + 1
            }
            b'[' => {
                visitor.open(JsonType::Array, at);
                at = blank(bytes, at + 1);
                if bytes.get(at) != Some(&b']') {
                    continue;
                }
                visitor.close(at + 1);
                at + 1
            }
            _ => {
                let value = primitive(bytes, at, index)?;
                let end = value.end as usize;
                visitor.primitive(at, value, false);
                end
            }
        };
        // End of this value, and possibly of its parents.
        loop {
            at = blank(bytes, at);
            let Some(kind) = visitor.innermost() else {
                let whole = at == bytes.len();
                return if whole { Ok(()) } else { Err(Malformed) };
            };
            match (bytes.get(at), kind) {
                (Some(b','), JsonType::Object) => {
                    at = name(bytes, blank(bytes, at + 1), index, visitor)?;
                    break;
                }
                (Some(b','), _) => {
                    at = blank(bytes, at + 1);
                    break;
                }
                (Some(b'}'), JsonType::Object) | (Some(b']'), JsonType::Array) => {
                    visitor.close(at + 1);
                    at += 1;
                }
                _ => return Err(Malformed),
            }
        }
    }
}

/// Reads the name of a member and its colon; returns where the value begins.
#[inline]
fn name(
    bytes: &[u8],
    at: usize,
    index: &StringIndex,
    visitor: &mut impl Visitor,
) -> Result<usize, Malformed> {
    if bytes.get(at) != Some(&b'"') {
        return Err(Malformed);
    }
    let name = primitive(bytes, at, index)?;
    let end = name.end as usize;
    visitor.primitive(at, name, true);
    let at = blank(bytes, end);
    match bytes.get(at) {
        Some(b':') => Ok(blank(bytes, at + 1)),
        _ => Err(Malformed),
    }
}

/// Skips white space.
#[inline]
fn blank(bytes: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\n' | b'\r' | b'\t') = bytes.get(at) {
        at += 1;
    }
    at
}
