//! Cuts JSON text into tokens, and checks that it is JSON.
//!
//! Text comes in, a flat list of tokens goes out: each with where it begins and
//! ends, and where the value behind it stands.

use capture::json::{self, Kind, Malformed, Marks, Primitive, Tokens};

use super::value::Json;

/// Room for tokens, used for one text after the other.
#[derive(Debug, Default)]
pub(crate) struct Tape {
    marks: Marks,
    list: List,
}

/// The tokens of a text, as far as it was read.
#[derive(Debug, Default)]
struct List {
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
    /// Whether it is the name of a member.
    pub(super) name: bool,
}

impl Tape {
    /// Reads `text`, which is one JSON value with white space around it.
    ///
    /// # Errors
    ///
    /// [`Malformed`] where it is not, or is longer than 4 GiB.
    pub(crate) fn read<'a>(&'a mut self, text: &'a str) -> Result<Document<'a>, Malformed> {
        // Offsets and counts of tokens fit into 32 bits then.
        u32::try_from(text.len()).map_err(|_| Malformed)?;
        self.list.tokens.clear();
        self.list.open.clear();
        self.marks.read(text.as_bytes())?;
        json::read(text.as_bytes(), &self.marks, &mut self.list)?;
        Ok(Document {
            text,
            tokens: &self.list.tokens,
        })
    }
}

impl Tokens for List {
    #[inline(always)]
    fn innermost(&self) -> Option<Kind> {
        let (_, kind) = self.open.last()?;
        Some(*kind)
    }

    #[inline]
    fn open(&mut self, kind: Kind, at: usize) {
        let token = self.tokens.len() as u32;
        self.open.push((token, kind));
        self.tokens.push(Token {
            start: at as u32,
            end: at as u32 + 1,
            next: token + 1,
            kind,
            escaped: false,
            name: false,
        });
    }

    #[inline]
    fn close(&mut self, _bytes: &[u8], end: usize) {
        let next = self.tokens.len() as u32;
        let Some((innermost, _)) = self.open.pop() else {
            return;
        };
        let token = &mut self.tokens[innermost as usize];
        token.end = end as u32;
        token.next = next;
    }

    #[inline(always)]
    fn primitive(&mut self, at: usize, primitive: Primitive, name: bool) {
        self.tokens.push(Token {
            start: at as u32,
            end: primitive.end,
            next: self.tokens.len() as u32 + 1,
            kind: primitive.kind,
            escaped: primitive.escaped,
            name,
        });
    }
}

impl<'a> Document<'a> {
    /// The value that the whole text is.
    pub(crate) fn root(&'a self) -> Json<'a> {
        Json::new(self, 0)
    }
}
