//! Reads an answer out of its events.

use anyhow::{Result, bail};
use serde_json::Value;

/// A model's answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ModelAnswer {
    /// Its id, on which the next request builds.
    pub(super) id: String,
    /// Its text.
    pub(super) text: String,
    /// Its tool call, if any.
    pub(super) call: Option<ExecCall>,
    /// Tokens of the prompt, and how many of them were cached.
    pub(super) input_tokens: u64,
    pub(super) cached_tokens: u64,
}

/// A call of the `exec` tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ExecCall {
    pub(super) id: String,
    pub(super) script: String,
}

/// Adds one event to the answer; returns whether it was the last.
///
/// # Errors
///
/// When the event says that the request failed.
pub(super) fn read_event(event: &Value, outcome: &mut ModelAnswer) -> Result<bool> {
    let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str);
    let text = |pointer: &str| text(pointer).unwrap_or_default().to_owned();
    let count = |pointer: &str| event.pointer(pointer).and_then(Value::as_u64);
    match event["type"].as_str().unwrap_or_default() {
        "response.output_text.delta" => outcome.text += &text("/delta"),
        "response.output_item.done" if event["item"]["type"] == "custom_tool_call" => {
            outcome.call = Some(ExecCall {
                id: text("/item/call_id"),
                script: text("/item/input"),
            });
        }
        "response.completed" => {
            let usage = "/response/usage";
            outcome.id = text("/response/id");
            outcome.input_tokens = count(&format!("{usage}/input_tokens")).unwrap_or(0);
            outcome.cached_tokens =
                count(&format!("{usage}/input_tokens_details/cached_tokens")).unwrap_or(0);
            return Ok(true);
        }
        "response.failed" | "response.incomplete" | "error" => bail!("the request failed: {event}"),
        _ => {}
    }
    Ok(false)
}

/// Reads the `data` lines of a whole `text/event-stream`.
///
/// # Errors
///
/// When an event is not JSON or says that the request failed, or the last one is missing.
pub(super) fn read_stream(stream: &str) -> Result<ModelAnswer> {
    let mut outcome = ModelAnswer::default();
    for data in stream
        .lines()
        .filter_map(|line| line.strip_prefix("data: "))
    {
        if read_event(&serde_json::from_str(data)?, &mut outcome)? {
            return Ok(outcome);
        }
    }
    bail!("the stream of events ended before its last event")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_without_its_last_event_is_an_error() {
        let delta = r#"data: {"type": "response.output_text.delta", "delta": "a"}"#;
        let end = r#"data: {"type": "response.completed", "response": {"id": "r", "usage": {"input_tokens": 3}}}"#;
        let outcome = read_stream(&format!("event: x\n{delta}\n\n{delta}\n\n{end}\n\n")).unwrap();
        assert_eq!((outcome.text.as_str(), outcome.input_tokens), ("aa", 3));
        assert!(read_stream(delta).is_err());
        assert!(read_stream(r#"data: {"type": "error"}"#).is_err());
        assert!(read_stream("data: nonsense").is_err());
    }
}
