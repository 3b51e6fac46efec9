//! The data of the section "Prompt".

use std::sync::Arc;

use serde::Serialize;

use crate::call::Digest;
use crate::decode::Part;

/// What models are told before the user says anything, and where the bytes go.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Prompt {
    /// Every distinct text of instructions, in the order in which they came; those for which there was no room stand together.
    pub instructions: Vec<PromptText>,
    /// Every distinct definition of a tool, likewise; those for which there was no room stand together by name.
    pub tools: Vec<PromptText>,
    /// Bytes of request bodies by what they are.
    pub bytes: Vec<PartBytes>,
    /// Tools that were offered and never called.
    pub unused_tools: Vec<String>,
    /// Bytes of all definitions of these, each counted as often as it was sent.
    pub unused_tool_bytes: u64,
}

/// One text, and where it was used; or all texts of one part and name for which there was no room.
#[derive(Debug, Clone, Serialize)]
pub struct PromptText {
    /// The tool's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Arc<str>>,
    /// Tells versions apart; of several texts that of the last.
    pub digest: Digest,
    /// How many texts it is; 1 where there is one.
    pub items: u64,
    /// Its length as JSON.
    pub bytes: u64,
    /// How often it was sent.
    pub requests: u64,
    /// The first of these, by its number in its recording.
    pub first_exchange: u64,
    /// The text, where there was room to keep it.
    pub text: Option<Arc<str>>,
    /// Whether the text is shorter than it was.
    pub cut: bool,
}

/// Bytes of request bodies that are of one part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct PartBytes {
    /// What they are; `None` for all that is around the content: settings, metadata, punctuation.
    pub part: Option<Part>,
    /// How many.
    pub bytes: u64,
    /// How many it would be if each distinct content had been sent once.
    pub distinct_bytes: u64,
}
