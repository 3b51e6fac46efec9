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
    /// Calls that were tried again.
    pub retries: Vec<RetryChain>,
    /// Where an agent gave up a WebSocket for plain requests.
    pub fallbacks: Vec<Fallback>,
    /// Connections that did not come about, by host and cause.
    pub connections: Vec<FailedConnections>,
    /// How WebSockets ended.
    pub websocket_ends: Vec<WebSocketEnd>,
}

/// How often exchanges failed in one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct FailureCount {
    /// In which way.
    pub kind: FailureKind,
    /// How many exchanges.
    pub count: u64,
    /// Bytes of their bodies as they travelled, both ways: sent for nothing.
    pub wasted_bytes: u64,
    /// Time that they took, added up, in microseconds.
    pub wasted_us: u64,
}

/// A way in which an exchange can fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// Status 429, or an error that says as much.
    RateLimited,
    /// Status 401 or 403.
    Unauthorized,
    /// Another status from 400 to 499.
    Refused,
    /// A status from 500.
    ServerError,
    /// A WebSocket was asked for and not given.
    UpgradeRefused,
    /// The provider said in its answer that it failed.
    ModelError,
    /// The answer ended before its end, though the connection did not break.
    EndedEarly,
    /// The connection broke, or the agent hung up.
    Cut,
    /// The origin could not be asked.
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
    /// What was asked.
    pub endpoint: Endpoint,
    /// How it failed.
    pub kind: FailureKind,
    /// The status, where there was an answer.
    pub status: Option<u16>,
    /// The provider's short cause.
    pub code: Option<String>,
    /// The cause in words.
    pub message: Option<String>,
    /// How long the origin asked to wait, in microseconds.
    pub retry_after_us: Option<u64>,
    /// The exchange that tried again.
    pub retried_by: Option<u64>,
    /// From its end to the start of that one, in microseconds.
    pub waited_us: Option<u64>,
}

/// One call with all its tries.
#[derive(Debug, Clone, Serialize)]
pub struct RetryChain {
    /// The tries, by their numbers in the recording.
    pub exchanges: Vec<u64>,
    /// Whether the last one was answered.
    pub recovered: bool,
    /// From the start of the first try to the start of the last, in microseconds.
    pub delay_us: u64,
    /// Bytes of request bodies that were sent again, as they travelled.
    pub resent_bytes: u64,
}

/// Where an agent gave up a WebSocket for plain requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fallback {
    /// The host.
    pub host: String,
    /// How often it had asked for a WebSocket in vain.
    pub upgrades: u64,
    /// The last status that it was given.
    pub status: Option<u16>,
    /// The first request without a WebSocket.
    pub exchange: u64,
    /// From the first attempt to that request, in microseconds.
    pub delay_us: u64,
}

/// Connections to one host that did not come about for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FailedConnections {
    /// The host.
    pub host: String,
    /// What became of them.
    pub state: State,
    /// Why, in a word.
    pub cause: String,
    /// The first such reason in words.
    pub reason: Option<String>,
    /// The programs whose connections they were, as far as the system names them; at most 16.
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
