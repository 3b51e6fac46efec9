//! Cuts JSON text into tokens, and checks that it is JSON.
//!
//! Text comes in, a flat list of tokens goes out: each with where it begins and
//! ends, and where the value behind it stands.

use std::ops::Range;

use capture::json::{self, Kind, Malformed, Primitive, StringIndex, Visitor, primitive};

use super::form::{First, Form, Forms};
use super::value::{Json, same};

/// Room for tokens, used for one text after the other.
#[derive(Debug, Default)]
pub(crate) struct Tape {
    marks: StringIndex,
    list: List,
}

/// The tokens of a text, as far as it was read.
#[derive(Debug, Default)]
struct List {
    tokens: Vec<Token>,
    /// The arrays and objects that have begun and not ended: token, and which of both.
    open: Vec<(u32, Kind)>,
    forms: Forms,
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
    /// Of an object in an array.
    pub(super) form: Option<Form>,
}

impl Token {
    /// Whether anything stands inside of it, which is the token at `place`.
    pub(super) fn holds_others(&self, place: u32) -> bool {
        self.next > place + 1
    }
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
        self.list.forms.clear();
        self.marks.read(text.as_bytes())?;
        json::read(text.as_bytes(), &self.marks, &mut self.list)?;
        Ok(Document {
            text,
            tokens: &self.list.tokens,
        })
    }
}

impl Visitor for List {
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
            form: None,
        });
    }

    #[inline]
    fn close(&mut self, bytes: &[u8], end: usize) {
        let next = self.tokens.len() as u32;
        let Some((innermost, kind)) = self.open.pop() else {
            return;
        };
        let token = &mut self.tokens[innermost as usize];
        token.end = end as u32;
        token.next = next;
        if kind == Kind::Object && token.holds_others(innermost) {
            self.learn(bytes, innermost);
        }
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
            form: None,
        });
    }

    /// Takes an object that stands in an array and has a form that is known.
    #[inline]
    fn known(&mut self, bytes: &[u8], at: usize, marks: &StringIndex) -> Option<usize> {
        if self.innermost() != Some(Kind::Array) {
            return None;
        }
        let object = &bytes[at..];
        let tokens = self.tokens.len();
        for form in self.forms.likely(object) {
            let form = form?;
            if let Some(end) = self.repeat(bytes, at, form, marks) {
                self.forms.met(object, form);
                return Some(end);
            }
            self.tokens.truncate(tokens);
        }
        None
    }
}

impl List {
    /// Takes an object that is written as `first` is, but for its values.
    ///
    /// What stands between the values is compared, not read: it was read in `first`.
    fn repeat(
        &mut self,
        bytes: &[u8],
        at: usize,
        form: Form,
        marks: &StringIndex,
    ) -> Option<usize> {
        let First { token, extent, .. } = self.forms.first(form);
        let moved = self.tokens.len() as u32 - token;
        let first = token as usize..(token + extent) as usize;
        self.tokens.extend_from_within(first.clone());
        let (before, object) = self.tokens.split_at_mut((token + moved) as usize);
        let first = &before[first];
        let end = first[0].end as usize;
        // Up to where both are read, and how far the object lies behind `first` from there on.
        let mut known = first[0].start as usize;
        let mut shift = at - known;
        for token in &mut *object {
            token.next += moved;
            if token.name || token.kind.is_structured() {
                token.start += shift as u32;
                token.end += shift as u32;
                continue;
            }
            let start = between(bytes, known..token.start as usize, shift)?;
            let value = primitive(bytes, start, marks).ok()?;
            known = token.end as usize;
            shift = value.end as usize - known;
            token.start = start as u32;
            token.end = value.end;
            token.kind = value.kind;
            token.escaped = value.escaped;
        }
        // What holds others ends as far behind its counterpart as the last token inside of it does.
        for holder in self.forms.holders(form) {
            let holder = *holder as usize;
            let last = (first[holder].next - token - 1) as usize;
            let shift = object[last].end - first[last].end;
            object[holder].end = first[holder].end + shift;
        }
        between(bytes, known..end, shift)
    }

    /// Makes a form of an object in an array.
    fn learn(&mut self, bytes: &[u8], token: u32) {
        if self.innermost() != Some(Kind::Array) {
            return;
        }
        let text = &bytes[self.tokens[token as usize].start as usize..];
        let form = self
            .forms
            .learn(text, token, &self.tokens[token as usize..]);
        self.tokens[token as usize].form = form;
    }
}

/// Compares what stands `shift` behind `known` with it; where that ends.
#[inline]
fn between(bytes: &[u8], known: Range<usize>, shift: usize) -> Option<usize> {
    let end = known.end + shift;
    let here = bytes.get(known.start + shift..end)?;
    same(here, &bytes[known]).then_some(end)
}

impl<'a> Document<'a> {
    /// The value that the whole text is.
    pub(crate) fn root(&'a self) -> Json<'a> {
        Json::new(self, 0)
    }
}
