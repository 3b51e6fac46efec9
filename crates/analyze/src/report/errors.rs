//! The data of the section "Errors and retries".

use std::collections::BTreeSet;

use capture::record::{State, Timestamp};
use serde::Serialize;

use crate::endpoint::Endpoint;

/// What went wrong, and what it cost.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Errors {
    /// Failures by kind, the most frequent first.
    pub kinds: Vec<FailureCount>,
    /// Every exchange that failed, in order.
    pub failures: Vec<FailedExchange>,
    /// Calls that were retried.
    pub retries: Vec<RetryChain>,
    /// Agents that gave up on a WebSocket and switched to plain requests.
    pub fallbacks: Vec<Fallback>,
    /// Connections that failed, by host and cause.
    pub connections: Vec<FailedConnections>,
    /// How WebSockets ended.
    pub websocket_ends: Vec<WebSocketEnd>,
}

/// How often exchanges failed in one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct FailureCount {
    /// The way.
    pub kind: FailureKind,
    /// How many exchanges.
    pub count: u64,
    /// Bytes of their bodies on the wire, both directions.
    pub wasted_bytes: u64,
    /// Sum of their durations, in microseconds.
    pub wasted_us: u64,
}

/// A way in which an exchange can fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// Status 429, or an error with that meaning.
    RateLimited,
    /// Status 401 or 403.
    Unauthorized,
    /// Any other status from 400 to 499.
    Refused,
    /// Status 500 or above.
    ServerError,
    /// The upgrade to a WebSocket was refused.
    UpgradeRefused,
    /// The response reports an error of the provider.
    ModelError,
    /// The response is incomplete although the connection did not break.
    EndedEarly,
    /// The connection broke, or the agent hung up.
    Cut,
    /// The origin could not be reached.
    Unreachable,
}

impl FailureKind {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::RateLimited => "rate limited",
            Self::Unauthorized => "not authorized",
            Self::Refused => "refused",
            Self::ServerError => "server error",
            Self::UpgradeRefused => "WebSocket refused",
            Self::ModelError => "model error",
            Self::EndedEarly => "ended early",
            Self::Cut => "cut",
            Self::Unreachable => "unreachable",
        }
    }
}

/// One exchange that failed.
#[derive(Debug, Clone, Serialize)]
pub struct FailedExchange {
    /// Its number in its recording.
    pub exchange: u64,
    /// When it began.
    pub started_at: Timestamp,
    /// What was requested.
    pub endpoint: Endpoint,
    /// How it failed.
    pub kind: FailureKind,
    /// The status, if there was a response.
    pub status: Option<u16>,
    /// The provider's error code.
    pub code: Option<String>,
    /// The cause in words.
    pub message: Option<String>,
    /// The delay that the origin asked for, in microseconds.
    pub retry_after_us: Option<u64>,
    /// The exchange that retried it.
    pub retried_by: Option<u64>,
    /// From the end of this exchange to the start of the retry, in microseconds.
    pub waited_us: Option<u64>,
}

/// One call with all its attempts.
#[derive(Debug, Clone, Serialize)]
pub struct RetryChain {
    /// The attempts, by their numbers in the recording.
    pub exchanges: Vec<u64>,
    /// Whether the last one was answered.
    pub recovered: bool,
    /// From the start of the first attempt to the start of the last, in microseconds.
    pub delay_us: u64,
    /// Bytes of request bodies that were sent again, on the wire.
    pub resent_bytes: u64,
}

/// An agent that gave up on a WebSocket and switched to plain requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fallback {
    /// The host.
    pub host: String,
    /// How many upgrades had failed.
    pub upgrades: u64,
    /// The status of the last one; `None` if there was no response.
    pub status: Option<u16>,
    /// The first request without a WebSocket.
    pub exchange: u64,
    /// From the first upgrade to that request, in microseconds.
    pub delay_us: u64,
}

/// Connections to one host that failed for one cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FailedConnections {
    /// The host.
    pub host: String,
    /// How they ended.
    pub state: State,
    /// The cause in a word: `unknown_ca`, `dns`.
    pub cause: String,
    /// The first reason in words.
    pub reason: Option<String>,
    /// The programs that made them, if the system named these; at most 16.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub programs: BTreeSet<String>,
    /// How many.
    pub count: u64,
}

/// How WebSockets ended in one way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WebSocketEnd {
    /// The agent's Close code; `None` where it sent no Close frame.
    pub close_up: Option<u16>,
    /// The origin's.
    pub close_down: Option<u16>,
    /// How many.
    pub count: u64,
}
