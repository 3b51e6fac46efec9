//! One request and its response, whatever carried them.
//!
//! Every `_us` is a mark: microseconds on the monotonic clock from the start
//! of the exchange, stamped when the bytes passed.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{Body, Event, Timestamp};

/// One request, its response, and what streamed with it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Exchange {
    /// Counts from 1 in each recording, in the order in which exchanges began.
    pub id: u64,
    /// The [`Connection`](super::Connection) that carried it.
    pub connection: u64,
    /// When the first byte of the request passed: the only wall-clock time.
    pub started_at: Timestamp,
    /// What carried it.
    pub transport: Transport,
    /// For a WebSocket message: the exchange that opened the socket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upgrade: Option<u64>,
    /// What the agent sent.
    pub request: Request,
    /// What the origin answered, as far as it arrived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<Response>,
    /// How it ended.
    pub outcome: Outcome,
    /// How long passing through us delayed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay: Option<Delay>,
    /// What a reader should know, such as a Host that differs from the tunnel's authority.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// What carried an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transport {
    /// One HTTP request and its response, of any version; an upgrade too.
    Http,
    /// A message of the agent on a WebSocket, and the messages that answer it.
    Websocket,
    /// What a later version wrote, and this one does not know.
    #[serde(other)]
    Unknown,
}

/// What the agent sent.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Request {
    /// The method; for a WebSocket message `GET`, the method of its upgrade.
    pub method: SmolStr,
    /// The whole URL: `https://host/path?query`, `wss://` for a WebSocket message.
    pub url: String,
    /// `HTTP/1.0`, `HTTP/1.1` or `HTTP/2`.
    pub http_version: SmolStr,
    /// In the order, case and number in which they were sent; without HTTP/2's
    /// pseudo-headers. Empty for a WebSocket message.
    #[serde(default)]
    pub headers: Vec<Header>,
    /// What was sent; absent when there was no body, and when the origin spoke first on a WebSocket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Body>,
    /// Headers after the body.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trailers: Vec<Header>,
    /// When its last byte passed; absent when it never did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_us: Option<u64>,
}

/// What the origin answered.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Response {
    /// The status code; 101 for the messages of a WebSocket.
    pub status: u16,
    /// The reason phrase of HTTP/1, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<SmolStr>,
    /// `HTTP/1.0`, `HTTP/1.1` or `HTTP/2`.
    pub http_version: SmolStr,
    /// In the order, case and number in which they were sent.
    #[serde(default)]
    pub headers: Vec<Header>,
    /// Interim responses (RFC 9110, section 15.2) that came before it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub informational: Vec<Informational>,
    /// What was answered; of an event stream the counts alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Body>,
    /// The events of a `text/event-stream`, or the messages on a WebSocket.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<Event>,
    /// Headers after the body.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trailers: Vec<Header>,
    /// When its first byte passed (of the final response, not of an interim one).
    pub start_us: u64,
    /// When its last byte passed; absent when it never did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_us: Option<u64>,
}

/// One header field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// As sent, case included.
    pub name: SmolStr,
    /// As sent; bytes that are not UTF-8 are read as ISO 8859-1.
    pub value: SmolStr,
}

impl Header {
    /// The values of all fields of a name, in their order; case does not matter (RFC 9110, section 5.1).
    pub fn values<'a>(headers: &'a [Self], name: &str) -> impl Iterator<Item = &'a str> {
        headers
            .iter()
            .filter(move |header| header.name.eq_ignore_ascii_case(name))
            .map(|header| header.value.as_str())
    }
}

impl Header {
    /// Whether headers say that their body is of this type, whatever its parameters (RFC 9110, section 8.3).
    #[cfg(feature = "redact")]
    pub(crate) fn say_type(headers: &[Self], media_type: &str) -> bool {
        let said = Self::values(headers, "content-type").next();
        let name = said.and_then(|value| value.split(';').next());
        name.is_some_and(|name| name.trim().eq_ignore_ascii_case(media_type))
    }
}

/// An interim (1xx) response.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Informational {
    /// 100 to 199, but 101.
    pub status: u16,
    /// Its header fields.
    #[serde(default)]
    pub headers: Vec<Header>,
    /// When its last byte passed.
    pub at_us: u64,
}

/// How an exchange ended.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Outcome {
    /// In one word.
    pub state: OutcomeState,
    /// Why, if the state alone does not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// How an exchange ended, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeState {
    /// Request and response passed completely.
    Complete,
    /// It was cut: by a reset, a closed connection, a shutdown.
    Aborted,
    /// The origin could not be asked.
    Failed,
    /// What a later version wrote, and this one does not know.
    #[serde(other)]
    Unknown,
}

/// The time between reading bytes from one side and having handed them to the other, in microseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delay {
    /// The longest for one read.
    pub max_us: u64,
    /// Over all reads, both directions.
    pub total_us: u64,
}
