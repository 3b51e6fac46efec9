//! What a filter can ask about: the names, and where each value is found.

use capture::record::{OutcomeState, Transport};

use crate::line::Exchange;
use crate::line::exchange::header;
use crate::purpose::Purpose;
use crate::query::expression::quantity::Unit;
use crate::text::urls::{host_of, path_of};

use crate::query::filter::Subject;

/// What a filter asks about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    Host,
    Path,
    Url,
    Method,
    Status,
    Transport,
    Kind,
    Model,
    Process,
    Connection,
    Exchange,
    State,
    Duration,
    Ttft,
    Size,
    RequestSize,
    ResponseSize,
}

/// What a field's values are.
pub(crate) enum Domain {
    /// Any text.
    Text,
    /// One of these words.
    Words(&'static [&'static str]),
    /// Numbers.
    Number(Unit),
}

/// An exchange's value of a field.
pub(crate) enum FieldValue<'a> {
    Text(&'a str),
    /// It goes by two names, the wider one first.
    Names(&'a str, &'a str),
    Number(f64),
    Missing,
}

impl Field {
    /// All by name, in the order in which help lists them.
    pub(crate) const NAMES: [(&'static str, Self); 17] = [
        ("host", Self::Host),
        ("path", Self::Path),
        ("url", Self::Url),
        ("method", Self::Method),
        ("status", Self::Status),
        ("transport", Self::Transport),
        ("kind", Self::Kind),
        ("model", Self::Model),
        ("process", Self::Process),
        ("connection", Self::Connection),
        ("exchange", Self::Exchange),
        ("state", Self::State),
        ("duration", Self::Duration),
        ("ttft", Self::Ttft),
        ("size", Self::Size),
        ("request_size", Self::RequestSize),
        ("response_size", Self::ResponseSize),
    ];

    pub(crate) fn domain(self) -> Domain {
        match self {
            Self::Host | Self::Path | Self::Url | Self::Method | Self::Model | Self::Process => {
                Domain::Text
            }
            Self::Transport => Domain::Words(&["http", "websocket", "unknown"]),
            Self::Kind => Domain::Words(&[
                "model",
                "configuration",
                "account",
                "telemetry",
                "tool",
                "other",
                "turn",
                "prewarm",
                "title",
                "compaction",
            ]),
            Self::State => Domain::Words(&["complete", "aborted", "failed", "unknown"]),
            Self::Status | Self::Connection | Self::Exchange => Domain::Number(Unit::Count),
            Self::Duration | Self::Ttft => Domain::Number(Unit::Duration),
            Self::Size | Self::RequestSize | Self::ResponseSize => Domain::Number(Unit::Bytes),
        }
    }

    pub(crate) fn value(self, subject: Subject<'_>) -> FieldValue<'_> {
        let Subject {
            exchange,
            call,
            process,
        } = subject;
        let request = &exchange.request;
        match self {
            Self::Host => text(Some(host_of(&request.url))),
            Self::Path => text(Some(path_of(&request.url))),
            Self::Url => text(Some(&request.url)),
            Self::Method => text(Some(&request.method)),
            Self::Transport => text(Some(transport_name(exchange.transport))),
            Self::State => text(Some(state_name(exchange.outcome.state))),
            Self::Kind => kind(subject),
            Self::Model => text(call.map(|call| call.model.as_str())),
            Self::Process => text(process),
            Self::Status => number(
                exchange
                    .response
                    .as_ref()
                    .map(|answer| answer.status.into()),
            ),
            Self::Connection => number(Some(exchange.connection)),
            Self::Exchange => number(Some(exchange.id)),
            Self::Duration => number(end_us(exchange)),
            Self::Ttft => number(call.and_then(|call| call.marks.ttft_us())),
            Self::Size => number(Some(
                request_bytes(exchange).saturating_add(response_bytes(exchange)),
            )),
            Self::RequestSize => number(Some(request_bytes(exchange))),
            Self::ResponseSize => number(Some(response_bytes(exchange))),
        }
    }
}

fn text(value: Option<&str>) -> FieldValue<'_> {
    value.map_or(FieldValue::Missing, FieldValue::Text)
}

fn number(value: Option<u64>) -> FieldValue<'static> {
    value.map_or(FieldValue::Missing, |value| {
        FieldValue::Number(value as f64)
    })
}

fn transport_name(transport: Transport) -> &'static str {
    match transport {
        Transport::Http => "http",
        Transport::Websocket => "websocket",
        Transport::Unknown => "unknown",
    }
}

fn state_name(state: OutcomeState) -> &'static str {
    match state {
        OutcomeState::Complete => "complete",
        OutcomeState::Aborted => "aborted",
        OutcomeState::Failed => "failed",
        OutcomeState::Unknown => "unknown",
    }
}

/// When the last thing that was seen of an exchange was seen.
fn end_us(exchange: &Exchange<'_>) -> Option<u64> {
    let Some(response) = &exchange.response else {
        return exchange.request.end_us;
    };
    let last_event = response.events.last().map(|event| event.at_us);
    response.end_us.or(last_event).or(Some(response.start_us))
}

fn request_bytes(exchange: &Exchange<'_>) -> u64 {
    exchange.request.body.as_ref().map_or(0, |body| body.bytes)
}

/// Decoded bytes of the answer: of its body, or of the messages on a WebSocket.
fn response_bytes(exchange: &Exchange<'_>) -> u64 {
    let Some(response) = &exchange.response else {
        return 0;
    };
    match &response.body {
        Some(body) => body.bytes,
        None => response
            .events
            .iter()
            .map(|event| event.bytes)
            .fold(0, u64::saturating_add),
    }
}

/// What the exchange is for, and what the call in it is for.
fn kind(subject: Subject<'_>) -> FieldValue<'_> {
    let request = &subject.exchange.request;
    let host = host_of(&request.url).to_ascii_lowercase();
    let agent = header(&request.headers, "user-agent").unwrap_or("");
    let purpose = Purpose::of(&host, path_of(&request.url), agent);
    match subject.call {
        Some(call) => FieldValue::Names(purpose.name(), call.kind.name()),
        None => FieldValue::Text(purpose.name()),
    }
}
