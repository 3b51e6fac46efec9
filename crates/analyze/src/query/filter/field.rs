//! The fields that a filter can name, and their values in an exchange.

use capture::record::{OutcomeState, Transport};

use crate::call::Kind;
use crate::line::Exchange;
use crate::line::exchange::header;
use crate::purpose::Purpose;
use crate::query::expression::quantity::Unit;
use crate::text::urls::{host_of, path_of};

use crate::query::filter::Subject;

/// A property of an exchange.
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

/// The values that a field can have.
pub(crate) enum Domain {
    /// Any text.
    Text,
    /// One of these words.
    Words(&'static [&'static str]),
    /// Numbers.
    Number(Unit),
}

/// The value of a field in one exchange.
pub(crate) enum FieldValue<'a> {
    Text(&'a str),
    /// Either name matches; the more general one comes first.
    Names(&'a str, &'a str),
    Number(f64),
    Missing,
}

impl Field {
    /// All fields by name, in the order of the help text.
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
            Self::Transport => Domain::Words(TRANSPORTS),
            Self::Kind => Domain::Words(KINDS),
            Self::State => Domain::Words(STATES),
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
            Self::Transport => text(Some(exchange.transport.name())),
            Self::State => text(Some(exchange.outcome.state.name())),
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
                exchange
                    .request_bytes()
                    .saturating_add(exchange.response_bytes()),
            )),
            Self::RequestSize => number(Some(exchange.request_bytes())),
            Self::ResponseSize => number(Some(exchange.response_bytes())),
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

/// The last mark that was recorded.
fn end_us(exchange: &Exchange<'_>) -> Option<u64> {
    let Some(response) = &exchange.response else {
        return exchange.request.end_us;
    };
    let last_event = response.events.last().map(|event| event.at_us);
    response.end_us.or(last_event).or(Some(response.start_us))
}

/// The purpose of the exchange, and the kind of its call.
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

const TRANSPORTS: &[&str] = &[
    Transport::Http.name(),
    Transport::Websocket.name(),
    Transport::Unknown.name(),
];

const STATES: &[&str] = &[
    OutcomeState::Complete.name(),
    OutcomeState::Aborted.name(),
    OutcomeState::Failed.name(),
    OutcomeState::Unknown.name(),
];

/// Purposes, then kinds. A single exchange is never known to be a retry.
const KINDS: &[&str] = &[
    Purpose::Model.name(),
    Purpose::Configuration.name(),
    Purpose::Account.name(),
    Purpose::Telemetry.name(),
    Purpose::Tool.name(),
    Purpose::Other.name(),
    Kind::Turn.name(),
    Kind::Prewarm.name(),
    Kind::Title.name(),
    Kind::Compaction.name(),
];
