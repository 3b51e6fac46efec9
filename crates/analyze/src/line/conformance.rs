//! Whether an object of an exchange's line is what the record format says, to the letter.
//!
//! serde, with the types of [`capture::record`], refuses a member that occurs twice, a name with
//! a lone surrogate, and a value of the wrong type even where no report looks at it. The tables here
//! refuse the same, so that a line counts as damaged or not whichever way it is read. `any` is for
//! members that are checked where [`crate::line::exchange::Exchange`] reads them.

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

/// Whether it is an object in which each of `members` occurs at most once and passes its check.
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

/// Checked where it is read, or free to be any JSON.
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

/// For members that are rare or small: this is serde.
fn is<T: DeserializeOwned>(json: Json<'_>) -> bool {
    json.parse::<T>().is_some()
}
