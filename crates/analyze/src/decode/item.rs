//! What decoders hand to the aggregate: a call, and the content that it refers to.
//!
//! The content is borrowed from the exchange, where it stands there in one piece;
//! whoever wants to keep some of it copies it.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::call::{Call, Digest};

/// A call with the content that its digests stand for.
#[derive(Debug)]
pub(crate) struct Decoded<'a> {
    pub(crate) call: Call,
    /// Tool definitions, as in `call.prompt.tools`.
    pub(crate) tools: Vec<Tool<'a>>,
    /// Input items and then output items, as in `call.prompt.input` and `call.output`.
    pub(crate) items: Vec<Item<'a>>,
    /// Times between events that carry model output, in microseconds.
    pub(crate) gaps_us: Vec<u64>,
}

/// The definition of a tool.
#[derive(Debug, Clone)]
pub(crate) struct Tool<'a> {
    pub(crate) digest: Digest,
    /// Its name, its namespace before it.
    pub(crate) name: Cow<'a, str>,
    /// The definition as JSON.
    pub(crate) raw: &'a str,
}

/// One piece of a conversation.
#[derive(Debug, Clone)]
pub(crate) struct Item<'a> {
    pub(crate) digest: Digest,
    pub(crate) part: Part,
    /// The tool's name, of a tool call.
    pub(crate) name: Option<Cow<'a, str>>,
    /// What pairs a tool call with its result.
    pub(crate) call_id: Option<Cow<'a, str>>,
    /// The item as JSON; put together where it came in pieces.
    pub(crate) raw: Cow<'a, str>,
}

impl<'a> Item<'a> {
    /// An item that is neither a tool call nor a result.
    pub(crate) fn new(part: Part, raw: impl Into<Cow<'a, str>>) -> Self {
        let raw = raw.into();
        Self {
            digest: Digest::of(&raw),
            part,
            name: None,
            call_id: None,
            raw,
        }
    }
}

/// Which part of a conversation an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// What the agent tells the model about its work: system and developer messages.
    Instructions,
    /// Tool definitions.
    Tools,
    /// What the user, or the agent for the user, says.
    User,
    /// What the model says.
    Assistant,
    /// What the model thinks, mostly encrypted.
    Reasoning,
    /// A tool that the model calls.
    ToolCall,
    /// What the tool gave back.
    ToolResult,
    /// The request for, or the result of, replacing the history by a summary.
    Compaction,
    /// Anything else.
    Other,
}

impl Part {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Instructions => "instructions",
            Self::Tools => "tools",
            Self::User => "user",
            Self::Assistant => "assistant",
            Self::Reasoning => "reasoning",
            Self::ToolCall => "tool call",
            Self::ToolResult => "tool result",
            Self::Compaction => "compaction",
            Self::Other => "other",
        }
    }

    /// Whether the model makes such items: in a request they are history.
    pub fn is_models(self) -> bool {
        matches!(self, Self::Assistant | Self::Reasoning | Self::ToolCall)
    }
}
