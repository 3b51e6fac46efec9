//! A value of a parsed text: its kind, its text, its contents.
//!
//! Lenient, because recordings are other people's data: a number has no members, an array no
//! text, and asking for them is not an error.

use std::borrow::Cow;

use capture::json::JsonType;
use serde::Deserialize;

use super::token::{Document, Token};

/// A value, borrowed from its [`Document`] and cheap to copy.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Json<'a> {
    document: &'a Document<'a>,
    /// Index of its token.
    token: u32,
}

impl<'a> Document<'a> {
    /// The value that the whole text is.
    pub(crate) fn root(&'a self) -> Json<'a> {
        Json::new(self, 0)
    }
}

impl<'a> Json<'a> {
    #[inline]
    fn new(document: &'a Document<'a>, token: u32) -> Self {
        Self { document, token }
    }

    #[inline]
    fn token(self) -> &'a Token {
        &self.document.tokens[self.token as usize]
    }

    /// Its JSON type.
    #[inline]
    pub(crate) fn kind(self) -> JsonType {
        self.token().kind
    }

    /// Its text as written, with the quotes of a string.
    #[inline]
    pub(crate) fn raw(self) -> &'a str {
        let Token { start, end, .. } = *self.token();
        &self.document.text[start as usize..end as usize]
    }

    /// The length of [`Json::raw`].
    #[inline]
    pub(crate) fn raw_bytes(self) -> usize {
        let Token { start, end, .. } = *self.token();
        (end - start) as usize
    }

    /// The text between the quotes of a string, with its escapes.
    #[inline]
    pub(crate) fn inner(self) -> Option<&'a str> {
        let token = self.token();
        let inside = token.start as usize + 1..token.end as usize - 1;
        (token.kind == JsonType::String).then(|| &self.document.text[inside])
    }

    /// The text of a string; `None` also for a string with a lone surrogate.
    pub(crate) fn text(self) -> Option<Cow<'a, str>> {
        let inner = self.inner()?;
        if self.token().escaped {
            // A lone surrogate is valid JSON, but no Rust string can hold it.
            serde_json::from_str(self.raw()).ok().map(Cow::Owned)
        } else {
            Some(Cow::Borrowed(inner))
        }
    }

    /// [`Json::text`], or [`Json::inner`] where there is none; empty for anything but a string.
    pub(crate) fn text_or_inner(self) -> Cow<'a, str> {
        let inner = self.inner().unwrap_or_default();
        self.text().unwrap_or(Cow::Borrowed(inner))
    }

    /// An unsigned integer.
    pub(crate) fn number(self) -> Option<u64> {
        match self.kind() {
            JsonType::Integer => natural(self.raw()),
            _ => None,
        }
    }

    /// Whether it is an array.
    pub(crate) fn is_array(self) -> bool {
        self.kind() == JsonType::Array
    }

    /// Itself, if it is an object.
    pub(crate) fn object(self) -> Option<Self> {
        (self.kind() == JsonType::Object).then_some(self)
    }

    /// Itself, if it is a string.
    pub(crate) fn string(self) -> Option<Self> {
        (self.kind() == JsonType::String).then_some(self)
    }

    /// Whether it is `null`.
    #[inline]
    pub(crate) fn is_null(self) -> bool {
        self.kind() == JsonType::Null
    }

    /// Whether it is `true`.
    pub(crate) fn is_true(self) -> bool {
        self.raw() == "true"
    }

    /// The value of a boolean.
    pub(crate) fn boolean(self) -> Option<bool> {
        (self.kind() == JsonType::Boolean).then(|| self.is_true())
    }

    /// Whether [`Json::text`] returns something: it is a string without lone surrogates.
    pub(crate) fn is_text(self) -> bool {
        let Some(inner) = self.inner() else {
            return false;
        };
        let may_be_lone = self.is_escaped() && (inner.contains(r"\ud") || inner.contains(r"\uD"));
        !may_be_lone || self.text().is_some()
    }

    /// Deserializes it as a `T`: for small values.
    pub(crate) fn parse<T: Deserialize<'a>>(self) -> Option<T> {
        serde_json::from_str(self.raw()).ok()
    }

    /// The bytes of [`Json::text_or_inner`], to compare with.
    #[inline]
    pub(crate) fn bytes(self) -> Cow<'a, [u8]> {
        match self.plain() {
            Some(bytes) => Cow::Borrowed(bytes),
            None => self.unescaped(),
        }
    }

    /// Whether it is the string `text`.
    #[inline]
    pub(crate) fn says(self, text: &str) -> bool {
        match self.plain() {
            Some(bytes) => same(bytes, text.as_bytes()),
            None => self.kind() == JsonType::String && *self.unescaped() == *text.as_bytes(),
        }
    }

    /// The bytes between the quotes of a string without escapes.
    #[inline]
    fn plain(self) -> Option<&'a [u8]> {
        let token = self.token();
        if token.kind != JsonType::String || token.escaped {
            return None;
        }
        let inside = token.start as usize + 1..token.end as usize - 1;
        self.document.text.as_bytes().get(inside)
    }

    /// [`Json::bytes`] of a string with escapes; empty for anything but a string.
    #[cold]
    fn unescaped(self) -> Cow<'a, [u8]> {
        match self.text_or_inner() {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        }
    }

    /// The value of an object's member, the first if several have the name.
    pub(crate) fn get(self, name: &str) -> Option<Self> {
        let mut members = self.members();
        members.find_map(|(key, value)| key.says(name).then_some(value))
    }

    /// The elements of an array.
    pub(crate) fn elements(self) -> impl Iterator<Item = Json<'a>> {
        self.children(JsonType::Array)
    }

    /// The members of an object: name and value.
    pub(crate) fn members(self) -> impl Iterator<Item = (Json<'a>, Json<'a>)> {
        let mut tokens = self.children(JsonType::Object);
        std::iter::from_fn(move || {
            let name = tokens.next()?;
            Some((name, tokens.next()?))
        })
    }

    /// Whether it has no contents.
    pub(crate) fn is_empty(self) -> bool {
        self.next_index() == self.token + 1
    }

    /// Whether it is the name of a member.
    pub(crate) fn is_name(self) -> bool {
        self.token().name
    }

    /// Whether it is a string with an escape.
    pub(crate) fn is_escaped(self) -> bool {
        self.token().escaped
    }

    /// Its index among the tokens of the text. Indices follow the text: an array, then its
    /// elements; an object, then the name and the value of each member.
    pub(crate) fn index(self) -> u32 {
        self.token
    }

    /// The index after it and its contents.
    pub(crate) fn next_index(self) -> u32 {
        self.token().next
    }

    /// The value or name at another index of the same text.
    pub(crate) fn at(self, index: u32) -> Self {
        Self::new(self.document, index)
    }

    /// Its direct contents if it is of that kind, else nothing.
    fn children(self, kind: JsonType) -> Children<'a> {
        let token = self.token();
        let end = if token.kind == kind {
            token.next
        } else {
            self.token
        };
        Children {
            document: self.document,
            at: self.token + 1,
            end,
        }
    }
}

/// An unsigned integer from a JSON integer, which may have a sign.
#[inline]
fn natural(number: &str) -> Option<u64> {
    if number.len() > SURE_DIGITS || number.starts_with('-') {
        return number.parse().ok();
    }
    let digits = number.bytes().map(|digit| u64::from(digit - b'0'));
    Some(digits.fold(0, |number, digit| number * 10 + digit))
}

/// Any number of so many digits fits into 64 bits: the sum in `natural` cannot overflow.
const SURE_DIGITS: usize = 19;

/// Whether both are equal, without a call to `memcmp` for the short names that most comparisons
/// are of: two loads, which overlap unless the length is their sum, see every byte.
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

/// The contents of an array or object, without theirs.
struct Children<'a> {
    document: &'a Document<'a>,
    at: u32,
    end: u32,
}

impl<'a> Iterator for Children<'a> {
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
