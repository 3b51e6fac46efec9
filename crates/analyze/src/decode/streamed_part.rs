//! A part of an answer that comes in pieces.
//!
//! It becomes an item in the form in which the agent sends it back as history: only in that form do
//! both have the same digest.

use serde_json::Value;

use super::item::{Item, Part};
use crate::call::ToolCall;

/// What came so far.
pub(super) struct StreamedPart {
    pub(super) part: Part,
    /// What is said; of a tool call, its arguments.
    pub(super) text: String,
    /// The name of the tool that is called.
    pub(super) name: String,
    pub(super) call_id: String,
    /// When the last piece came.
    pub(super) at_us: Option<u64>,
    write: PartWriter,
}

/// Writes a part as the API has it in a request.
pub(super) type PartWriter = fn(&StreamedPart) -> Value;

impl StreamedPart {
    /// A part that is still empty.
    pub(super) fn new(part: Part, write: PartWriter) -> Self {
        Self {
            part,
            text: String::new(),
            name: String::new(),
            call_id: String::new(),
            at_us: None,
            write,
        }
    }

    /// The [`PartWriter`] for text that is a plain string in a request.
    pub(super) fn string(&self) -> Value {
        self.text.as_str().into()
    }

    /// The item that the pieces make; none for text that stayed empty.
    pub(super) fn item<'a>(&self) -> Option<Item<'a>> {
        let is_call = self.part == Part::ToolCall;
        if self.text.is_empty() && !is_call {
            return None;
        }
        Some(Item {
            name: is_call.then(|| self.name.clone().into()),
            call_id: is_call.then(|| self.call_id.clone().into()),
            ..Item::new(self.part, (self.write)(self).to_string())
        })
    }

    /// The tool call, if it is one.
    pub(super) fn into_tool_call(self) -> Option<ToolCall> {
        (self.part == Part::ToolCall).then_some(ToolCall {
            name: self.name,
            call_id: self.call_id,
            argument_bytes: self.text.len() as u64,
            at_us: self.at_us,
        })
    }
}
