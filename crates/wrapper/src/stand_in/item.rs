//! What an answer consists of, before an API gives it its form: text, or a tool call.

use serde_json::Value;

/// The content of an answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Item {
    /// The answer to a prewarm.
    Nothing,
    /// Text.
    Message(String),
    /// A tool call.
    Call(ToolCall),
    /// A summary of the conversation; remembers the position in the script.
    Compaction {
        /// Steps of the script answered so far.
        steps: usize,
    },
}

/// A call of one of the agent's tools.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ToolCall {
    /// The tool's name.
    pub(super) name: String,
    /// Its input.
    pub(super) input: ToolInput,
}

/// The input of a tool.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum ToolInput {
    /// Free text, for a custom tool.
    Text(String),
    /// JSON arguments, for a function.
    Arguments(Value),
}

impl ToolInput {
    /// As a JSON object, for an API without free text.
    pub(super) fn as_arguments(&self) -> Value {
        match self {
            Self::Text(text) => serde_json::json!({ "input": text }),
            Self::Arguments(arguments) => arguments.clone(),
        }
    }

    /// As one string.
    pub(super) fn as_text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Arguments(arguments) => arguments.to_string(),
        }
    }
}

impl Item {
    /// Its length in bytes, as written by a model.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Nothing => 0,
            Self::Message(text) => text.len(),
            Self::Call(call) => call.name.len() + call.input.as_text().len(),
            Self::Compaction { .. } => COMPACTION_BYTES,
        }
    }
}

/// About the length of a summary of a short conversation.
const COMPACTION_BYTES: usize = 1200;

/// Cuts a text into the pieces that are streamed: a few words each, nothing lost.
pub(super) fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let mut ends = rest.match_indices(' ').map(|(at, _)| at + 1);
        let end = ends.nth(WORDS_A_PIECE - 1).unwrap_or(rest.len());
        let (piece, after) = rest.split_at(end);
        pieces.push(piece);
        rest = after;
    }
    pieces
}

/// Few enough that even a short answer has several pieces.
const WORDS_A_PIECE: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pieces_of_a_text_make_the_text() {
        for text in [
            "",
            "one",
            "one two three four",
            "  é  ✓ a b  c d e ",
            "a b c ",
        ] {
            assert_eq!(pieces(text).concat(), text);
        }
        assert_eq!(pieces("one two three four").len(), 2);
    }
}
