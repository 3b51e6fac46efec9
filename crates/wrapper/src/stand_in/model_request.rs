//! What a model request asks for, whichever API it speaks.

use serde_json::Value;

use super::shell::ShellTool;

/// A model request, as far as the stand-in understands it.
#[derive(Debug, Clone, Default)]
pub(super) struct ModelRequest {
    /// The model that was asked for.
    pub(super) model: String,
    /// What kind of answer is wanted.
    pub(super) intent: Intent,
    /// How many answers the conversation already holds: where the script goes on.
    pub(super) steps: usize,
    /// The tool that runs commands, when the agent offers one.
    pub(super) shell: Option<ShellTool>,
    /// The JSON Schema that the answer has to fit.
    pub(super) schema: Option<Value>,
    /// The whole conversation so far, in bytes.
    pub(super) input_bytes: usize,
    /// The part of it that an earlier request has sent already.
    pub(super) cached_bytes: usize,
}

/// What kind of answer a request wants.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Intent {
    /// The next step of the script.
    #[default]
    Answer,
    /// Nothing but an id to build on (`generate: false`).
    Prewarm,
    /// The conversation in short.
    Compact,
}

/// The length of `value` as compact JSON, in bytes.
pub(super) fn json_bytes(value: &Value) -> usize {
    value.to_string().len()
}

/// A text field of a JSON object; empty when it is missing or no text.
pub(super) fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// A list field of a JSON object; empty when it is missing or no list.
pub(super) fn list<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    let list = value.get(field).and_then(Value::as_array);
    list.map(Vec::as_slice).unwrap_or_default()
}

/// Counts the entries that are an earlier answer, and sizes what came before the last of them.
///
/// That prefix is what the request before this one sent, so it is what a
/// provider would have cached.
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
    /// Bytes from the last of them on; of everything when there is none.
    pub(super) fresh_bytes: usize,
}

impl EarlierAnswers {
    /// How much of a request of `bytes` an earlier one has sent already.
    pub(super) fn cached_bytes(self, bytes: usize) -> usize {
        match self.count {
            0 => 0,
            _ => bytes.saturating_sub(self.fresh_bytes),
        }
    }
}
