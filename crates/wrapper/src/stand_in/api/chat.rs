//! OpenAI's Chat Completions API, as far as OpenCode needs it.

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
    let tools = list(body, "tools").iter();
    let schema = body.pointer("/response_format/json_schema/schema");
    ModelRequest {
        model: text(body, "model").to_owned(),
        steps: earlier.count,
        shell: ShellTool::among(tools.map(|tool| text(&tool["function"], "name"))),
        schema: schema.cloned(),
        input_bytes: bytes,
        cached_bytes: earlier.cached_bytes(bytes),
        ..ModelRequest::default()
    }
}

/// The answer as a stream of events.
pub(super) fn events(reply: &Reply) -> Vec<Event> {
    let mut deltas = vec![json!({"role": "assistant", "content": ""})];
    match &reply.item {
        Item::Call(_) => deltas.push(json!({"tool_calls": tool_calls(reply)})),
        _ => deltas.extend(
            pieces(content(reply))
                .into_iter()
                .map(|piece| json!({"content": piece})),
        ),
    }
    let mut chunks: Vec<Value> = deltas
        .iter()
        .map(|delta| {
            chunk(
                reply,
                json!([{"index": 0, "delta": delta, "finish_reason": null}]),
            )
        })
        .collect();
    let end = json!([{"index": 0, "delta": {}, "finish_reason": finish_reason(reply)}]);
    chunks.push(chunk(reply, end));
    // The last chunk has no choice, only the usage.
    let mut last = chunk(reply, json!([]));
    last["usage"] = usage(reply);
    chunks.push(last);

    let mut events: Vec<Event> = chunks.iter().map(Event::plain).collect();
    events.push(Event {
        name: None,
        data: "[DONE]".to_owned(),
    });
    events
}

/// The answer in one piece.
pub(super) fn whole(reply: &Reply) -> Value {
    let mut message = json!({"role": "assistant", "content": content(reply)});
    if matches!(reply.item, Item::Call(_)) {
        message["content"] = Value::Null;
        message["tool_calls"] = tool_calls(reply);
    }
    let choice = json!({"index": 0, "message": message, "finish_reason": finish_reason(reply)});
    let mut whole = chunk(reply, json!([choice]));
    whole["object"] = json!("chat.completion");
    whole["usage"] = usage(reply);
    whole
}

fn chunk(reply: &Reply, choices: Value) -> Value {
    json!({
        "id": format!("chatcmpl-standin-{:06}", reply.number),
        "object": "chat.completion.chunk",
        "created": reply.created_at,
        "model": reply.request.model,
        "choices": choices,
    })
}

fn content(reply: &Reply) -> &str {
    match &reply.item {
        Item::Message(text) => text,
        Item::Nothing | Item::Call(_) | Item::Compaction { .. } => "",
    }
}

fn tool_calls(reply: &Reply) -> Value {
    let Item::Call(call) = &reply.item else {
        return json!([]);
    };
    json!([{
        "index": 0,
        "id": format!("call_standin_{:06}", reply.number),
        "type": "function",
        "function": {"name": call.name, "arguments": call.input.as_arguments().to_string()},
    }])
}

fn finish_reason(reply: &Reply) -> &'static str {
    match reply.item {
        Item::Call(_) => "tool_calls",
        _ => "stop",
    }
}

fn usage(reply: &Reply) -> Value {
    json!({
        "prompt_tokens": reply.usage.input,
        "prompt_tokens_details": {"cached_tokens": reply.usage.cached},
        "completion_tokens": reply.usage.output,
        "completion_tokens_details": {"reasoning_tokens": reply.usage.reasoning},
        "total_tokens": reply.usage.total(),
    })
}
