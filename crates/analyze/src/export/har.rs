//! Recordings as HAR 1.2, for browsers' developer tools and other viewers.
//!
//! A HAR has whole bodies, so it is written from the exchanges, one at a time, not from a report.
//! Server-sent events get their framing back. Each request on a WebSocket is an entry, with its
//! messages in `_webSocketMessages` as browsers write them.

use std::borrow::Cow;
use std::io::{self, Write};

use capture::record::{Timestamp, Transport};
use serde::Serialize;

use crate::json::Json;
use crate::line::Exchange;
use crate::line::event::Event;
use crate::line::exchange::{Body, Header, Request, Response, event_bytes, header};
use crate::text::escaping::{may_need_escapes, write_escaped};

/// Writes exchanges as one HAR document.
///
/// ```no_run
/// use analyze::{HarEntry, HarWriter, Scan};
///
/// let mut har = HarWriter::new(std::io::stdout())?;
/// Scan::default().for_each("traffic.jsonl".as_ref(), HarEntry::of, |entry| {
///     Ok::<(), Box<dyn std::error::Error + Send + Sync>>(har.add(&entry?)?)
/// })?;
/// har.finish()?;
/// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
/// ```
pub struct HarWriter<W: Write> {
    out: W,
    entries: u64,
}

impl<W: Write> HarWriter<W> {
    /// Begins a document.
    ///
    /// # Errors
    ///
    /// Whatever `out` reports.
    pub fn new(mut out: W) -> io::Result<Self> {
        let version = env!("CARGO_PKG_VERSION");
        write!(
            out,
            r#"{{"log":{{"version":"1.2","creator":{{"name":"codex-dissect","version":"{version}"}},"entries":["#
        )?;
        Ok(Self { out, entries: 0 })
    }

    /// Adds an exchange.
    ///
    /// # Errors
    ///
    /// Whatever `out` reports.
    pub fn add(&mut self, entry: &HarEntry) -> io::Result<()> {
        let separator: &[u8] = if self.entries == 0 { b"\n" } else { b",\n" };
        self.out.write_all(separator)?;
        self.entries += 1;
        self.out.write_all(&entry.0)
    }

    /// Ends the document and returns what it was written to.
    ///
    /// # Errors
    ///
    /// Whatever `out` reports.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.write_all(b"\n]}}\n")?;
        self.out.flush()?;
        Ok(self.out)
    }
}

/// An exchange as an entry of a HAR.
#[derive(Debug)]
pub struct HarEntry(Vec<u8>);

impl HarEntry {
    /// The entry for `exchange`.
    pub fn of(exchange: &Exchange<'_>) -> Self {
        let mut json = Vec::with_capacity(estimate(exchange));
        serde_json::to_writer(&mut json, &EntryFields::of(exchange))
            .expect("its keys are names of fields, and writing to memory does not fail");
        if !may_need_escapes(&json) {
            return Self(json);
        }
        let mut escaped = Vec::with_capacity(json.len());
        write_escaped(&json, &mut escaped).expect("writing to memory does not fail");
        Self(escaped)
    }
}

/// About how long an entry becomes.
fn estimate(exchange: &Exchange<'_>) -> usize {
    let bytes = exchange.request_bytes();
    let bytes = bytes.saturating_add(exchange.response_bytes());
    // Quotes in JSON double when it becomes a string.
    reserved(bytes.saturating_add(bytes / 4).saturating_add(4096))
}

/// Sizes are the recording's claim, so what they make us reserve is bounded.
fn reserved(bytes: u64) -> usize {
    bytes.min(MAX_RESERVED) as usize
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EntryFields<'a> {
    started_date_time: Timestamp,
    /// Milliseconds, like all times in a HAR.
    time: f64,
    request: HarRequest<'a>,
    response: HarResponse<'a>,
    cache: Empty,
    timings: Timings,
    connection: String,
    #[serde(rename = "_webSocketMessages", skip_serializing_if = "Vec::is_empty")]
    web_socket_messages: Vec<HarMessage<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<&'a str>,
}

#[derive(Serialize)]
struct Empty {}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct HarRequest<'a> {
    method: &'a str,
    url: &'a str,
    http_version: Cow<'a, str>,
    cookies: [Empty; 0],
    headers: Vec<Pair<'a>>,
    query_string: Vec<Pair<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    post_data: Option<PostData<'a>>,
    headers_size: i64,
    body_size: u64,
}

