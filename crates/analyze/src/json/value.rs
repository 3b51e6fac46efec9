//! A value in a text that was read: what it is, and what it holds.
//!
//! Lenient, because recordings are other people's data: asked for what it is
//! not, a value has no members, no elements, no text, and that is no error.

use std::borrow::Cow;

use capture::json::Kind;
use serde::Deserialize;

use super::tape::{Document, Token};

/// A value. Cheap to copy: it only points at where the text was read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Json<'a> {
    document: &'a Document<'a>,
    token: u32,
}

impl<'a> Json<'a> {
    #[inline]
    pub(super) fn new(document: &'a Document<'a>, token: u32) -> Self {
        Self { document, token }
    }

    #[inline]
    fn token(self) -> &'a Token {
        &self.document.tokens[self.token as usize]
    }

    /// What it is.
    #[inline]
    pub(crate) fn kind(self) -> Kind {
        self.token().kind
    }

    /// Its text, as it stands.
    #[inline]
    pub(crate) fn raw(self) -> &'a str {
        let Token { start, end, .. } = *self.token();
        &self.document.text[start as usize..end as usize]
    }

    /// The length of its text, in bytes.
    #[inline]
    pub(crate) fn raw_bytes(self) -> usize {
        let Token { start, end, .. } = *self.token();
        (end - start) as usize
    }

    /// What stands between the quotes of a string, escapes as they are.
    #[inline]
    pub(crate) fn inner(self) -> Option<&'a str> {
        let token = self.token();
        let inside = token.start as usize + 1..token.end as usize - 1;
        (token.kind == Kind::String).then(|| &self.document.text[inside])
    }

    /// The text of a string.
    pub(crate) fn text(self) -> Option<Cow<'a, str>> {
        let inner = self.inner()?;
        if self.token().escaped {
            // A lone surrogate is no error of the text, but no Rust string can hold it.
            serde_json::from_str(self.raw()).ok().map(Cow::Owned)
        } else {
            Some(Cow::Borrowed(inner))
        }
    }

    /// The text of a string; with its escapes, where no Rust string can hold it without.
    pub(crate) fn text_or_inner(self) -> Cow<'a, str> {
        let inner = self.inner().unwrap_or_default();
        self.text().unwrap_or(Cow::Borrowed(inner))
    }

    /// A whole number from 0.
    pub(crate) fn number(self) -> Option<u64> {
        match self.kind() {
            Kind::Integer => natural(self.raw()),
            _ => None,
        }
    }

    /// Whether it is an array.
    pub(crate) fn is_array(self) -> bool {
        self.kind() == Kind::Array
    }

    /// Itself, if it is an object.
    pub(crate) fn object(self) -> Option<Self> {
        (self.kind() == Kind::Object).then_some(self)
    }

    /// Itself, if it is a string.
    pub(crate) fn string(self) -> Option<Self> {
        (self.kind() == Kind::String).then_some(self)
    }

    /// Whether it is `null`.
    #[inline]
    pub(crate) fn is_null(self) -> bool {
        self.kind() == Kind::Null
    }

    /// Whether it is `true`.
    pub(crate) fn is_true(self) -> bool {
        self.raw() == "true"
    }

    /// What a boolean says.
    pub(crate) fn boolean(self) -> Option<bool> {
        (self.kind() == Kind::Boolean).then(|| self.is_true())
    }

    /// Whether it is a string that [`Json::text`] gives: one without lone surrogates.
    pub(crate) fn is_text(self) -> bool {
        let Some(inner) = self.inner() else {
            return false;
        };
        let may_be_lone = self.is_escaped() && (inner.contains(r"\ud") || inner.contains(r"\uD"));
        !may_be_lone || self.text().is_some()
    }

    /// What it says as a `T`: for small values that have a type of their own.
    pub(crate) fn parse<T: Deserialize<'a>>(self) -> Option<T> {
        serde_json::from_str(self.raw()).ok()
    }

    /// The bytes of a string's text, for comparing; none of anything else.
    #[inline]
    pub(crate) fn bytes(self) -> Cow<'a, [u8]> {
        match self.plain() {
            Some(bytes) => Cow::Borrowed(bytes),
            None => self.unescaped(),
        }
    }

    /// Whether it is a string that says `text`.
    #[inline]
    pub(crate) fn says(self, text: &str) -> bool {
        match self.plain() {
            Some(bytes) => same(bytes, text.as_bytes()),
            None => self.kind() == Kind::String && *self.unescaped() == *text.as_bytes(),
        }
    }

    /// The bytes between the quotes of a string without escapes.
    #[inline]
    fn plain(self) -> Option<&'a [u8]> {
        let token = self.token();
        if token.kind != Kind::String || token.escaped {
            return None;
        }
        let inside = token.start as usize + 1..token.end as usize - 1;
        self.document.text.as_bytes().get(inside)
    }

    /// What [`Json::bytes`] are of anything but a string without escapes.
    #[cold]
    fn unescaped(self) -> Cow<'a, [u8]> {
        match self.text_or_inner() {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        }
    }

    /// The value of an object's member; of the first, where several have the name.
    pub(crate) fn get(self, name: &str) -> Option<Self> {
        let mut members = self.members();
        members.find_map(|(key, value)| key.says(name).then_some(value))
    }

    /// The elements of an array.
    pub(crate) fn elements(self) -> impl Iterator<Item = Json<'a>> {
        self.inside(Kind::Array)
    }

    /// The members of an object: name, a string, and value.
    pub(crate) fn members(self) -> impl Iterator<Item = (Json<'a>, Json<'a>)> {
        let mut tokens = self.inside(Kind::Object);
        std::iter::from_fn(move || {
            let name = tokens.next()?;
            Some((name, tokens.next()?))
        })
    }

    /// Whether nothing stands inside of it.
    pub(crate) fn is_empty(self) -> bool {
        self.behind() == self.token + 1
    }

    /// Whether it is the name of a member.
    pub(crate) fn is_name(self) -> bool {
        self.token().name
    }

    /// Whether it is a string with an escape in it.
    pub(crate) fn is_escaped(self) -> bool {
        self.token().escaped
    }

    /// Its place among all tokens of the text, in whose order one may walk them: an
    /// array before its elements, an object before each of its members' names and values.
    pub(crate) fn place(self) -> u32 {
        self.token
    }

    /// The place behind it and all that it holds.
    pub(crate) fn behind(self) -> u32 {
        self.token().next
    }

    /// What stands at another place of the same text.
    pub(crate) fn at(self, place: u32) -> Self {
        Self::new(self.document, place)
    }

    /// What stands directly inside, if this is of that kind.
    fn inside(self, kind: Kind) -> Inside<'a> {
        let token = self.token();
        let end = if token.kind == kind {
            token.next
        } else {
            self.token
        };
        Inside {
            document: self.document,
            at: self.token + 1,
            end,
        }
    }
}

