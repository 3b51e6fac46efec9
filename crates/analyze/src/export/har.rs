//! Recordings as HAR 1.2: for browsers' developer tools and other viewers.
//!
//! A HAR holds whole bodies, so it is made from the records, one at a time, and
//! not from a report. Server-sent events stand in the content as they were
//! framed; each request on a WebSocket is an entry of its own, with its messages
//! in `_webSocketMessages` as browsers write them.

use std::borrow::Cow;
use std::io::{self, Write};

use capture::record::{Body, Event, Exchange, Header, Response, Timestamp, Transport};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::text::escaping::Escaping;

/// Writes exchanges as one HAR document.
///
/// ```
/// let mut har = analyze::HarWriter::new(Vec::new())?;
/// // har.add(&exchange)?; for each one
/// let document = String::from_utf8(har.finish()?)?;
/// assert!(document.starts_with("{\"log\":{\"version\":\"1.2\""));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct HarWriter<W: Write> {
    out: Escaping<W>,
    entries: u64,
}

impl<W: Write> HarWriter<W> {
    /// Begins a document.
    ///
    /// # Errors
    ///
    /// What `out` said.
    pub fn new(out: W) -> io::Result<Self> {
        let mut out = Escaping::new(out);
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
    /// What `out` said.
    pub fn add(&mut self, exchange: &Exchange) -> io::Result<()> {
        self.out
            .write_all(if self.entries == 0 { b"\n" } else { b",\n" })?;
        self.entries += 1;
        serde_json::to_writer(&mut self.out, &Entry::of(exchange))?;
        Ok(())
    }

    /// Ends the document and gives back what it was written to.
    ///
    /// # Errors
    ///
    /// What `out` said.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.write_all(b"\n]}}\n")?;
        self.out.flush()?;
        Ok(self.out.into_inner())
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'a> {
    started_date_time: Timestamp,
    /// Milliseconds, as all times in a HAR.
    time: f64,
    request: HarRequest<'a>,
    response: HarResponse<'a>,
    cache: Empty,
    timings: Timings,
    connection: String,
    #[serde(rename = "_webSocketMessages", skip_serializing_if = "Vec::is_empty")]
    web_socket_messages: Vec<Message<'a>>,
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
    http_version: &'a str,
    cookies: [Empty; 0],
    headers: &'a [Header],
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
    text: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct HarResponse<'a> {
    status: u16,
    status_text: &'a str,
    http_version: &'a str,
    cookies: [Empty; 0],
    headers: &'a [Header],
    content: Content<'a>,
    #[serde(rename = "redirectURL")]
    redirect_url: &'a str,
    headers_size: i64,
    body_size: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Content<'a> {
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
struct Message<'a> {
    #[serde(rename = "type")]
    way: &'static str,
    /// Seconds since 1970.
    time: f64,
    opcode: u8,
    data: &'a str,
}

impl<'a> Entry<'a> {
    fn of(exchange: &'a Exchange) -> Self {
        let timings = Timings::of(exchange);
        let is_socket = exchange.transport == Transport::Websocket;
        Self {
            started_date_time: exchange.started_at,
            time: timings.send + timings.wait + timings.receive,
            request: HarRequest::of(exchange),
            response: exchange
                .response
                .as_ref()
                .map_or_else(HarResponse::none, HarResponse::of),
            cache: Empty {},
            timings,
            connection: exchange.connection.to_string(),
            web_socket_messages: if is_socket {
                messages(exchange)
            } else {
                Vec::new()
            },
            comment: exchange.outcome.reason.as_deref(),
        }
    }
}

impl<'a> HarRequest<'a> {
    fn of(exchange: &'a Exchange) -> Self {
        let request = &exchange.request;
        let body = request.body.as_ref();
        Self {
            method: &request.method,
            url: &request.url,
            http_version: &request.http_version,
            cookies: [],
            headers: &request.headers,
            query_string: query(&request.url),
            post_data: body.and_then(|body| {
                Some(PostData {
                    mime_type: mime_type(&request.headers),
                    text: body_text(body)?.0,
                })
            }),
            headers_size: UNKNOWN,
            body_size: body.map_or(0, |body| body.wire_bytes),
        }
    }
}

impl<'a> HarResponse<'a> {
    fn of(response: &'a Response) -> Self {
        Self {
            status: response.status,
            status_text: response.reason.as_deref().unwrap_or(""),
            http_version: &response.http_version,
            cookies: [],
            headers: &response.headers,
            content: Content::of(response),
            redirect_url: crate::decode::header(&response.headers, "location").unwrap_or(""),
            headers_size: UNKNOWN,
            body_size: response.body.as_ref().map_or(UNKNOWN, |body| {
                i64::try_from(body.wire_bytes).unwrap_or(i64::MAX)
            }),
        }
    }

