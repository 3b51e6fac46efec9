//! A Responses request: what it asks for, given the answer that it builds on.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::answer::id;
use crate::stand_in::item::Item;
use crate::stand_in::model_request::{Intent, ModelRequest, earlier_answers, list, text};
use crate::stand_in::reply::Reply;
use crate::stand_in::shell::ShellTool;

/// What an answer passes on to the request that builds on it.
#[derive(Debug, Clone)]
pub(in crate::stand_in) struct PreviousResponse {
    /// The id of the answer.
    pub(in crate::stand_in) id: String,
    steps: usize,
    shell: Option<ShellTool>,
    bytes: usize,
}

impl PreviousResponse {
    /// What `reply` passes on to the next request.
    pub(in crate::stand_in) fn after(reply: &Reply) -> Self {
        let counts = matches!(reply.item, Item::Message(_) | Item::Call(_));
        Self {
            id: id(reply),
            steps: reply.request.steps + usize::from(counts),
            shell: reply.request.shell,
            bytes: reply.request.input_bytes + reply.item.bytes(),
        }
    }
}

/// Reads a request, given the answer that it builds on.
pub(in crate::stand_in) fn read(
    body: &Value,
    bytes: usize,
    previous: Option<&PreviousResponse>,
) -> ModelRequest {
    let input = list(body, "input");
    let earlier = earlier_answers(input, is_answer);
    let compacted = input.iter().rev().find_map(compacted_steps);
    let offered = offered_tools(list(body, "tools")).chain(input.iter().flat_map(|item| {
        // codex sends its tools as the first item of the conversation.
        offered_tools(list(item, "tools"))
    }));
    let known = previous.map_or(0, |previous| previous.bytes);
    ModelRequest {
        model: text(body, "model").to_owned(),
        intent: intent(body, input),
        steps: previous.map_or(0, |previous| previous.steps)
            + compacted.unwrap_or(0)
            + earlier.count,
        shell: ShellTool::among(offered).or_else(|| previous?.shell),
        schema: body.pointer("/text/format/schema").cloned(),
        input_bytes: known + bytes,
        cached_bytes: known + earlier.cached_bytes(bytes),
    }
}

fn intent(body: &Value, input: &[Value]) -> Intent {
    if body["generate"] == false {
        return Intent::Prewarm;
    }
    match input.last().map(|item| text(item, "type")) {
        Some("compaction_trigger") => Intent::Compact,
        _ => Intent::Answer,
    }
}

fn is_answer(item: &Value) -> bool {
    match text(item, "type") {
        "function_call" | "custom_tool_call" | "local_shell_call" => true,
        "message" => text(item, "role") == "assistant",
        _ => false,
    }
}

/// The names of the tools, including those inside a namespace.
fn offered_tools(tools: &[Value]) -> impl Iterator<Item = &str> {
    tools.iter().flat_map(|tool| {
        let inner = list(tool, "tools").iter().map(|tool| text(tool, "name"));
        std::iter::once(text(tool, "name")).chain(inner)
    })
}

/// The position in the script when this item was made; the agent returns it unchanged.
fn compacted_steps(item: &Value) -> Option<usize> {
    let sealed = STANDARD.decode(text(item, "encrypted_content")).ok()?;
    let state: Value = serde_json::from_slice(&sealed).ok()?;
    let steps = usize::try_from(state.get("steps")?.as_u64()?).ok()?;
    Some(steps.min(MAX_STEPS))
}

/// Bounds what a forged compaction item can claim.
const MAX_STEPS: usize = 1_000_000;
