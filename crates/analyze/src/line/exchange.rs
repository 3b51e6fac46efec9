//! An exchange, borrowed from its line: the type that everything in this crate reads.
//!
//! The fields of [`capture::record::Exchange`] that a report or an export needs. Text is copied only
//! if it has to be unescaped; bodies and events stay [`Json`].

use std::borrow::Cow;

use capture::record::{Delay, Outcome, Timestamp, Transport};

use crate::json::{Json, elements, fields};

use super::conformance::{self, conforms, optional};
use super::event::Event;

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

impl Exchange<'_> {
    /// Decoded bytes of the request body.
    pub(crate) fn request_bytes(&self) -> u64 {
        self.request.body.as_ref().map_or(0, |body| body.bytes)
    }

    /// Decoded bytes of the response body, or of the messages on a WebSocket.
    pub(crate) fn response_bytes(&self) -> u64 {
        let Some(response) = &self.response else {
            return 0;
        };
        match &response.body {
            Some(body) => body.bytes,
            None => event_bytes(&response.events),
        }
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

/// Decoded bytes of all events; sizes are the recording's claim, so their sum may be too large.
pub(crate) fn event_bytes(events: &[Event<'_>]) -> u64 {
    let bytes = events.iter().map(|event| event.bytes);
    bytes.fold(0, u64::saturating_add)
}

/// The first value of a header.
pub(crate) fn header<'h>(headers: &'h [Header<'_>], name: &str) -> Option<&'h str> {
    let mut headers = headers.iter();
    let header = headers.find(|header| header.name.eq_ignore_ascii_case(name))?;
    Some(&header.value)
}
