//! The data of the section "Conversation": how threads develop and grow.
//!
//! Their texts are in the transcript.

use std::collections::BTreeMap;

use capture::record::{Timestamp, Transport};
use serde::Serialize;

use crate::call::{Ending, Kind, Tokens};
use crate::decode::Part;

use super::is_zero;

/// How conversations between agents and models develop and grow.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Conversation {
    /// The first 2,000 threads, in the order in which they began; the rest share one row, `{folded}`,
    /// which has no steps.
    pub threads: Vec<ThreadStats>,
    /// How many threads share that row.
    #[serde(skip_serializing_if = "is_zero")]
    pub folded: u64,
}

/// One conversation.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ThreadStats {
    /// The agent's id for it.
    pub id: Option<String>,
    /// Who speaks in it, in the agent's words: `user`, `thread_title`.
    pub source: Option<String>,
    /// The models of its requests.
    pub models: Vec<String>,
    /// The user's turns in it.
    pub turns: u64,
    /// How often its history was replaced by a summary.
    pub compactions: u64,
    /// The tokens of all its requests.
    pub tokens: Tokens,
    /// Bytes of its request bodies, decoded.
    pub body_bytes: u64,
    /// Of these, content that had been sent before.
    pub resent_bytes: u64,
    /// Its requests, in order.
    pub steps: Vec<StepStats>,
}

/// One request of a conversation.
#[derive(Debug, Clone, Serialize)]
pub struct StepStats {
    /// The exchange's number in its recording.
    pub exchange: u64,
    /// The user's turn that it belongs to, counted from 1 in its thread.
    pub turn: Option<u64>,
    /// Its purpose.
    pub kind: Kind,
    /// The transport that carried it.
    pub transport: Transport,
    /// When it began.
    pub started_at: Timestamp,
    /// How its response ended.
    pub ending: Ending,
    /// The exchange that it retries.
    pub retry_of: Option<u64>,
    /// From the end of the request to the first model output, in microseconds.
    pub ttft_us: Option<u64>,
    /// From the end of the request to the end of the response, in microseconds.
    pub total_us: Option<u64>,
    /// The provider's count.
    pub tokens: Option<Tokens>,
    /// The length of the request body in bytes, decoded.
    pub body_bytes: u64,
    /// Of these, content that had been sent before.
    pub resent_bytes: u64,
    /// Bytes of everything that the model sees, sent now or earlier.
    pub context_bytes: u64,
    /// Bytes of what the agent sent for the first time, by part.
    pub new_bytes: BTreeMap<Part, u64>,
    /// Whether the tools differ from those of the previous step.
    pub tools_changed: bool,
    /// Whether the instructions differ from those of the previous step.
    pub instructions_changed: bool,
    /// Tools that the model called.
    pub tool_calls: Vec<CalledTool>,
}

/// One tool call and its result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CalledTool {
    /// The tool's name.
    pub name: String,
    /// The length of its arguments in bytes.
    pub argument_bytes: u64,
    /// From the completed call to the start of the request with its result, in microseconds.
    pub duration_us: Option<u64>,
    /// The length of its result as JSON, in bytes; `None` if there is none.
    pub result_bytes: Option<u64>,
}