/// A whole number from 0, of digits and perhaps a sign.
#[inline]
fn natural(number: &str) -> Option<u64> {
    if number.len() > SURE_DIGITS || number.starts_with('-') {
        return number.parse().ok();
    }
    let digits = number.bytes().map(|digit| u64::from(digit - b'0'));
    Some(digits.fold(0, |number, digit| number * 10 + digit))
}

/// So many digits fit into 64 bits, whatever they are.
const SURE_DIGITS: usize = 19;

/// Whether both are the same: a call for each of the many short names would cost more than looking.
#[inline]
pub(crate) fn same(one: &[u8], other: &[u8]) -> bool {
    fn ends<const N: usize>(one: &[u8], other: &[u8]) -> Option<bool> {
        let first = one.first_chunk::<N>()? == other.first_chunk()?;
        Some(first && one.last_chunk::<N>()? == other.last_chunk()?)
    }
    if one.len() != other.len() {
        return false;
    }
    match one.len() {
        4..=8 => ends::<4>(one, other) == Some(true),
        9..=16 => ends::<8>(one, other) == Some(true),
        17..=32 => ends::<16>(one, other) == Some(true),
        _ => one == other,
    }
}

/// The elements of an array that may be missing.
pub(crate) fn elements<'a>(array: Option<Json<'a>>) -> impl Iterator<Item = Json<'a>> {
    array.into_iter().flat_map(Json::elements)
}

/// Values that stand side by side.
struct Inside<'a> {
    document: &'a Document<'a>,
    at: u32,
    end: u32,
}

impl<'a> Iterator for Inside<'a> {
    type Item = Json<'a>;

    #[inline]
    fn next(&mut self) -> Option<Json<'a>> {
        if self.at >= self.end {
            return None;
        }
        let json = Json::new(self.document, self.at);
        self.at = json.token().next;
        Some(json)
    }
}
