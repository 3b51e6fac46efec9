//! A model request, independent of its API.

use serde_json::Value;

use super::shell::ShellTool;

/// What the stand-in understands of a model request.
#[derive(Debug, Clone, Default)]
pub(super) struct ModelRequest {
    /// The requested model.
    pub(super) model: String,
    /// The kind of answer it wants.
    pub(super) intent: Intent,
    /// Answers that the conversation already contains: the position in the script.
    pub(super) steps: usize,
    /// The tool that runs commands, if the agent offers one.
    pub(super) shell: Option<ShellTool>,
    /// The JSON Schema that the answer must match.
    pub(super) schema: Option<Value>,
    /// The whole conversation so far, in bytes.
    pub(super) input_bytes: usize,
    /// The part of it that an earlier request already sent.
    pub(super) cached_bytes: usize,
}

/// The kind of answer that a request wants.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Intent {
    /// The next step of the script.
    #[default]
    Answer,
    /// Only an id to build on (`generate: false`).
    Prewarm,
    /// A summary of the conversation.
    Compact,
}

/// The length of `value` as compact JSON, in bytes.
pub(super) fn json_bytes(value: &Value) -> usize {
    value.to_string().len()
}

/// A text field of a JSON object; empty if it is missing or not a text.
pub(super) fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// A list field of a JSON object; empty if it is missing or not a list.
pub(super) fn list<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    let list = value.get(field).and_then(Value::as_array);
    list.map(Vec::as_slice).unwrap_or_default()
}

/// Counts the earlier answers among `entries`, and measures what follows the last of them.
///
/// What precedes it was sent by the request before this one, so a provider
/// would have it cached.
pub(super) fn earlier_answers(
    entries: &[Value],
    is_answer: impl Fn(&Value) -> bool,
) -> EarlierAnswers {
    let last = entries.iter().rposition(&is_answer);
    let fresh = last.map_or(entries, |last| &entries[last..]);
    EarlierAnswers {
        count: entries.iter().filter(|entry| is_answer(entry)).count(),
        fresh_bytes: fresh.iter().map(json_bytes).sum(),
    }
}

/// What [`earlier_answers`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct EarlierAnswers {
    /// How many.
    pub(super) count: usize,
    /// Bytes from the last of them on; of all entries if there is none.
    pub(super) fresh_bytes: usize,
}

impl EarlierAnswers {
    /// How many of a request's `bytes` an earlier one already sent.
    pub(super) fn cached_bytes(self, bytes: usize) -> usize {
        match self.count {
            0 => 0,
            _ => bytes.saturating_sub(self.fresh_bytes),
        }
    }
}
