//! The readable text of an item: what a person would want to see of it.
//!
//! Looks wherever a provider puts text. If there is none, the JSON itself is the text.

use super::json::fields;
use crate::json::{Json, Tape};

/// The text in `raw`, an item of a conversation.
pub(crate) fn readable(raw: &str) -> String {
    let mut out = String::new();
    if let Ok(document) = Tape::default().read(raw) {
        gather(document.root(), MAX_DEPTH, &mut out);
    }
    if out.is_empty() { raw.to_owned() } else { out }
}

fields! {
    /// The fields that hold an item's text, in the order in which they are read.
    struct TextFields {
        text: "text",
        thinking: "thinking",
        summary: "summary",
        content: "content",
        /// Inside a tool call of Chat Completions.
        function: "function",
        function_call: "functionCall",
        function_response: "functionResponse",
        response: "response",
        /// The parts of Google's `systemInstruction`.
        parts: "parts",
        arguments: "arguments",
        /// What Google calls the arguments of a function.
        args: "args",
        input: "input",
        output: "output",
    }
}

fn gather(value: Json<'_>, depth: usize, out: &mut String) {
    if depth == 0 {
        return;
    }
    if let Some(text) = value.text() {
        if !out.is_empty() && !out.ends_with('\n') {
            out.push('\n');
        }
        out.push_str(&text);
        return;
    }
    for element in value.elements() {
        gather(element, depth - 1, out);
    }
    let fields = TextFields::of(value);
    let ordered = [
        fields.text,
        fields.thinking,
        fields.summary,
        fields.content,
        fields.parts,
        fields.function,
        fields.function_call,
        fields.function_response,
        fields.response,
        fields.arguments,
        fields.output,
    ];
    for field in ordered.into_iter().flatten() {
        gather(field, depth - 1, out);
    }
    match fields.input.or(fields.args) {
        // A custom tool has text as its input. Other tools have an object, shown as it is.
        Some(input) if input.object().is_some() => out.push_str(input.raw()),
        Some(input) => gather(input, depth - 1, out),
        None => {}
    }
}

/// An item holds a list of parts, which hold text: no provider nests deeper.
const MAX_DEPTH: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_every_sort_of_item_is_found() {
        for (raw, expected) in [
            (r#""plain""#, "plain"),
            (
                r#"{"content":[{"type":"input_text","text":"a\nb"},{"text":"c"}]}"#,
                "a\nb\nc",
            ),
            (
                r#"{"type":"reasoning","summary":[{"text":"hm"}],"encrypted_content":"xx"}"#,
                "hm",
            ),
            (
                r#"{"type":"function_call","arguments":"{\"x\":1}"}"#,
                r#"{"x":1}"#,
            ),
            (r#"{"type":"tool_use","input":{"x":1}}"#, r#"{"x":1}"#),
            (
                r#"{"id":"c","function":{"name":"f","arguments":"{\"x\":1}"}}"#,
                r#"{"x":1}"#,
            ),
            (
                r#"{"functionCall":{"name":"f","args":{"x":1}}}"#,
                r#"{"x":1}"#,
            ),
            (
                r#"{"functionResponse":{"name":"f","response":{"output":"a b"}}}"#,
                "a b",
            ),
            (r#"{"parts":[{"text":"Be"},{"text":"brief"}]}"#, "Be\nbrief"),
            (
                r#"{"type":"compaction_trigger"}"#,
                r#"{"type":"compaction_trigger"}"#,
            ),
            (
                "[[[[[[[[[[\"deep\"]]]]]]]]]]",
                "[[[[[[[[[[\"deep\"]]]]]]]]]]",
            ),
        ] {
            assert_eq!(readable(raw), expected, "{raw}");
        }
    }
}
