//! Lenient access to JSON values.
//!
//! Recordings are other people's data: a field of an unexpected type counts as missing and costs
//! nothing else.

use std::borrow::Cow;

pub(super) use crate::json::{elements, fields};

use crate::json::Json;
use crate::text::cut;

/// A string.
pub(super) fn text<'a>(value: Option<Json<'a>>) -> Option<Cow<'a, str>> {
    value?.text()
}

/// A string that the caller keeps, cut where it is longer than any name should be.
pub(super) fn name(value: Option<Json<'_>>) -> Option<String> {
    short(value).map(Cow::into_owned)
}

/// The same, copied only if it has to be unescaped.
pub(super) fn short<'a>(value: Option<Json<'a>>) -> Option<Cow<'a, str>> {
    text(value).map(|text| match text {
        Cow::Borrowed(text) => Cow::Borrowed(cut(text, MAX_NAME_BYTES)),
        Cow::Owned(text) => Cow::Owned(cut(&text, MAX_NAME_BYTES).to_owned()),
    })
}

/// A whole number that is not negative.
pub(super) fn number(value: Option<Json<'_>>) -> Option<u64> {
    value?.number()
}

/// The length of a string in bytes; of any other value, that of its JSON.
pub(super) fn length(value: Option<Json<'_>>) -> u64 {
    let Some(value) = value else { return 0 };
    let content = value.text().map(|text| text.len());
    content.unwrap_or(value.raw_bytes()) as u64
}

/// Far longer than any id, name or model; bounds what a recording makes us keep of each.
pub(super) const MAX_NAME_BYTES: usize = 256;
