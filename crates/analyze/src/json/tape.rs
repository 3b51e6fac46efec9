//! Cuts JSON text into tokens, and validates it on the way.

use capture::json::{self, JsonType, Malformed, Primitive, StringIndex, Visitor};

use super::token::{Document, Token};

/// Parses one text after another, and keeps the memory between them.
#[derive(Debug, Default)]
pub(crate) struct Tape {
    string_index: StringIndex,
    list: TokenList,
}

/// The tokens of a text, as far as it was read.
#[derive(Debug, Default)]
struct TokenList {
    tokens: Vec<Token>,
    /// The arrays and objects that are not closed yet, by the index of their token.
    open: Vec<(u32, JsonType)>,
}

impl Tape {
    /// Parses `text`: one JSON value with white space around it.
    ///
    /// # Errors
    ///
    /// [`Malformed`] if it is anything else, or longer than 4 GiB.
    pub(crate) fn read<'a>(&'a mut self, text: &'a str) -> Result<Document<'a>, Malformed> {
        // The invariant behind every cast to u32 in this folder: a text has no more tokens than
        // bytes, so its offsets and its tokens' indices fit.
        u32::try_from(text.len()).map_err(|_| Malformed)?;
        self.list.tokens.clear();
        self.list.open.clear();
        self.string_index.read(text.as_bytes())?;
        json::read(text.as_bytes(), &self.string_index, &mut self.list)?;
        Ok(Document {
            text,
            tokens: &self.list.tokens,
        })
    }
}

impl Visitor for TokenList {
    #[inline(always)]
    fn innermost(&self) -> Option<JsonType> {
        let (_, kind) = self.open.last()?;
        Some(*kind)
    }

    #[inline]
    fn open(&mut self, kind: JsonType, at: usize) {
        let token = self.tokens.len() as u32;
        self.open.push((token, kind));
        // `close` sets `end` and `next`.
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
    fn close(&mut self, end: usize) {
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
