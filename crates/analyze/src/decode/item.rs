//! What decoders hand to the aggregate: a call, and the content that it refers to.
//!
//! The content is borrowed from the exchange, where it stands there in one piece;
//! whoever wants to keep some of it copies it.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::call::{Call, Digest, Prompt};

/// A call and its content.
#[derive(Debug)]
pub(crate) struct Decoded<'a> {
    /// Without the digests of its content, which [`Decoded::into_call`] adds.
    pub(crate) call: Call,
    /// Tool definitions.
    pub(crate) tools: Vec<Item<'a>>,
    /// Instructions that stand outside the input.
    pub(crate) instructions: Option<Item<'a>>,
    pub(crate) input: Vec<Item<'a>>,
    pub(crate) output: Vec<Item<'a>>,
    /// Times between events that carry model output, in microseconds.
    pub(crate) gaps_us: Vec<u64>,
}

impl<'a> Decoded<'a> {
    /// All content, in the order in which a model reads it.
    pub(crate) fn content(&self) -> impl Iterator<Item = &Item<'a>> + Clone {
        let sent = self.tools.iter().chain(&self.instructions);
        sent.chain(&self.input).chain(&self.output)
    }

    /// The call, with the digests of its content.
    pub(crate) fn into_call(self) -> Call {
        let digests = |items: Vec<Item<'_>>| items.iter().map(|item| item.digest).collect();
        Call {
            prompt: Prompt {
                tools: digests(self.tools),
                instructions: self.instructions.map(|item| item.digest),
                input: digests(self.input),
                ..self.call.prompt
            },
            output: digests(self.output),
            ..self.call
        }
    }
}

/// One piece of a conversation, or the definition of a tool.
#[derive(Debug, Clone)]
pub(crate) struct Item<'a> {
    pub(crate) digest: Digest,
    pub(crate) part: Part,
    /// The tool's name, its namespace before it; of a tool or a tool call.
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
