//! The pieces of a conversation, the same for every API.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::call::Digest;
use crate::json::Json;

/// One piece of a conversation, or the definition of a tool.
#[derive(Debug, Clone)]
pub(crate) struct Item<'a> {
    pub(crate) digest: Digest,
    pub(crate) part: Part,
    /// The tool's name, its namespace before it; of a tool or a tool call.
    pub(crate) name: Option<Cow<'a, str>>,
    /// What pairs a tool call with its result.
    pub(crate) call_id: Option<Cow<'a, str>>,
    /// The item as JSON; joined if it came in pieces.
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

    /// The definition of a tool.
    pub(crate) fn tool(name: Option<Cow<'a, str>>, definition: Json<'a>) -> Self {
        Self {
            name: Some(name.unwrap_or_default()),
            ..Self::new(Part::Tools, definition.raw())
        }
    }
}

/// Which part of a conversation an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// System and developer messages: how the agent wants the model to work.
    Instructions,
    /// Tool definitions.
    Tools,
    /// What the user says, or the agent on the user's behalf.
    User,
    /// What the model says.
    Assistant,
    /// What the model thinks, mostly encrypted.
    Reasoning,
    /// A tool that the model calls.
    ToolCall,
    /// What a tool returned.
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

    /// Whether such items come from the model. In a request they are history.
    pub fn is_models(self) -> bool {
        matches!(self, Self::Assistant | Self::Reasoning | Self::ToolCall)
    }
}
