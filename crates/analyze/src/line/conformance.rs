//! Checks the objects of an exchange's line against the record format.
//!
//! With the types of [`capture::record`], serde rejects duplicate members, names with a lone
//! surrogate, and values of the wrong type, even in members that no report uses. These tables
//! reject the same lines, so that the tokenizer and serde agree on which lines are damaged. `any`
//! is for members that [`crate::line::exchange::Exchange`] checks as it reads them.

use capture::record::{Header, Informational};
use serde::de::DeserializeOwned;

use crate::json::Json;

/// A member's name, and the check of its value.
pub(crate) type Member = (&'static str, fn(Json<'_>) -> bool);

pub(crate) const EXCHANGE: [Member; 10] = [
    ("id", any),
    ("connection", any),
    ("started_at", any),
    ("transport", any),
    ("upgrade", is::<Option<u64>>),
    ("request", any),
    ("response", any),
    ("outcome", any),
    ("delay", any),
    ("notes", is::<Vec<String>>),
];

pub(crate) const REQUEST: [Member; 7] = [
    ("method", any),
    ("url", any),
    ("http_version", text),
    ("headers", array),
    ("body", any),
    ("trailers", is::<Vec<Header>>),
    ("end_us", any),
];

pub(crate) const RESPONSE: [Member; 10] = [
    ("status", any),
    ("reason", optional_text),
    ("http_version", text),
    ("headers", array),
    ("informational", is::<Vec<Informational>>),
    ("body", any),
    ("events", array),
    ("trailers", is::<Vec<Header>>),
    ("start_us", any),
    ("end_us", any),
];

pub(crate) const BODY: [Member; 9] = [
    ("json", any),
    ("text", optional_text),
    ("base64", optional_text),
    ("bytes", number),
    ("wire_bytes", number),
    ("encoding", optional_text),
    ("hash", optional_text),
    ("truncated", is::<bool>),
    ("problem", optional_text),
];

/// Whether `json` is an object in which each of `members` occurs at most once and passes its check.
pub(crate) fn conforms(json: Json<'_>, members: &[Member]) -> bool {
    let mut seen = 0_u32;
    json.object().is_some()
        && json.members().all(|(name, value)| {
            let bytes = name.bytes();
            let known = |(known, _): &Member| known.as_bytes() == &*bytes;
            let Some(at) = members.iter().position(known) else {
                return name.is_text();
            };
            let before = seen;
            seen |= 1 << at;
            before != seen && members[at].1(value)
        })
}

/// Reads a member that may be missing or `null`; `None` if it is present and invalid.
pub(crate) fn optional<'a, T>(
    member: Option<Json<'a>>,
    read: impl Fn(Json<'a>) -> Option<T>,
) -> Option<Option<T>> {
    match member {
        Some(value) if !value.is_null() => read(value).map(Some),
        _ => Some(None),
    }
}

/// For members that are checked where they are read, or may be any JSON.
fn any(_: Json<'_>) -> bool {
    true
}

fn text(json: Json<'_>) -> bool {
    json.is_text()
}

fn optional_text(json: Json<'_>) -> bool {
    json.is_null() || json.is_text()
}

fn number(json: Json<'_>) -> bool {
    json.number().is_some()
}

fn array(json: Json<'_>) -> bool {
    json.is_array()
}

/// Checks with serde; for members that are rare or small.
fn is<T: DeserializeOwned>(json: Json<'_>) -> bool {
    json.parse::<T>().is_some()
}
