//! The data of the section "Conversation": how threads go on and grow.
//!
//! What was said in them, word for word, is in the transcript.

use std::collections::BTreeMap;

use capture::record::{Timestamp, Transport};
use serde::Serialize;

use crate::call::{Ending, Kind, Tokens};
use crate::decode::Part;

use super::is_zero;

/// How conversations between agents and models go on and grow.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Conversation {
    /// Every thread, in the order in which they began; those past a number are one, `{folded}`, without steps.
    pub threads: Vec<ThreadStats>,
    /// How many threads that one stands for.
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
    /// Models that were asked in it.
    pub models: Vec<String>,
    /// User's turns in it.
    pub turns: u64,
    /// How often its history was replaced by a summary.
    pub compactions: u64,
    /// All its requests added up.
    pub tokens: Tokens,
    /// Bytes of request bodies.
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
    /// What it is for.
    pub kind: Kind,
    /// What carried it.
    pub transport: Transport,
    /// When it began.
    pub started_at: Timestamp,
    /// How its answer ended.
    pub ending: Ending,
    /// The exchange that it repeats.
    pub retry_of: Option<u64>,
    /// Request sent to first model output, in microseconds.
    pub ttft_us: Option<u64>,
    /// Request sent to the end of the answer, in microseconds.
    pub total_us: Option<u64>,
    /// What the provider counted.
    pub tokens: Option<Tokens>,
    /// The request's body, in bytes.
    pub body_bytes: u64,
    /// Of these, content that had been sent before.
    pub resent_bytes: u64,
    /// Everything that the model was shown, sent now or before, in bytes.
    pub context_bytes: u64,
    /// What the agent said for the first time, in bytes by part.
    pub new_bytes: BTreeMap<Part, u64>,
    /// Whether the model has other tools than at the step before.
    pub tools_changed: bool,
    /// Whether it has other instructions.
    pub instructions_changed: bool,
    /// Tools that the model called.
    pub tool_calls: Vec<CalledTool>,
}

/// One tool call and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CalledTool {
    /// The tool's name.
    pub name: String,
    /// The length of its arguments, in bytes.
    pub argument_bytes: u64,
    /// From its complete call to the request that brings its result, in microseconds.
    pub duration_us: Option<u64>,
    /// The length of its result as JSON; absent when none came.
    pub result_bytes: Option<u64>,
}
