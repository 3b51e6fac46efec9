//! Anthropic's Messages API, as far as Claude Code needs it.

use serde_json::{Value, json};

use crate::stand_in::event::Event;
use crate::stand_in::item::{Item, pieces};
use crate::stand_in::model_request::{ModelRequest, earlier_answers, list, text};
use crate::stand_in::reply::Reply;
use crate::stand_in::shell::ShellTool;

/// Reads a request.
pub(super) fn read(body: &Value, bytes: usize) -> ModelRequest {
    let messages = list(body, "messages");
    let earlier = earlier_answers(messages, |message| text(message, "role") == "assistant");
    let tools = list(body, "tools").iter().map(|tool| text(tool, "name"));
    let schema = body.pointer("/output_config/format/schema");
    ModelRequest {
        model: text(body, "model").to_owned(),
        steps: earlier.count,
        shell: ShellTool::among(tools),
        schema: schema
            .or_else(|| body.pointer("/output_format/schema"))
            .cloned(),
        input_bytes: bytes,
        cached_bytes: earlier.cached_bytes(bytes),
        ..ModelRequest::default()
    }
}

/// The answer as a stream of events.
pub(super) fn events(reply: &Reply) -> Vec<Event> {
    let mut begun = whole(reply);
    let block = begun["content"][0].take();
    begun["content"] = json!([]);
    begun["stop_reason"] = Value::Null;
    begun["usage"]["output_tokens"] = json!(1);

    let mut events = vec![
        json!({"type": "message_start", "message": begun}),
        json!({"type": "content_block_start", "index": 0, "content_block": empty(&block)}),
        json!({"type": "ping"}),
    ];
    let deltas = deltas(&block).into_iter();
    events.extend(
        deltas.map(|delta| json!({"type": "content_block_delta", "index": 0, "delta": delta})),
    );
    events.push(json!({"type": "content_block_stop", "index": 0}));
    events.push(json!({
        "type": "message_delta",
        "delta": {"stop_reason": stop_reason(reply), "stop_sequence": null},
        "usage": {"output_tokens": reply.usage.output},
    }));
    events.push(json!({"type": "message_stop"}));
    events.iter().map(Event::typed).collect()
}

/// The answer in one piece.
pub(super) fn whole(reply: &Reply) -> Value {
    json!({
        "id": format!("msg_standin_{:06}", reply.number),
        "type": "message",
        "role": "assistant",
        "model": reply.request.model,
        "content": [block(reply)],
        "stop_reason": stop_reason(reply),
        "stop_sequence": null,
        "usage": {
            // Anthropic does not count cached tokens as input.
            "input_tokens": reply.usage.input - reply.usage.cached,
            "cache_read_input_tokens": reply.usage.cached,
            "cache_creation_input_tokens": 0,
            "output_tokens": reply.usage.output,
        },
    })
}

fn stop_reason(reply: &Reply) -> &'static str {
    match reply.item {
        Item::Call(_) => "tool_use",
        _ => "end_turn",
    }
}

fn block(reply: &Reply) -> Value {
    match &reply.item {
        Item::Call(call) => json!({
            "type": "tool_use",
            "id": format!("toolu_standin_{:06}", reply.number),
            "name": call.name,
            "input": call.input.as_arguments(),
        }),
        Item::Message(text) => json!({"type": "text", "text": text}),
        Item::Nothing | Item::Compaction { .. } => json!({"type": "text", "text": ""}),
    }
}

/// The block as it starts.
fn empty(block: &Value) -> Value {
    let mut block = block.clone();
    match text(&block, "type") {
        "tool_use" => block["input"] = json!({}),
        _ => block["text"] = json!(""),
    }
    block
}

fn deltas(block: &Value) -> Vec<Value> {
    match text(block, "type") {
        "tool_use" => pieces(&block["input"].to_string())
            .into_iter()
            .map(|piece| json!({"type": "input_json_delta", "partial_json": piece}))
            .collect(),
        _ => pieces(text(block, "text"))
            .into_iter()
            .map(|piece| json!({"type": "text_delta", "text": piece}))
            .collect(),
    }
}
