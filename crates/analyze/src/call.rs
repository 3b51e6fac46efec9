//! A call: an exchange understood as a request to a model.
//!
//! Plain data, the same for every provider and transport. What the exchange
//! says on its own is filled in by `decode`; what only its neighbours tell (is
//! it a retry?) by the aggregate.

use std::num::NonZeroU64;

use serde::{Deserialize, Serialize};
use twox_hash::XxHash3_64;

/// An exchange understood as a model request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// Whose API it speaks.
    pub provider: Provider,
    /// The model that was asked for; empty when the request does not name one.
    pub model: String,
    /// What the agent wanted with it.
    pub kind: Kind,
    /// How the answer ended.
    pub ending: Ending,
    /// What the provider counted; absent when the answer holds no usage.
    pub tokens: Option<Tokens>,
    /// Marks of its answer.
    pub marks: Marks,
    /// Tools that the model called, in order.
    pub tool_calls: Vec<ToolCall>,
    /// The agent's and the provider's names for it.
    pub ids: Ids,
    /// What was asked for beside the input.
    pub settings: Settings,
    /// What the request holds, part by part.
    pub prompt: Prompt,
    /// The items that the model answered with, by content.
    pub output: Vec<Digest>,
    /// What the provider said was wrong.
    pub error: Option<Fault>,
}

/// Whose API a call speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provider {
    /// The Responses API, or Chat Completions.
    Openai,
    /// The Messages API.
    Anthropic,
    /// `generateContent`.
    Google,
}

/// What the agent wanted with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A step of a turn: what the user asked for, or the result of a tool.
    Turn,
    /// Opens a WebSocket's state before the user's turn; generates nothing.
    Prewarm,
    /// A side thread that names the conversation.
    Title,
    /// Replaces the history by a summary.
    Compaction,
    /// The same request again after a failure.
    Retry,
    /// Anything else.
    Other,
}

impl Kind {
    /// Its name in reports and filters.
    pub fn name(self) -> &'static str {
        match self {
            Self::Turn => "turn",
            Self::Prewarm => "prewarm",
            Self::Title => "title",
            Self::Compaction => "compaction",
            Self::Retry => "retry",
            Self::Other => "other",
        }
    }
}

/// How a call's answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// The model finished.
    Completed,
    /// The provider stopped it early: a token limit, a content filter.
    Incomplete,
    /// The provider said that it failed.
    Failed,
    /// Cut before its end, or never answered.
    Cut,
}

/// What the provider counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tokens {
    /// All input, that from the cache included.
    pub input: u64,
    /// Of the input, what came from the cache.
    pub cached: u64,
    /// Of the input, what was written to the cache, where the provider says so.
    pub cache_written: u64,
    /// All output, reasoning included.
    pub output: u64,
    /// Of the output, what was reasoning.
    pub reasoning: u64,
}

impl Tokens {
    /// Adds another call's tokens.
    pub fn add(&mut self, other: Tokens) {
        self.input = self.input.saturating_add(other.input);
        self.cached = self.cached.saturating_add(other.cached);
        self.cache_written = self.cache_written.saturating_add(other.cache_written);
        self.output = self.output.saturating_add(other.output);
        self.reasoning = self.reasoning.saturating_add(other.reasoning);
    }
}

/// Marks of an answer: microseconds from the start of the exchange.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marks {
    /// When the request had been sent.
    pub sent_us: Option<u64>,
    /// The first event that carries model output.
    pub first_output_us: Option<u64>,
    /// The last event that carries model output.
    pub last_output_us: Option<u64>,
    /// When the answer was over.
    pub end_us: Option<u64>,
    /// The longest time between two events that carry model output.
    pub longest_gap_us: Option<u64>,
    /// Events that carry model output.
    pub output_events: u64,
}

impl Marks {
    /// Request sent, to the first event that carries model output.
    pub fn ttft_us(&self) -> Option<u64> {
        Some(self.first_output_us?.saturating_sub(self.sent_us?))
    }

    /// Request sent, to the end of the answer.
    pub fn total_us(&self) -> Option<u64> {
        Some(self.end_us?.saturating_sub(self.sent_us?))
    }

    /// The first event that carries model output, to the last.
    pub fn streaming_us(&self) -> Option<u64> {
        Some(self.last_output_us?.saturating_sub(self.first_output_us?))
    }
}

/// A tool that the model called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolCall {
    /// The tool's name, its namespace before it.
    pub name: String,
    /// What its result will refer to; empty when there is none.
    pub call_id: String,
    /// Length of its arguments, in bytes.
    pub argument_bytes: u64,
    /// When it was complete, in microseconds from the start of the exchange.
    pub at_us: Option<u64>,
}

/// The agent's and the provider's names for a call.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ids {
    /// The conversation.
    pub thread: Option<String>,
    /// The user's turn.
    pub turn: Option<String>,
    /// The response that this request goes on from.
    pub previous_response: Option<String>,
    /// The response.
    pub response: Option<String>,
}

/// What was asked for beside the input.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// How hard to think.
    pub effort: Option<String>,
    /// Who speaks in the thread, in the agent's words: `user`, `thread_title`.
    pub thread_source: Option<String>,
    /// What set the turn off, in the agent's words: `exec`.
    pub trigger: Option<String>,
}

/// What a request holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prompt {
    /// Tool definitions, each by content, in order.
    pub tools: Vec<Digest>,
    /// Instructions that stand outside the input, by content.
    pub instructions: Option<Digest>,
    /// Input items, each by content, in order; tool definitions among them are in `tools` alone.
    pub input: Vec<Digest>,
    /// The whole body, in bytes.
    pub bytes: u64,
}

/// A content's fingerprint: equal for equal content, in every recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digest(NonZeroU64);

impl Digest {
    /// The fingerprint of `content`.
    pub fn of(content: &str) -> Self {
        let hash = XxHash3_64::oneshot(content.as_bytes());
        Self(NonZeroU64::new(hash).unwrap_or(NonZeroU64::MIN))
    }

    /// The hash that it is.
    pub(crate) fn number(self) -> u64 {
        self.0.get()
    }
}

impl std::fmt::Display for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// What the provider, or HTTP, said was wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The HTTP status, or the one in the error.
    pub status: Option<u16>,
    /// A short cause: `rate_limit_exceeded`.
    pub code: Option<String>,
    /// The cause in words.
    pub message: Option<String>,
    /// How long the provider asked to wait.
    pub retry_after_us: Option<u64>,
}
