//! A Responses answer, as one body and as the events that stream it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::events::EventWriter;
use crate::stand_in::event::Event;
use crate::stand_in::item::{Item, ToolCall, ToolInput};
use crate::stand_in::reply::Reply;

/// The answer as a stream of events.
pub(in crate::stand_in) fn events(reply: &Reply) -> Vec<Event> {
    let mut writer = EventWriter::default();
    writer.push(
        "response.created",
        json!({"response": response(reply, "in_progress")}),
    );
    if reply.item != Item::Nothing {
        writer.push(
            "response.in_progress",
            json!({"response": response(reply, "in_progress")}),
        );
        for (index, item) in output(reply).into_iter().enumerate() {
            writer.item(index, &item);
        }
    }
    writer.push("response.completed", json!({"response": whole(reply)}));
    writer.finish()
}

/// The answer in one piece.
pub(in crate::stand_in) fn whole(reply: &Reply) -> Value {
    let mut whole = response(reply, "completed");
    whole["output"] = Value::from(output(reply));
    whole["usage"] = json!({
        "input_tokens": reply.usage.input,
        "input_tokens_details": {"cached_tokens": reply.usage.cached},
        "output_tokens": reply.usage.output,
        "output_tokens_details": {"reasoning_tokens": reply.usage.reasoning},
        "total_tokens": reply.usage.total(),
    });
    whole
}

/// The id of the answer, on which the next request may build.
pub(super) fn id(reply: &Reply) -> String {
    format!("resp_standin_{:06}", reply.number)
}

fn response(reply: &Reply, status: &str) -> Value {
    json!({
        "id": id(reply),
        "object": "response",
        "created_at": reply.created_at,
        "model": reply.request.model,
        "status": status,
        "output": [],
    })
}

/// The finished items: the reasoning, then its result.
pub(super) fn output(reply: &Reply) -> Vec<Value> {
    let number = reply.number;
    let item = match &reply.item {
        Item::Nothing => return Vec::new(),
        Item::Message(text) => json!({
            "type": "message",
            "id": format!("msg_standin_{number:06}"),
            "role": "assistant",
            "status": "completed",
            "content": [{"type": "output_text", "text": text, "annotations": []}],
        }),
        Item::Call(call) => call_item(call, number),
        Item::Compaction { steps } => {
            return vec![json!({
                "type": "compaction",
                "id": format!("cmp_standin_{number:06}"),
                "encrypted_content": seal(&json!({"steps": steps})),
            })];
        }
    };
    let reasoning = json!({
        "type": "reasoning",
        "id": format!("rs_standin_{number:06}"),
        "summary": [{"type": "summary_text", "text": REASONING_SUMMARY}],
        "encrypted_content": seal(&json!({"thought": REASONING_SUMMARY})),
    });
    vec![reasoning, item]
}

fn call_item(call: &ToolCall, number: u64) -> Value {
    let (kind, prefix, field) = match call.input {
        ToolInput::Text(_) => ("custom_tool_call", "ctc", "input"),
        ToolInput::Arguments(_) => ("function_call", "fc", "arguments"),
    };
    let mut item = json!({
        "type": kind,
        "id": format!("{prefix}_standin_{number:06}"),
        "call_id": format!("call_standin_{number:06}"),
        "name": call.name,
        "status": "completed",
    });
    item[field] = Value::from(call.input.as_text());
    item
}

/// Opaque to the agent, like the encrypted content of the real API.
fn seal(state: &Value) -> String {
    STANDARD.encode(state.to_string())
}

/// The summary of the reasoning.
const REASONING_SUMMARY: &str = "Taking the next step of the script";
