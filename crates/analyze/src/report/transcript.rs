//! The data of the section "Transcript": what was said, request by request.

use std::sync::Arc;

use capture::record::OutcomeState;
use serde::Serialize;

use crate::call::Kind;
use crate::decode::Part;

use super::is_zero;

/// The conversations of a recording, as far as their texts were kept.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Transcript {
    /// One for each conversation, in the order in which they began.
    pub threads: Vec<Thread>,
    /// How many more there are, of which the report has nothing.
    #[serde(skip_serializing_if = "is_zero")]
    pub folded: u64,
}

/// One conversation.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Thread {
    /// The index of its recording.
    pub recording: usize,
    /// Its name; absent for requests that name none.
    pub id: Option<String>,
    /// Who speaks in it, in the agent's words: `user`, `thread_title`.
    pub source: Option<String>,
    /// Its requests, in order.
    pub steps: Vec<Step>,
}

/// One request of a conversation: what was new in it, and what was answered.
#[derive(Debug, Clone, Serialize)]
pub struct Step {
    /// The number of its exchange.
    pub exchange: u64,
    /// What the agent wanted, retries told apart.
    pub kind: Kind,
    /// The model that was asked for.
    pub model: String,
    /// How its exchange ended.
    pub state: OutcomeState,
    /// Whether it failed.
    pub failed: bool,
    /// What the provider said was wrong.
    pub problem: Option<String>,
    /// How many items were sent again as they were.
    pub repeated: u64,
    /// Items that were not in the request before.
    pub added: Vec<TranscriptItem>,
    /// Items of the request before that are no longer there.
    pub removed: Vec<TranscriptItem>,
    /// Instructions, tools and items that are not what they were.
    pub changed: Vec<Change>,
    /// What the model answered.
    pub output: Vec<TranscriptItem>,
}

/// One item; or all items of a list that are of one part and name and had no room for their texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TranscriptItem {
    /// Which part of the conversation it is.
    pub part: Part,
    /// The tool's name, of a tool call.
    pub name: Option<Arc<str>>,
    /// Its text; absent where there was no room to keep it.
    pub text: Option<Arc<str>>,
    /// Whether `text` is its beginning alone.
    pub cut: bool,
    /// How many items it is; 1 where there is a text.
    pub items: u64,
    /// Its length as JSON, in bytes; of several the sum.
    pub bytes: u64,
}

/// One thing that is not what it was in the request before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Which part of the request it is.
    pub part: Part,
    /// The tool's name, of a tool.
    pub name: Option<Arc<str>>,
    /// A unified diff; absent where a text was not kept, and past the first 1 MiB that is compared.
    pub diff: Option<String>,
}
