//! The data of the section "Prompt".

use std::sync::Arc;

use serde::Serialize;

use crate::call::Digest;
use crate::decode::Part;

/// Instructions and tools, and where the bytes of requests go.
///
/// Texts are kept up to 16 MiB in all, first come first served.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Prompt {
    /// Every distinct text of instructions, in order of appearance; those that were not kept share
    /// one entry.
    pub instructions: Vec<PromptText>,
    /// Every distinct definition of a tool, in order of appearance; those of one name that were not
    /// kept share one entry.
    pub tools: Vec<PromptText>,
    /// Bytes of request bodies, by part.
    pub bytes: Vec<PartBytes>,
    /// Tools that were offered and never called.
    pub unused_tools: Vec<String>,
    /// Bytes of their definitions, each counted as often as it was sent.
    pub unused_tool_bytes: u64,
}

/// One text and its use, or all texts of one part and name that were not kept.
#[derive(Debug, Clone, Serialize)]
pub struct PromptText {
    /// The tool's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Arc<str>>,
    /// The hash of the text; of several texts, that of the last.
    pub digest: Digest,
    /// How many texts share this entry.
    pub items: u64,
    /// The length as JSON, in bytes; of several texts, the sum.
    pub bytes: u64,
    /// How many requests sent it.
    pub requests: u64,
    /// The first of these exchanges, by its number in its recording.
    pub first_exchange: u64,
    /// The text, if it was kept.
    pub text: Option<Arc<str>>,
    /// Whether `text` is only the beginning.
    pub cut: bool,
}

/// Bytes of request bodies that belong to one part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct PartBytes {
    /// The part; `None` for everything else: settings, metadata, punctuation.
    pub part: Option<Part>,
    /// Bytes sent.
    pub bytes: u64,
    /// Bytes if each distinct content had been sent once.
    pub distinct_bytes: u64,
}
