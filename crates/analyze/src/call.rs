//! A call: an exchange understood as a request to a model.
//!
//! Plain data, the same for every provider and transport. `decode` fills in what the exchange itself
//! says, the fold what only other exchanges tell (is it a retry?).

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
    /// Why the agent made it.
    pub kind: Kind,
    /// How the answer ended.
    pub ending: Ending,
    /// What the provider counted; absent when the answer holds no usage.
    pub tokens: Option<Tokens>,
    /// Marks of its answer.
    pub marks: Marks,
    /// Tools that the model called, in order.
    pub tool_calls: Vec<ToolCall>,
    /// The ids that the agent and the provider gave it.
    pub ids: Ids,
    /// What the request asks for besides the input.
    pub settings: Settings,
    /// What the request holds, part by part.
    pub prompt: PromptDigests,
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

/// Why the agent made a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A step of a turn: what the user asked for, or the result of a tool.
    Turn,
    /// Prepares a WebSocket before the user's turn; generates nothing.
    Prewarm,
    /// A side thread that names the conversation.
    Title,
    /// Replaces the history with a summary.
    Compaction,
    /// The same request again after a failure.
    Retry,
    /// Anything else.
    Other,
}

impl Kind {
    /// Its name in reports and filters.
    pub const fn name(self) -> &'static str {
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
    /// All input, cached input included.
    pub input: u64,
    /// The part of the input that came from the cache.
    pub cached: u64,
    /// The part of the input that was written to the cache, if the provider says so.
    pub cache_written: u64,
    /// All output, reasoning included.
    pub output: u64,
    /// The part of the output that was reasoning.
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

/// The ids that the agent and the provider gave a call.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ids {
    /// The conversation.
    pub thread: Option<String>,
    /// The user's turn.
    pub turn: Option<String>,
    /// The response that this request continues.
    pub previous_response: Option<String>,
    /// The response.
    pub response: Option<String>,
}

/// What a request asks for besides the input.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// How hard to think.
    pub effort: Option<String>,
    /// Who speaks in the thread, in the agent's words: `user`, `thread_title`.
    pub thread_source: Option<String>,
    /// What started the turn, in the agent's words: `exec`.
    pub trigger: Option<String>,
}

/// What a request holds, by content.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromptDigests {
    /// Tool definitions, in order.
    pub tools: Vec<Digest>,
    /// Instructions outside the input.
    pub instructions: Option<Digest>,
    /// Input items, in order. Tool definitions among them are only in `tools`.
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

    /// The hash itself.
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
