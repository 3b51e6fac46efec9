//! The data of the section "Payload structure".

use serde::Serialize;

use crate::endpoint::Endpoint;
use crate::shape::Row;

/// What payloads are made of.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Structure {
    /// Requests, responses and events, by endpoint.
    pub payloads: Vec<Payload>,
}

/// The payloads of one sort.
#[derive(Debug, Clone, Serialize)]
pub struct Payload {
    /// Where they were sent.
    pub endpoint: Endpoint,
    /// Which way.
    pub part: PayloadPart,
    /// The type of the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// How many there were.
    pub samples: u64,
    /// Their key paths.
    pub rows: Vec<Row>,
    /// The JSON Schema that all of them satisfy; a report writes it as a file of its own.
    #[serde(skip)]
    pub schema: serde_json::Value,
}

/// What a payload is to its exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PayloadPart {
    /// The body of a request, or a message of the agent on a WebSocket.
    Request,
    /// The body of an answer.
    Response,
    /// A server-sent event, or a message of the origin on a WebSocket.
    Event,
}

impl PayloadPart {
    /// Its name in reports and of schema files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Response => "response",
            Self::Event => "event",
        }
    }
}
