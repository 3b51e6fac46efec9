//! An exchange as it stands on its line: borrowed from there, nothing copied.
//!
//! The same fields as [`capture::record::Exchange`], as far as a report asks for them,
//! for the many exchanges that are looked at once and not kept. Bodies and
//! events are [`Json`], ready to be walked.

use std::borrow::Cow;

use capture::record::{self, Delay, Outcome, Timestamp, Transport};

use crate::json::{Json, Tape, elements};

/// One request, its response, and what streamed with it.
#[derive(Debug)]
pub(crate) struct Exchange<'a> {
    pub(crate) id: u64,
    pub(crate) connection: u64,
    pub(crate) started_at: Timestamp,
    pub(crate) transport: Transport,
    pub(crate) request: Request<'a>,
    pub(crate) response: Option<Response<'a>>,
    pub(crate) outcome: Outcome,
    pub(crate) delay: Option<Delay>,
    /// How many there are.
    pub(crate) notes: u64,
}

/// What the agent sent.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    pub(crate) method: Cow<'a, str>,
    pub(crate) url: Cow<'a, str>,
    pub(crate) headers: Vec<Header<'a>>,
    pub(crate) body: Option<Body<'a>>,
    pub(crate) end_us: Option<u64>,
}

/// What the origin answered.
#[derive(Debug)]
pub(crate) struct Response<'a> {
    pub(crate) status: u16,
    pub(crate) headers: Vec<Header<'a>>,
    pub(crate) body: Option<Body<'a>>,
    pub(crate) events: Vec<Event<'a>>,
    pub(crate) start_us: u64,
    pub(crate) end_us: Option<u64>,
}

/// One header field.
#[derive(Debug)]
pub(crate) struct Header<'a> {
    pub(crate) name: Cow<'a, str>,
    pub(crate) value: Cow<'a, str>,
}

/// A header field, borrowed or not.
pub(crate) trait Field {
    fn name(&self) -> &str;
    fn value(&self) -> &str;
}

impl Field for Header<'_> {
    fn name(&self) -> &str {
        &self.name
    }

    fn value(&self) -> &str {
        &self.value
    }
}

impl Field for record::Header {
    fn name(&self) -> &str {
        &self.name
    }

    fn value(&self) -> &str {
        &self.value
    }
}

/// The body of a request or a response.
#[derive(Debug)]
pub(crate) struct Body<'a> {
    pub(crate) json: Option<Json<'a>>,
    pub(crate) text: Option<Cow<'a, str>>,
    pub(crate) bytes: u64,
    pub(crate) wire_bytes: u64,
    pub(crate) truncated: bool,
    /// Whether it could not be decoded to its end.
    pub(crate) undecoded: bool,
}

/// One server-sent event, or one WebSocket message from the origin.
#[derive(Debug)]
pub(crate) struct Event<'a> {
    pub(crate) at_us: u64,
    pub(crate) event: Option<Cow<'a, str>>,
    pub(crate) json: Option<Json<'a>>,
    pub(crate) text: Option<Cow<'a, str>>,
    pub(crate) bytes: u64,
    pub(crate) wire_bytes: Option<u64>,
    pub(crate) truncated: bool,
}

impl<'a> Exchange<'a> {
    /// The exchange that a line says; `None` where it is not one to the letter.
    pub(crate) fn of(line: Json<'a>) -> Option<Self> {
        Some(Self {
            id: line.get("id")?.number()?,
            connection: line.get("connection")?.number()?,
            started_at: line.get("started_at")?.parse()?,
            transport: line.get("transport")?.parse()?,
            request: Request::of(line.get("request")?)?,
            response: optional(line, "response", Response::of)?,
            outcome: line.get("outcome")?.parse()?,
            delay: optional(line, "delay", Json::parse)?,
            notes: line
                .get("notes")
                .map_or(0, |notes| notes.elements().count() as u64),
        })
    }
}

impl<'a> Request<'a> {
    fn of(json: Json<'a>) -> Option<Self> {
        Some(Self {
            method: json.get("method")?.text()?,
            url: json.get("url")?.text()?,
            headers: Header::all(json)?,
            body: optional(json, "body", Body::of)?,
            end_us: optional(json, "end_us", Json::number)?,
        })
    }
}

impl<'a> Response<'a> {
    fn of(json: Json<'a>) -> Option<Self> {
        Some(Self {
            status: json.get("status")?.parse()?,
            headers: Header::all(json)?,
            body: optional(json, "body", Body::of)?,
            events: elements(json.get("events"))
                .map(Event::of)
                .collect::<Option<_>>()?,
            start_us: json.get("start_us")?.number()?,
            end_us: optional(json, "end_us", Json::number)?,
        })
    }
}

impl<'a> Body<'a> {
    fn of(json: Json<'a>) -> Option<Self> {
        Some(Self {
            json: json.get("json"),
            text: optional(json, "text", Json::text)?,
            bytes: optional(json, "bytes", Json::number)?.unwrap_or(0),
            wire_bytes: optional(json, "wire_bytes", Json::number)?.unwrap_or(0),
            truncated: json.get("truncated").is_some_and(Json::is_true),
            undecoded: optional(json, "problem", Json::inner)?.is_some(),
        })
    }
}

impl<'a> Event<'a> {
    /// Reads one, in one pass over its members: there are far more events than anything else.
    fn of(json: Json<'a>) -> Option<Self> {
        let mut at_us = None;
        let mut event = Self {
            at_us: 0,
            event: None,
            json: None,
            text: None,
            bytes: 0,
            wire_bytes: None,
            truncated: false,
        };
        for (name, value) in json.members() {
            match name.inner()? {
                "at_us" => at_us = Some(value.number()?),
                "event" => event.event = or_null(value, Json::text)?,
                "json" => event.json = Some(value),
                "text" => event.text = or_null(value, Json::text)?,
                "bytes" => event.bytes = value.number()?,
                "wire_bytes" => event.wire_bytes = or_null(value, Json::number)?,
                "truncated" => event.truncated = value.is_true(),
                _ => {}
            }
        }
        event.at_us = at_us?;
        Some(event)
    }
}

/// Hands `look` an exchange that a program holds, by way of what its line would be.
pub(crate) fn read<T>(
    exchange: &record::Exchange,
    look: impl FnOnce(&Exchange<'_>) -> T,
) -> Option<T> {
    let line = serde_json::to_string(exchange).ok()?;
    let mut tape = Tape::default();
    let document = tape.read(&line).ok()?;
    Exchange::of(document.root()).map(|exchange| look(&exchange))
}

impl<'a> Header<'a> {
    fn of(field: Json<'a>) -> Option<Self> {
        Some(Self {
            name: field.get("name")?.text()?,
            value: field.get("value")?.text()?,
        })
    }

    fn all(message: Json<'a>) -> Option<Vec<Self>> {
        elements(message.get("headers")).map(Self::of).collect()
    }
}

/// A member that may be missing or `null`; `None` where it is there and cannot be read.
fn optional<'a, T>(
    json: Json<'a>,
    name: &str,
    read: impl Fn(Json<'a>) -> Option<T>,
) -> Option<Option<T>> {
    json.get(name)
        .map_or(Some(None), |value| or_null(value, read))
}

/// A value that may be `null`; `None` where it is something else that cannot be read.
fn or_null<'a, T>(value: Json<'a>, read: impl Fn(Json<'a>) -> Option<T>) -> Option<Option<T>> {
    if value.is_null() {
        return Some(None);
    }
    read(value).map(Some)
}