    /// What HAR writers put where no answer came: status 0.
    fn none() -> Self {
        Self {
            status: 0,
            status_text: "",
            http_version: "",
            cookies: [],
            headers: &[],
            content: Content {
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

impl<'a> Content<'a> {
    fn of(response: &'a Response) -> Self {
        let no_body = Body::default();
        let body = response.body.as_ref();
        let kept = body.and_then(body_text);
        let is_stream = response.status != 101 && !response.events.is_empty();
        let (text, encoding) = match kept {
            Some((text, encoding)) => (Some(Cow::Borrowed(text)), encoding),
            None if is_stream => (Some(Cow::Owned(framed(&response.events))), None),
            None => (None, None),
        };
        Self {
            size: body.unwrap_or(&no_body).bytes,
            mime_type: mime_type(&response.headers),
            text,
            encoding,
        }
    }
}

impl Timings {
    fn of(exchange: &Exchange) -> Self {
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

fn body_text(body: &Body) -> Option<(&str, Option<&'static str>)> {
    text(
        body.json.as_deref(),
        body.text.as_deref(),
        body.base64.as_deref(),
    )
}

fn event_text(event: &Event) -> Option<(&str, Option<&'static str>)> {
    text(
        event.json.as_deref(),
        event.text.as_deref(),
        event.base64.as_deref(),
    )
}

/// The content, wherever it stands, and how it is encoded.
fn text<'a>(
    json: Option<&'a RawValue>,
    plain: Option<&'a str>,
    base64: Option<&'a str>,
) -> Option<(&'a str, Option<&'static str>)> {
    let json = json.map(|json| (json.get(), None));
    let plain = plain.map(|text| (text, None));
    let base64 = base64.map(|text| (text, Some("base64")));
    json.or(plain).or(base64)
}

/// Server-sent events as they were framed (HTML Living Standard, section 9.2.5).
fn framed(events: &[Event]) -> String {
    let mut out = String::new();
    for event in events {
        if let Some(name) = &event.event {
            out.push_str(&format!("event: {name}\n"));
        }
        let data = event_text(event);
        for line in data.map_or("", |(data, _)| data).split('\n') {
            out.push_str(&format!("data: {line}\n"));
        }
        out.push('\n');
    }
    out
}

fn messages(exchange: &Exchange) -> Vec<Message<'_>> {
    let seconds = |at_us: u64| {
        let at = exchange
            .started_at
            .as_micros()
            .saturating_add_unsigned(at_us);
        at as f64 / 1e6
    };
    let message = |way, at_us, content: Option<(_, Option<_>)>| {
        let (data, encoding) = content?;
        Some(Message {
            way,
            time: seconds(at_us),
            opcode: if encoding.is_some() { BINARY } else { TEXT },
            data,
        })
    };
    let request = &exchange.request;
    let sent = request.body.iter().filter_map(|body| {
        let content = body_text(body);
        message("send", request.end_us.unwrap_or(0), content)
    });
    let events = exchange
        .response
        .iter()
        .flat_map(|response| &response.events);
    let received = events.filter_map(|event| {
        let content = event_text(event);
        message("receive", event.at_us, content)
    });
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

fn mime_type(headers: &[Header]) -> &str {
    crate::decode::header(headers, "content-type").unwrap_or("x-unknown")
}

/// What HAR writes for a size that is not known.
const UNKNOWN: i64 = -1;
/// RFC 6455, section 5.2.
const TEXT: u8 = 1;
const BINARY: u8 = 2;