#[derive(Serialize)]
struct Pair<'a> {
    name: &'a str,
    value: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PostData<'a> {
    mime_type: &'a str,
    text: Cow<'a, str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct HarResponse<'a> {
    status: u16,
    status_text: Cow<'a, str>,
    http_version: Cow<'a, str>,
    cookies: [Empty; 0],
    headers: Vec<Pair<'a>>,
    content: ResponseContent<'a>,
    #[serde(rename = "redirectURL")]
    redirect_url: &'a str,
    headers_size: i64,
    body_size: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResponseContent<'a> {
    size: u64,
    mime_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    encoding: Option<&'static str>,
}

#[derive(Serialize)]
struct Timings {
    send: f64,
    wait: f64,
    receive: f64,
}

/// A WebSocket message as browsers write it.
#[derive(Serialize)]
struct HarMessage<'a> {
    #[serde(rename = "type")]
    way: &'static str,
    /// Seconds since 1970.
    time: f64,
    opcode: u8,
    data: Cow<'a, str>,
}

impl<'a> EntryFields<'a> {
    fn of(exchange: &'a Exchange<'_>) -> Self {
        let timings = Timings::of(exchange);
        let response = exchange.response.as_ref();
        Self {
            started_date_time: exchange.started_at,
            time: timings.send + timings.wait + timings.receive,
            request: HarRequest::of(&exchange.request),
            response: response.map_or_else(HarResponse::none, HarResponse::of),
            cache: Empty {},
            timings,
            connection: exchange.connection.to_string(),
            web_socket_messages: match exchange.transport {
                Transport::Websocket => messages(exchange),
                _ => Vec::new(),
            },
            comment: exchange.outcome.reason.as_deref(),
        }
    }
}

impl<'a> HarRequest<'a> {
    fn of(request: &'a Request<'_>) -> Self {
        let body = request.body.as_ref();
        Self {
            method: &request.method,
            url: &request.url,
            http_version: request.http_version.text().unwrap_or_default(),
            cookies: [],
            headers: pairs(&request.headers),
            query_string: query(&request.url),
            post_data: body.and_then(|body| {
                Some(PostData {
                    mime_type: mime_type(&request.headers),
                    text: body_content(body)?.text,
                })
            }),
            headers_size: UNKNOWN,
            body_size: body.map_or(0, |body| body.wire_bytes),
        }
    }
}

impl<'a> HarResponse<'a> {
    fn of(response: &'a Response<'_>) -> Self {
        let reason = response.reason.and_then(Json::text);
        Self {
            status: response.status,
            status_text: reason.unwrap_or_default(),
            http_version: response.http_version.text().unwrap_or_default(),
            cookies: [],
            headers: pairs(&response.headers),
            content: ResponseContent::of(response),
            redirect_url: header(&response.headers, "location").unwrap_or(""),
            headers_size: UNKNOWN,
            body_size: response.body.as_ref().map_or(UNKNOWN, |body| {
                i64::try_from(body.wire_bytes).unwrap_or(i64::MAX)
            }),
        }
    }

    /// HAR writers put status 0 for a missing response.
    fn none() -> Self {
        Self {
            status: 0,
            status_text: Cow::Borrowed(""),
            http_version: Cow::Borrowed(""),
            cookies: [],
            headers: Vec::new(),
            content: ResponseContent {
                size: 0,
                mime_type: "x-unknown",
                text: None,
                encoding: None,
            },
            redirect_url: "",
            headers_size: UNKNOWN,
            body_size: UNKNOWN,
        }
    }
}

impl<'a> ResponseContent<'a> {
    fn of(response: &'a Response<'_>) -> Self {
        let body = response.body.as_ref();
        let is_stream = response.status != 101 && !response.events.is_empty();
        let content = body.and_then(body_content).or_else(|| {
            is_stream.then(|| KeptContent {
                text: Cow::Owned(framed(&response.events)),
                encoding: None,
            })
        });
        let (text, encoding) = match content {
            Some(KeptContent { text, encoding }) => (Some(text), encoding),
            None => (None, None),
        };
        Self {
            size: body.map_or(0, |body| body.bytes),
            mime_type: mime_type(&response.headers),
            text,
            encoding,
        }
    }
}

