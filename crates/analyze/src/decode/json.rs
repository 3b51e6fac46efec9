//! Small lenient readings of JSON values.
//!
//! Recordings are other people's data: a field of an unexpected type is read
//! as missing, never as a reason to give up on the rest.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

/// Reads `json` as `T`; anything else is `None`.
pub(super) fn read<'a, T: Deserialize<'a>>(json: &'a str) -> Option<T> {
    serde_json::from_str(json).ok()
}

/// A string.
pub(super) fn text<'a>(value: Option<&'a RawValue>) -> Option<Cow<'a, str>> {
    #[derive(Deserialize)]
    struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

    read::<Text<'a>>(value?.get()).map(|text| text.0)
}

/// A string that the caller keeps, cut where it is longer than any name should be.
pub(super) fn name(value: Option<&RawValue>) -> Option<String> {
    text(value).map(|text| crate::text::cut(&text, MAX_NAME_BYTES).to_owned())
}

/// A number from 0.
pub(super) fn number(value: Option<&RawValue>) -> Option<u64> {
    read(value?.get())
}

/// The elements of an array, unread.
pub(super) fn elements(value: Option<&RawValue>) -> Vec<&RawValue> {
    value
        .and_then(|value| read(value.get()))
        .unwrap_or_default()
}

/// How many bytes a string's content has; of any other value, its JSON.
pub(super) fn length(value: Option<&RawValue>) -> u64 {
    let content = text(value).map(|text| text.len());
    content
        .or(value.map(|value| value.get().len()))
        .unwrap_or(0) as u64
}

/// Far longer than any id, name or model; bounds what a recording makes us keep of each.
pub(super) const MAX_NAME_BYTES: usize = 256;
