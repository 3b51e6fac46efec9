//! The tokens of a JSON text, in one flat list.
//!
//! Arrays and objects come before their contents, names of members before their values. What a
//! token says about the others are indices into that list, so nothing is nested.

use capture::json::JsonType;

/// A text and its tokens; never empty.
#[derive(Debug)]
pub(crate) struct Document<'a> {
    pub(super) text: &'a str,
    pub(super) tokens: &'a [Token],
}

/// A value, or the name of a member.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    /// Offset of the first byte, with the quote of a string.
    pub(super) start: u32,
    /// Offset after the last byte.
    pub(super) end: u32,
    /// Index of the next token that is not part of this one.
    pub(super) next: u32,
    pub(super) kind: JsonType,
    /// Whether a string contains a backslash.
    pub(super) escaped: bool,
    /// Whether it is the name of a member.
    pub(super) name: bool,
}
