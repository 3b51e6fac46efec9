//! An exchange, borrowed from its line: the type that everything in this crate reads.
//!
//! The fields of [`capture::record::Exchange`] that a report or an export needs. Text is copied only
//! if it has to be unescaped; bodies and events stay [`Json`].

use std::borrow::Cow;

use capture::record::{Delay, Outcome, Timestamp, Transport};

use crate::json::{Json, elements, fields};

use super::conformance::{self, conforms};

/// One request, its response, and what streamed with it, borrowed from the line that records it.
///
/// [`Scan::for_each`](crate::Scan::for_each) gives the exchanges of a recording;
/// [`Call::of`](crate::Call::of), [`Filter`](crate::Filter) and
/// [`HarWriter`](crate::HarWriter) take them.
#[derive(Debug)]
pub struct Exchange<'a> {
    pub(crate) id: u64,
    pub(crate) connection: u64,
    pub(crate) started_at: Timestamp,
    pub(crate) transport: Transport,
    pub(crate) request: Request<'a>,
    pub(crate) response: Option<Response<'a>>,
    pub(crate) outcome: Outcome,
    pub(crate) delay: Option<Delay>,
}

/// What the agent sent.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    pub(crate) method: Cow<'a, str>,
    pub(crate) url: Cow<'a, str>,
    /// A string.
    pub(crate) http_version: Json<'a>,
    pub(crate) headers: Vec<Header<'a>>,
    pub(crate) body: Option<Body<'a>>,
    pub(crate) end_us: Option<u64>,
}

/// What the origin answered.
#[derive(Debug)]
pub(crate) struct Response<'a> {
    pub(crate) status: u16,
    /// A string.
    pub(crate) reason: Option<Json<'a>>,
    /// A string.
    pub(crate) http_version: Json<'a>,
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

/// The body of a request or a response.
#[derive(Debug)]
pub(crate) struct Body<'a> {
    pub(crate) json: Option<Json<'a>>,
    /// A string. Most sections do not need it unescaped.
    pub(crate) text: Option<Json<'a>>,
    /// A string.
    pub(crate) base64: Option<Json<'a>>,
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
    /// The member `type` of `json`: nearly every decoder needs it for every event.
    kind: Option<Json<'a>>,
    pub(crate) text: Option<Json<'a>>,
    /// A string.
    pub(crate) base64: Option<Json<'a>>,
    pub(crate) bytes: u64,
    pub(crate) wire_bytes: Option<u64>,
    pub(crate) truncated: bool,
}

fields! {
    struct ExchangeFields {
        id: "id",
        connection: "connection",
        started_at: "started_at",
        transport: "transport",
        request: "request",
        response: "response",
        outcome: "outcome",
        delay: "delay",
    }
}

impl Exchange<'_> {
    /// The number of the exchange in its session.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// The URL of the request.
    pub fn url(&self) -> &str {
        &self.request.url
    }

    /// The JSON text of the response body; `None` if the body is missing or is not JSON.
    pub fn response_json(&self) -> Option<&str> {
        Some(self.response.as_ref()?.body.as_ref()?.json?.raw())
    }
}

impl<'a> Exchange<'a> {
    /// The exchange in `line`; `None` unless it conforms exactly to the format.
    pub(super) fn of(line: Json<'a>) -> Option<Self> {
        if !conforms(line, &conformance::EXCHANGE) {
            return None;
        }
        let fields = ExchangeFields::of(line);
        Some(Self {
            id: fields.id?.number()?,
            connection: fields.connection?.number()?,
            started_at: fields.started_at?.parse()?,
            transport: fields.transport?.parse()?,
            request: Request::of(fields.request?)?,
            response: optional(fields.response, Response::of)?,
            outcome: fields.outcome?.parse()?,
            delay: optional(fields.delay, Json::parse)?,
        })
    }
}

fields! {
    struct RequestFields {
        method: "method",
        url: "url",
        http_version: "http_version",
        headers: "headers",
        body: "body",
        end_us: "end_us",
    }
}

impl<'a> Request<'a> {
    fn of(json: Json<'a>) -> Option<Self> {
        let fields = RequestFields::of(json);
        if !conforms(json, &conformance::REQUEST) {
            return None;
        }
        Some(Self {
            method: fields.method?.text()?,
            url: fields.url?.text()?,
            http_version: fields.http_version?,
            headers: Header::all(fields.headers)?,
            body: optional(fields.body, Body::of)?,
            end_us: optional(fields.end_us, Json::number)?,
        })
    }
}

fields! {
    struct ResponseFields {
        status: "status",
        reason: "reason",
        http_version: "http_version",
        headers: "headers",
        body: "body",
        events: "events",
        start_us: "start_us",
        end_us: "end_us",
    }
}

impl<'a> Response<'a> {
    fn of(json: Json<'a>) -> Option<Self> {
        let fields = ResponseFields::of(json);
        if !conforms(json, &conformance::RESPONSE) {
            return None;
        }
        Some(Self {
            status: fields.status?.parse()?,
            reason: fields.reason,
            http_version: fields.http_version?,
            headers: Header::all(fields.headers)?,
            body: optional(fields.body, Body::of)?,
            events: Event::all(fields.events)?,
            start_us: fields.start_us?.number()?,
            end_us: optional(fields.end_us, Json::number)?,
        })
    }
}

impl<'a> Body<'a> {
    fn of(json: Json<'a>) -> Option<Self> {
        if !conforms(json, &conformance::BODY) {
            return None;
        }
        let number = |name| optional(json.get(name), Json::number);
        Some(Self {
            // The body `null` is not a missing body.
            json: json.get("json"),
            text: optional(json.get("text"), Json::string)?,
            base64: optional(json.get("base64"), Json::string)?,
            bytes: number("bytes")?.unwrap_or(0),
            wire_bytes: number("wire_bytes")?.unwrap_or(0),
            truncated: json.get("truncated").is_some_and(Json::is_true),
            undecoded: optional(json.get("problem"), Json::string)?.is_some(),
        })
    }
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
    /// `None` if a member occurs twice, or a name is not valid text: see [`conformance`].
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

    fn all(events: Option<Json<'a>>) -> Option<Vec<Self>> {
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

impl<'a> Header<'a> {
    fn of(field: Json<'a>) -> Option<Self> {
        let (mut name, mut value) = (None, None);
        for (key, content) in field.members() {
            let member = match &*key.bytes() {
                b"name" => &mut name,
                b"value" => &mut value,
                _ if key.is_text() => continue,
                _ => return None,
            };
            if member.replace(content.text()?).is_some() {
                return None;
            }
        }
        Some(Self {
            name: name?,
            value: value?,
        })
    }

    fn all(headers: Option<Json<'a>>) -> Option<Vec<Self>> {
        elements(headers).map(Self::of).collect()
    }
}

/// The first value of a header.
pub(crate) fn header<'h>(headers: &'h [Header<'_>], name: &str) -> Option<&'h str> {
    let mut headers = headers.iter();
    let header = headers.find(|header| header.name.eq_ignore_ascii_case(name))?;
    Some(&header.value)
}

/// Bounds the memory that a line with a short first event makes us reserve; longer lists grow.
const MAX_RESERVED_EVENTS: usize = 4096;

/// Reads a member that may be missing or `null`; `None` if it is present and invalid.
fn optional<'a, T>(
    member: Option<Json<'a>>,
    read: impl Fn(Json<'a>) -> Option<T>,
) -> Option<Option<T>> {
    match member {
        Some(value) if !value.is_null() => read(value).map(Some),
        _ => Some(None),
    }
}
