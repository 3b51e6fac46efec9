//! Cuts JSON text into tokens, and checks that it is JSON.
//!
//! Text comes in, a flat list of tokens goes out: each with where it begins and
//! ends, and where the value behind it stands. There is no recursion, so no
//! depth of nesting is too deep.

use super::kind::Kind;
use super::marks::Marks;
use super::value::Json;

/// Room for tokens, used for one text after the other.
#[derive(Debug, Default)]
pub(crate) struct Tape {
    marks: Marks,
    tokens: Vec<Token>,
    /// The arrays and objects that have begun and not ended: token, and which of both.
    open: Vec<(u32, Kind)>,
}

/// A text with its tokens.
#[derive(Debug)]
pub(crate) struct Document<'a> {
    pub(super) text: &'a str,
    pub(super) tokens: &'a [Token],
}

/// One value, or the name of a member, which stands before its value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    /// Its first byte.
    pub(super) start: u32,
    /// The byte behind its last.
    pub(super) end: u32,
    /// The token behind it and all that it holds.
    pub(super) next: u32,
    pub(super) kind: Kind,
    /// Of a string: whether it holds a backslash.
    pub(super) escaped: bool,
}

/// The text is no JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Malformed;

impl Tape {
    /// Reads `text`, which is one JSON value with white space around it.
    ///
    /// # Errors
    ///
    /// [`Malformed`] where it is not, or is longer than 4 GiB.
    pub(crate) fn read<'a>(&'a mut self, text: &'a str) -> Result<Document<'a>, Malformed> {
        // Offsets and counts of tokens fit into 32 bits then.
        u32::try_from(text.len()).map_err(|_| Malformed)?;
        self.tokens.clear();
        self.open.clear();
        self.marks.read(text.as_bytes())?;
        self.fill(text.as_bytes())?;
        Ok(Document {
            text,
            tokens: &self.tokens,
        })
    }

    fn fill(&mut self, bytes: &[u8]) -> Result<(), Malformed> {
        let mut at = blank(bytes, 0);
        loop {
            // Here a value begins.
            at = match *bytes.get(at).ok_or(Malformed)? {
                b'"' => self.string(bytes, at)?,
                b'{' => {
                    self.open(Kind::Object, at);
                    at = blank(bytes, at + 1);
                    if bytes.get(at) != Some(&b'}') {
                        at = self.name(bytes, at)?;
                        continue;
                    }
                    self.close(at + 1)
                }
                b'[' => {
                    self.open(Kind::Array, at);
                    at = blank(bytes, at + 1);
                    if bytes.get(at) != Some(&b']') {
                        continue;
                    }
                    self.close(at + 1)
                }
                b't' => self.word(bytes, at, b"true", Kind::Boolean)?,
                b'f' => self.word(bytes, at, b"false", Kind::Boolean)?,
                b'n' => self.word(bytes, at, b"null", Kind::Null)?,
                _ => self.number(bytes, at)?,
            };
            // And here it has ended, and perhaps what holds it.
            loop {
                at = blank(bytes, at);
                let Some((_, kind)) = self.open.last() else {
                    let whole = at == bytes.len();
                    return if whole { Ok(()) } else { Err(Malformed) };
                };
                match (bytes.get(at), *kind) {
                    (Some(b','), Kind::Object) => {
                        at = self.name(bytes, blank(bytes, at + 1))?;
                        break;
                    }
                    (Some(b','), _) => {
                        at = blank(bytes, at + 1);
                        break;
                    }
                    (Some(b'}'), Kind::Object) | (Some(b']'), Kind::Array) => {
                        at = self.close(at + 1);
                    }
                    _ => return Err(Malformed),
                }
            }
        }
    }

    /// Takes the name of a member and the colon behind it.
    fn name(&mut self, bytes: &[u8], at: usize) -> Result<usize, Malformed> {
        if bytes.get(at) != Some(&b'"') {
            return Err(Malformed);
        }
        let at = blank(bytes, self.string(bytes, at)?);
        match bytes.get(at) {
            Some(b':') => Ok(blank(bytes, at + 1)),
            _ => Err(Malformed),
        }
    }

    #[inline]
    fn string(&mut self, bytes: &[u8], at: usize) -> Result<usize, Malformed> {
        let end = self.marks.end(at + 1).ok_or(Malformed)?;
        // Asked of strings only where the text has any, which our own recordings have not.
        if self.marks.controls && bytes[at..end.at].iter().any(|byte| *byte < b' ') {
            return Err(Malformed);
        }
        self.push(Kind::String, at, end.at, end.escaped);
        Ok(end.at)
    }

    fn word(
        &mut self,
        bytes: &[u8],
        at: usize,
        word: &[u8],
        kind: Kind,
    ) -> Result<usize, Malformed> {
        if !bytes[at..].starts_with(word) {
            return Err(Malformed);
        }
        self.push(kind, at, at + word.len(), false);
        Ok(at + word.len())
    }

    /// RFC 8259, section 6.
    fn number(&mut self, bytes: &[u8], at: usize) -> Result<usize, Malformed> {
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
        self.push(kind, at, end, false);
        Ok(end)
    }

    fn open(&mut self, kind: Kind, at: usize) {
        self.open.push((self.tokens.len() as u32, kind));
        self.push(kind, at, at + 1, false);
    }

    /// Ends the innermost array or object, whose last byte stands before `end`.
    fn close(&mut self, end: usize) -> usize {
        let next = self.tokens.len() as u32;
        if let Some((innermost, _)) = self.open.pop() {
            let token = &mut self.tokens[innermost as usize];
            token.end = end as u32;
            token.next = next;
        }
        end
    }

    #[inline]
    fn push(&mut self, kind: Kind, start: usize, end: usize, escaped: bool) {
        self.tokens.push(Token {
            start: start as u32,
            end: end as u32,
            next: self.tokens.len() as u32 + 1,
            kind,
            escaped,
        });
    }
}

impl<'a> Document<'a> {
    /// The value that the whole text is.
    pub(crate) fn root(&'a self) -> Json<'a> {
        Json::new(self, 0)
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

/// Where the digits that begin at `at` are over; there has to be one.
fn digits(bytes: &[u8], at: usize) -> Result<usize, Malformed> {
    let mut end = at;
    while bytes.get(end).is_some_and(u8::is_ascii_digit) {
        end += 1;
    }
    if end == at { Err(Malformed) } else { Ok(end) }
}
