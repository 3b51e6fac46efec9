//! Text that other people wrote, cut to a length.

pub(crate) mod diff;
pub(crate) mod escaping;
pub(crate) mod glob;
pub(crate) mod names;
pub mod units;
pub(crate) mod urls;
pub(crate) mod visible;

use std::borrow::Cow;

/// `text` in lower case; most is.
pub(crate) fn lower(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(text.to_ascii_lowercase())
    } else {
        Cow::Borrowed(text)
    }
}

/// `text`, or as much of its beginning as fits into `limit` bytes.
pub(crate) fn cut(text: &str, limit: usize) -> &str {
    if text.len() <= limit {
        return text;
    }
    &text[..text.floor_char_boundary(limit)]
}
