//! Text: bounding it, comparing it, making it safe to show; and how figures are written.

pub(crate) mod diff;
pub(crate) mod escaping;
pub(crate) mod glob;
pub mod units;
pub(crate) mod urls;
pub(crate) mod visible;

use std::borrow::Cow;

/// `text` in ASCII lower case; borrowed if it already is.
pub(crate) fn lower(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(text.to_ascii_lowercase())
    } else {
        Cow::Borrowed(text)
    }
}

/// The longest prefix of `text` that has at most `limit` bytes.
pub(crate) fn cut(text: &str, limit: usize) -> &str {
    if text.len() <= limit {
        return text;
    }
    &text[..text.floor_char_boundary(limit)]
}