/// The recorded content of a body or a message.
struct KeptContent<'a> {
    text: Cow<'a, str>,
    /// `base64` if it is not text.
    encoding: Option<&'static str>,
}

impl<'a> KeptContent<'a> {
    /// The one of the record's three forms of content that is present.
    fn of(
        json: Option<Json<'a>>,
        text: Option<Json<'a>>,
        base64: Option<Json<'a>>,
    ) -> Option<Self> {
        let content = |text, encoding| Self { text, encoding };
        let json = json.map(|json| content(Cow::Borrowed(json.raw()), None));
        let plain = || Some(content(text?.text()?, None));
        let binary = || Some(content(base64?.text()?, Some("base64")));
        json.or_else(plain).or_else(binary)
    }
}

impl Timings {
    fn of(exchange: &Exchange<'_>) -> Self {
        let ms = |us: u64| us as f64 / 1e3;
        let sent = exchange.request.end_us.unwrap_or(0);
        let response = exchange.response.as_ref();
        let answer = response.map_or(sent, |response| response.start_us.max(sent));
        let last = response.and_then(|response| response.events.last().map(|event| event.at_us));
        let end = response.and_then(|response| response.end_us).or(last);
        Self {
            send: ms(sent),
            wait: ms(answer - sent),
            receive: ms(end.unwrap_or(answer).saturating_sub(answer)),
        }
    }
}

fn body_content<'a>(body: &Body<'a>) -> Option<KeptContent<'a>> {
    KeptContent::of(body.json, body.text, body.base64)
}

fn event_content<'a>(event: &Event<'a>) -> Option<KeptContent<'a>> {
    KeptContent::of(event.json, event.text, event.base64)
}

/// Server-sent events with their framing (HTML Living Standard, section 9.2.5).
fn framed(events: &[Event<'_>]) -> String {
    let mut out = String::with_capacity(reserved(event_bytes(events)));
    for event in events {
        if let Some(name) = &event.event {
            out.extend(["event: ", name, "\n"]);
        }
        let content = event_content(event);
        let data = content.as_ref().map_or("", |content| &content.text);
        for line in data.split('\n') {
            out.extend(["data: ", line, "\n"]);
        }
        out.push('\n');
    }
    out
}

fn messages<'a>(exchange: &Exchange<'a>) -> Vec<HarMessage<'a>> {
    let message = |way, at_us: u64, content: Option<KeptContent<'a>>| {
        let at = exchange.started_at.as_micros();
        let content = content?;
        Some(HarMessage {
            way,
            time: at.saturating_add_unsigned(at_us) as f64 / 1e6,
            opcode: if content.encoding.is_some() {
                BINARY
            } else {
                TEXT
            },
            data: content.text,
        })
    };
    let request = &exchange.request;
    let sent = request.body.iter().filter_map(|body| {
        let at_us = request.end_us.unwrap_or(0);
        message("send", at_us, body_content(body))
    });
    let response = exchange.response.iter();
    let events = response.flat_map(|response| &response.events);
    let received = events.filter_map(|event| message("receive", event.at_us, event_content(event)));
    sent.chain(received).collect()
}

fn query(url: &str) -> Vec<Pair<'_>> {
    let Some((_, query)) = url.split_once('?') else {
        return Vec::new();
    };
    let query = query.split('#').next().unwrap_or(query);
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Pair { name, value }
        })
        .collect()
}

fn pairs<'a>(headers: &'a [Header<'_>]) -> Vec<Pair<'a>> {
    let pair = |header: &'a Header<'_>| Pair {
        name: &header.name,
        value: &header.value,
    };
    headers.iter().map(pair).collect()
}

fn mime_type<'a>(headers: &'a [Header<'_>]) -> &'a str {
    header(headers, "content-type").unwrap_or("x-unknown")
}

/// HAR's value for an unknown size.
const UNKNOWN: i64 = -1;
/// RFC 6455, section 5.2.
const TEXT: u8 = 1;
const BINARY: u8 = 2;
/// Larger texts grow as they are written.
const MAX_RESERVED: u64 = 16 << 20;
