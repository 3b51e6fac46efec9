//! An event of a stream, borrowed from its exchange's line.

use std::borrow::Cow;

use crate::json::{Json, elements};

use super::conformance::optional;

/// One server-sent event, or one WebSocket message from the origin.
#[derive(Debug)]
pub(crate) struct Event<'a> {
    pub(crate) at_us: u64,
    pub(crate) event: Option<Cow<'a, str>>,
    pub(crate) json: Option<Json<'a>>,
    /// The member `type` of `json`: nearly every decoder needs it for every event.
    kind: Option<Json<'a>>,
    pub(crate) text: Option<Json<'a>>,
    /// A string.
    pub(crate) base64: Option<Json<'a>>,
    pub(crate) bytes: u64,
    pub(crate) wire_bytes: Option<u64>,
    pub(crate) truncated: bool,
}

/// The members of an event. Searched and checked in one pass: most of a recording's objects are
/// events.
#[derive(Default)]
struct EventFields<'a> {
    at_us: Option<Json<'a>>,
    event: Option<Json<'a>>,
    json: Option<Json<'a>>,
    text: Option<Json<'a>>,
    base64: Option<Json<'a>>,
    bytes: Option<Json<'a>>,
    wire_bytes: Option<Json<'a>>,
    truncated: Option<Json<'a>>,
}

impl<'a> EventFields<'a> {
    /// `None` if a member occurs twice, or a name is not valid text: see [`super::conformance`].
    fn of(event: Json<'a>) -> Option<Self> {
        let mut fields = Self::default();
        for (name, value) in event.members() {
            let member = match &*name.bytes() {
                b"at_us" => &mut fields.at_us,
                b"event" => &mut fields.event,
                b"json" => &mut fields.json,
                b"text" => &mut fields.text,
                b"base64" => &mut fields.base64,
                b"bytes" => &mut fields.bytes,
                b"wire_bytes" => &mut fields.wire_bytes,
                b"truncated" => &mut fields.truncated,
                _ if name.is_text() => continue,
                _ => return None,
            };
            if member.replace(value).is_some() {
                return None;
            }
        }
        Some(fields)
    }
}

impl<'a> Event<'a> {
    fn of(json: Json<'a>) -> Option<Self> {
        let fields = EventFields::of(json)?;
        let text = |json: Json<'a>| json.is_text().then_some(json);
        Some(Self {
            at_us: fields.at_us?.number()?,
            event: optional(fields.event, Json::text)?,
            // The data `null` is not missing data.
            json: fields.json,
            kind: fields.json.and_then(|data| data.get("type")),
            text: optional(fields.text, text)?,
            base64: optional(fields.base64, text)?,
            bytes: fields.bytes.map_or(Some(0), Json::number)?,
            wire_bytes: optional(fields.wire_bytes, Json::number)?,
            truncated: fields.truncated.map_or(Some(false), Json::boolean)?,
        })
    }

    pub(super) fn all(events: Option<Json<'a>>) -> Option<Vec<Self>> {
        let mut all: Vec<Self> = Vec::new();
        for event in elements(events) {
            if all.is_empty() {
                // Assumes that the others are about as long as the first.
                let list_bytes = events.map_or(0, Json::raw_bytes);
                let estimate = list_bytes / event.raw_bytes().max(1);
                all.reserve(estimate.min(MAX_RESERVED_EVENTS));
            }
            all.push(Self::of(event)?);
        }
        Some(all)
    }

    /// Its type: the member `type` of its data, else the event's name.
    pub(crate) fn kind(&self) -> Cow<'a, str> {
        let kind = self.kind.and_then(Json::text);
        kind.or_else(|| self.event.clone()).unwrap_or_default()
    }
}

/// Bounds the memory that a line with a short first event makes us reserve; longer lists grow.
const MAX_RESERVED_EVENTS: usize = 4096;
