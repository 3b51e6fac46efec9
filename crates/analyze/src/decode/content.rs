//! The readable text of an item: what a person would want to see of it.
//!
//! Looks where every provider puts text; where there is none, the JSON itself is the text.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::json::{elements, read, text};

/// The text in `raw`, an item of a conversation.
pub(crate) fn readable(raw: &str) -> String {
    let mut out = String::new();
    if let Some(value) = read::<&RawValue>(raw) {
        gather(value, MAX_DEPTH, &mut out);
    }
    if out.is_empty() { raw.to_owned() } else { out }
}

/// The fields that hold an item's text, in the order in which they are read.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Fields<'a> {
    #[serde(borrow)]
    text: Option<&'a RawValue>,
    #[serde(borrow)]
    thinking: Option<&'a RawValue>,
    #[serde(borrow)]
    summary: Option<&'a RawValue>,
    #[serde(borrow)]
    content: Option<&'a RawValue>,
    /// The inside of a tool call of Chat Completions.
    #[serde(borrow)]
    function: Option<&'a RawValue>,
    #[serde(borrow, rename = "functionCall")]
    function_call: Option<&'a RawValue>,
    #[serde(borrow, rename = "functionResponse")]
    function_response: Option<&'a RawValue>,
    #[serde(borrow)]
    response: Option<&'a RawValue>,
    /// The parts of Google's `systemInstruction`.
    #[serde(borrow)]
    parts: Option<&'a RawValue>,
    #[serde(borrow)]
    arguments: Option<&'a RawValue>,
    /// What Google calls the arguments of a function.
    #[serde(borrow)]
    args: Option<&'a RawValue>,
    #[serde(borrow)]
    input: Option<&'a RawValue>,
    #[serde(borrow)]
    output: Option<&'a RawValue>,
}

fn gather(value: &RawValue, depth: usize, out: &mut String) {
    if depth == 0 {
        return;
    }
    if let Some(text) = text(Some(value)) {
        if !out.is_empty() && !out.ends_with('\n') {
            out.push('\n');
        }
        out.push_str(&text);
        return;
    }
    if value.get().starts_with('[') {
        for element in elements(Some(value)) {
            gather(element, depth - 1, out);
        }
        return;
    }
    let fields: Fields<'_> = read(value.get()).unwrap_or_default();
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
        // A custom tool's input is text, another's is an object: shown as it is.
        Some(input) if input.get().starts_with('{') => out.push_str(input.get()),
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
