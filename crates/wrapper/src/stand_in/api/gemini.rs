//! Google's `generateContent`, as far as Gemini CLI needs it.
//!
//! With a Google login the same bodies travel in the `request` and `response`
//! fields of an envelope.

use serde_json::{Value, json};

use crate::stand_in::event::Event;
use crate::stand_in::item::{Item, pieces};
use crate::stand_in::model_request::{Ask, earlier_answers, list, text};
use crate::stand_in::reply::Reply;
use crate::stand_in::shell::Shell;

/// Whether an answer stands alone or in an envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Alone.
    Plain,
    /// In the `response` field of an object.
    Wrapped,
}

/// What the request asks for.
pub(super) fn read(path: &str, request: &Value, bytes: usize) -> Ask {
    let contents = list(request, "contents");
    let earlier = earlier_answers(contents, |content| text(content, "role") == "model");
    let tools = list(request, "tools").iter();
    let names = tools.flat_map(|tool| list(tool, "functionDeclarations"));
    let config = &request["generationConfig"];
    let schema = ["responseJsonSchema", "responseSchema"]
        .iter()
        .find_map(|key| config.get(key));
    Ask {
        model: model(path).to_owned(),
        steps: earlier.count,
        shell: Shell::among(names.map(|tool| text(tool, "name"))),
        schema: schema.cloned(),
        input_bytes: bytes,
        cached_bytes: earlier.cached_bytes(bytes),
        ..Ask::default()
    }
}

/// From `/v1beta/models/MODEL:streamGenerateContent`; empty where the path names none.
fn model(path: &str) -> &str {
    let named = path.split_once("/models/");
    let model = named.and_then(|(_, rest)| rest.split_once(':'));
    model.map_or("", |(model, _)| model)
}

/// The answer as a stream of events.
pub(super) fn events(reply: &Reply, form: Form) -> Vec<Event> {
    let parts = parts(reply);
    let last = parts.len().saturating_sub(1);
    let chunk = |(at, part): (usize, Value)| response(reply, form, &json!([part]), at == last);
    let chunks = parts.into_iter().enumerate().map(chunk);
    chunks.map(|chunk| Event::plain(&chunk)).collect()
}

/// The answer in one piece.
pub(super) fn whole(reply: &Reply, form: Form) -> Value {
    response(reply, form, &Value::from(parts(reply)), true)
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

fn response(reply: &Reply, form: Form, parts: &Value, ends: bool) -> Value {
    let mut candidate = json!({"index": 0, "content": {"role": "model", "parts": parts}});
    if ends {
        candidate["finishReason"] = json!("STOP");
    }
    let plain = json!({
        "candidates": [candidate],
        "modelVersion": reply.ask.model,
        "responseId": format!("standin-{:06}", reply.number),
        "usageMetadata": {
            "promptTokenCount": reply.usage.input,
            "cachedContentTokenCount": reply.usage.cached,
            "candidatesTokenCount": reply.usage.output - reply.usage.reasoning,
            "thoughtsTokenCount": reply.usage.reasoning,
            "totalTokenCount": reply.usage.total(),
        },
    });
    match form {
        Form::Plain => plain,
        Form::Wrapped => json!({ "response": plain }),
    }
}
