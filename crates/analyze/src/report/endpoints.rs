//! The data of the section "Endpoints".

use serde::Serialize;

use crate::endpoint::Endpoint;
use crate::stats::Quantiles;

use super::is_zero;

/// What was requested, how often, how large and how fast.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Endpoints {
    /// The most frequent first.
    pub endpoints: Vec<EndpointStats>,
    /// How many endpoints past the first 2,000 share rows: `{folded}` replaces their path, and past
    /// 500 such hosts their host too.
    #[serde(skip_serializing_if = "is_zero")]
    pub folded: u64,
}

/// The exchanges of one endpoint.
#[derive(Debug, Clone, Serialize)]
pub struct EndpointStats {
    /// The endpoint.
    #[serde(flatten)]
    pub endpoint: Endpoint,
    /// How many there are.
    pub count: u64,
    /// Their share of all exchanges, from 0 to 1.
    pub share: f64,
    /// How they ended.
    pub statuses: Statuses,
    /// Request headers; a message on a WebSocket has none.
    pub request_headers: Vec<HeaderUse>,
    /// Response headers.
    pub response_headers: Vec<HeaderUse>,
    /// Request bodies.
    pub up: Sizes,
    /// Response bodies.
    pub down: Sizes,
    /// From the first byte of the request to the last byte of the response, in microseconds.
    pub latency_us: Option<Quantiles>,
    /// From the end of the request to the first byte of the response, in microseconds.
    pub ttfb_us: Option<Quantiles>,
}

/// How many exchanges ended how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Statuses {
    /// 100 to 199: upgrades, and messages on a WebSocket.
    pub informational: u64,
    /// 200 to 299.
    pub success: u64,
    /// 300 to 399.
    pub redirection: u64,
    /// 400 to 499.
    pub client_error: u64,
    /// 500 and above.
    pub server_error: u64,
    /// No response.
    pub none: u64,
    /// Cut off before the end, whatever the status.
    pub aborted: u64,
    /// The origin could not be reached.
    pub failed: u64,
    /// Ended in a way that this version does not know.
    #[serde(skip_serializing_if = "is_zero")]
    pub unknown: u64,
}

/// The name of a header, and how many exchanges have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeaderUse {
    /// In lower case.
    pub name: String,
    /// How many exchanges.
    pub count: u64,
}

/// The sizes of bodies, in bytes.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Sizes {
    /// On the wire, compressed.
    pub wire: Option<Quantiles>,
    /// Decoded.
    pub content: Option<Quantiles>,
}
