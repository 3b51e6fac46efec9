//! The data of the section "Transcript": what agents and models said, request by request.

use std::sync::Arc;

use capture::record::OutcomeState;
use serde::Serialize;

use crate::call::Kind;
use crate::decode::Part;

use super::is_zero;

/// The conversations of a recording.
///
/// Texts are kept up to 16 MiB in all, first come first served; lengths and counts are complete.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Transcript {
    /// One for each conversation, in the order in which they began.
    pub threads: Vec<Thread>,
    /// How many later conversations were left out.
    #[serde(skip_serializing_if = "is_zero")]
    pub folded: u64,
}

/// One conversation.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Thread {
    /// The index of its recording.
    pub recording: usize,
    /// The agent's id for it; `None` for requests that have none.
    pub id: Option<String>,
    /// Who speaks in it, in the agent's words: `user`, `thread_title`.
    pub source: Option<String>,
    /// Its requests, in order.
    pub steps: Vec<Step>,
}

/// One request of a conversation: what was new in it, and the response.
#[derive(Debug, Clone, Serialize)]
pub struct Step {
    /// The number of its exchange.
    pub exchange: u64,
    /// Its kind; a retry is a kind too.
    pub kind: Kind,
    /// The model that the request names.
    pub model: String,
    /// How its exchange ended.
    pub state: OutcomeState,
    /// Whether it failed.
    pub failed: bool,
    /// The provider's error message.
    pub problem: Option<String>,
    /// How many items were sent again unchanged.
    pub repeated: u64,
    /// Items that the previous request did not have.
    pub added: Vec<TranscriptItem>,
    /// Items of the previous request that this one does not have.
    pub removed: Vec<TranscriptItem>,
    /// Instructions, tools and items that changed since the previous request.
    pub changed: Vec<Change>,
    /// The model's output.
    pub output: Vec<TranscriptItem>,
}

/// One item, or all items of a list that have one part and name and whose texts were not kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TranscriptItem {
    /// Its part of the conversation.
    pub part: Part,
    /// The tool's name, of a tool call.
    pub name: Option<Arc<str>>,
    /// Its text, if it was kept.
    pub text: Option<Arc<str>>,
    /// Whether `text` is only the beginning.
    pub cut: bool,
    /// How many items share this entry; 1 if there is a text.
    pub items: u64,
    /// The length as JSON, in bytes; of several items, the sum.
    pub bytes: u64,
}

/// One thing that changed since the previous request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Its part of the request.
    pub part: Part,
    /// The tool's name, of a tool.
    pub name: Option<Arc<str>>,
    /// A unified diff; `None` if a text was not kept, and for all changes after the first 1 MiB of
    /// compared text.
    pub diff: Option<String>,
}
