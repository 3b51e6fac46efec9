//! Google's `generateContent`, as far as Gemini CLI needs it.
//!
//! With a Google login, the same bodies are in the `request` and `response`
//! fields of an envelope.

use serde_json::{Value, json};

use crate::stand_in::event::Event;
use crate::stand_in::item::{Item, pieces};
use crate::stand_in::model_request::{ModelRequest, earlier_answers, list, text};
use crate::stand_in::reply::Reply;
use crate::stand_in::shell::ShellTool;

/// Whether an answer has an envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Envelope {
    /// It has none.
    None,
    /// It is the `response` field of an object.
    Response,
}

/// Reads a request.
pub(super) fn read(path: &str, request: &Value, bytes: usize) -> ModelRequest {
    let contents = list(request, "contents");
    let earlier = earlier_answers(contents, |content| text(content, "role") == "model");
    let tools = list(request, "tools").iter();
    let names = tools.flat_map(|tool| list(tool, "functionDeclarations"));
    let config = &request["generationConfig"];
    let schema = ["responseJsonSchema", "responseSchema"]
        .iter()
        .find_map(|key| config.get(key));
    ModelRequest {
        model: model(path).to_owned(),
        steps: earlier.count,
        shell: ShellTool::among(names.map(|tool| text(tool, "name"))),
        schema: schema.cloned(),
        input_bytes: bytes,
        cached_bytes: earlier.cached_bytes(bytes),
        ..ModelRequest::default()
    }
}

/// From `/v1beta/models/MODEL:streamGenerateContent`; empty if the path names none.
fn model(path: &str) -> &str {
    let named = path.split_once("/models/");
    let model = named.and_then(|(_, rest)| rest.split_once(':'));
    model.map_or("", |(model, _)| model)
}

/// The answer as a stream of events.
pub(super) fn events(reply: &Reply, envelope: Envelope) -> Vec<Event> {
    let parts = parts(reply);
    let last = parts.len().saturating_sub(1);
    let chunk = |(at, part): (usize, Value)| response(reply, envelope, &json!([part]), at == last);
    let chunks = parts.into_iter().enumerate().map(chunk);
    chunks.map(|chunk| Event::plain(&chunk)).collect()
}

/// The answer in one piece.
pub(super) fn whole(reply: &Reply, envelope: Envelope) -> Value {
    response(reply, envelope, &Value::from(parts(reply)), true)
}

fn parts(reply: &Reply) -> Vec<Value> {
    match &reply.item {
        Item::Call(call) => vec![json!({
            "functionCall": {"name": call.name, "args": call.input.as_arguments()},
        })],
        Item::Message(said) => pieces(said)
            .into_iter()
            .map(|piece| json!({"text": piece}))
            .collect(),
        Item::Nothing | Item::Compaction { .. } => vec![json!({"text": ""})],
    }
}

fn response(reply: &Reply, envelope: Envelope, parts: &Value, ends: bool) -> Value {
    let mut candidate = json!({"index": 0, "content": {"role": "model", "parts": parts}});
    if ends {
        candidate["finishReason"] = json!("STOP");
    }
    let plain = json!({
        "candidates": [candidate],
        "modelVersion": reply.request.model,
        "responseId": format!("standin-{:06}", reply.number),
        "usageMetadata": {
            "promptTokenCount": reply.usage.input,
            "cachedContentTokenCount": reply.usage.cached,
            "candidatesTokenCount": reply.usage.output - reply.usage.reasoning,
            "thoughtsTokenCount": reply.usage.reasoning,
            "totalTokenCount": reply.usage.total(),
        },
    });
    match envelope {
        Envelope::None => plain,
        Envelope::Response => json!({ "response": plain }),
    }
}
