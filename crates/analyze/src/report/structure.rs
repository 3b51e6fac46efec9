//! The data of the section "Payload structure".

use serde::Serialize;

use crate::endpoint::Endpoint;
use crate::shape::Row;

/// The structure of payloads.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Structure {
    /// Requests, responses and events, by endpoint.
    pub payloads: Vec<Payload>,
}

/// All payloads of one kind.
#[derive(Debug, Clone, Serialize)]
pub struct Payload {
    /// The endpoint.
    pub endpoint: Endpoint,
    /// Whether they are requests, responses or events.
    pub part: PayloadPart,
    /// The type of the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// How many there were.
    pub samples: u64,
    /// Their key paths.
    pub rows: Vec<Row>,
    /// The JSON Schema that all of them satisfy; not in the JSON report, `--schema` writes it.
    #[serde(skip)]
    pub schema: serde_json::Value,
}

/// The part of an exchange that a payload is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PayloadPart {
    /// The body of a request, or an agent's message on a WebSocket.
    Request,
    /// The body of a response.
    Response,
    /// A server-sent event, or an origin's message on a WebSocket.
    Event,
}

impl PayloadPart {
    /// Its name in reports and in the names of schema files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Response => "response",
            Self::Event => "event",
        }
    }
}
