//! What an answer consists of, before an API gives it its form: text, or a tool call.

use serde_json::Value;

/// The substance of an answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Item {
    /// The answer to a prewarm.
    Nothing,
    /// Text.
    Message(String),
    /// A tool to call.
    Call(ToolCall),
    /// The conversation in short, which remembers how far the script has come.
    Compaction {
        /// Steps of the script that were answered.
        steps: usize,
    },
}

/// A call of one of the agent's tools.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ToolCall {
    /// The tool's name.
    pub(super) name: String,
    /// What it is given.
    pub(super) input: ToolInput,
}

/// What a tool is given.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum ToolInput {
    /// Free text, for a custom tool.
    Text(String),
    /// JSON arguments, for a function.
    Arguments(Value),
}

impl ToolInput {
    /// The arguments as an object, for an API that knows no free text.
    pub(super) fn as_arguments(&self) -> Value {
        match self {
            Self::Text(text) => serde_json::json!({ "input": text }),
            Self::Arguments(arguments) => arguments.clone(),
        }
    }

    /// The text as it travels in one string.
    pub(super) fn as_text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Arguments(arguments) => arguments.to_string(),
        }
    }
}

impl Item {
    /// Its length in bytes, as a model would have written it.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Nothing => 0,
            Self::Message(text) => text.len(),
            Self::Call(call) => call.name.len() + call.input.as_text().len(),
            Self::Compaction { .. } => COMPACTION_BYTES,
        }
    }
}

/// About what a summary of a short conversation takes.
const COMPACTION_BYTES: usize = 1200;

/// Cuts a text into the pieces in which it is streamed: a few words each, nothing lost.
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

/// Few enough that a short answer still comes in several pieces.
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
