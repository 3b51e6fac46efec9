//! The data of the section "At a glance".

use capture::record::Timestamp;
use serde::Serialize;

use crate::call::Tokens;
use crate::stats::Quantiles;

/// The figures that people ask for first.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Glance {
    /// The programs that sent requests to models, by user agent: `codex_exec/0.169.0`.
    pub agents: Vec<String>,
    /// When the first exchange began.
    pub first: Option<Timestamp>,
    /// When the last one ended.
    pub last: Option<Timestamp>,
    /// From the first to the last, in microseconds.
    pub period_us: u64,
    /// All exchanges.
    pub exchanges: u64,
    /// Those without a complete response, or with a status of 400 or more.
    pub failed: u64,
    /// Requests to models, of all kinds.
    pub model_requests: u64,
    /// Steps of turns among these, without prewarms, retries and side threads.
    pub turn_requests: u64,
    /// Turns: distinct turn ids among the steps.
    pub turns: u64,
    /// Conversations: distinct thread ids.
    pub threads: u64,
    /// Tool calls of models.
    pub tool_calls: u64,
    /// The tokens of all model requests.
    pub tokens: Tokens,
    /// From the end of a request to its first model output, in microseconds.
    pub ttft_us: Option<Quantiles>,
    /// Distinct hosts.
    pub hosts: u64,
    /// Bytes of request bodies, on the wire.
    pub wire_bytes_up: u64,
    /// Bytes of response bodies, on the wire.
    pub wire_bytes_down: u64,
    /// Whether nothing is known to be missing.
    pub complete: bool,
}
