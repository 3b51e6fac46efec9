//! The data of the section "At a glance".

use capture::record::Timestamp;
use serde::Serialize;

use crate::call::Tokens;
use crate::stats::Quantiles;

/// The figures that people ask for first.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Glance {
    /// The programs that spoke to models, by their user agents: `codex_exec/0.169.0`.
    pub agents: Vec<String>,
    /// When the first exchange began.
    pub first: Option<Timestamp>,
    /// When the last one was over.
    pub last: Option<Timestamp>,
    /// From the first to the last, in microseconds.
    pub period_us: u64,
    /// Exchanges of every sort.
    pub exchanges: u64,
    /// Of these, those that failed: no whole answer, or a status from 400.
    pub failed: u64,
    /// Requests to models, of every kind.
    pub model_requests: u64,
    /// Of these, steps of turns, without prewarms, retries and side threads.
    pub turn_requests: u64,
    /// Turns of users: distinct turn ids among them.
    pub turns: u64,
    /// Conversations: distinct thread ids.
    pub threads: u64,
    /// Tools that models called.
    pub tool_calls: u64,
    /// The tokens of all model requests.
    pub tokens: Tokens,
    /// Request sent to first model output, over all calls that have any.
    pub ttft_us: Option<Quantiles>,
    /// Hosts that were asked for.
    pub hosts: u64,
    /// Bytes of request bodies, as they travelled.
    pub wire_bytes_up: u64,
    /// Bytes of answers, as they travelled.
    pub wire_bytes_down: u64,
    /// Whether nothing is known to be missing.
    pub complete: bool,
}
