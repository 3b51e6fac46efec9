//! The events of a Responses answer, numbered, in the order of the real API.

use serde_json::{Value, json};

use crate::stand_in::event::Event;
use crate::stand_in::item::pieces;
use crate::stand_in::model_request::text;

/// Writes events, numbered as the API numbers them.
#[derive(Debug, Default)]
pub(super) struct EventWriter {
    events: Vec<Event>,
}

impl EventWriter {
    /// All events, in order.
    pub(super) fn finish(self) -> Vec<Event> {
        self.events
    }

    /// Adds one event.
    pub(super) fn push(&mut self, kind: &str, mut event: Value) {
        event["type"] = Value::from(kind);
        event["sequence_number"] = Value::from(self.events.len());
        self.events.push(Event::typed(&event));
    }

    /// Adds all events of one output item.
    pub(super) fn item(&mut self, index: usize, item: &Value) {
        match text(item, "type") {
            "reasoning" => self.reasoning(index, item),
            "message" => self.message(index, item),
            "custom_tool_call" => self.call(index, item, "input", "custom_tool_call_input"),
            "function_call" => self.call(index, item, "arguments", "function_call_arguments"),
            _ => self.added(index, item.clone()),
        }
        self.push(
            "response.output_item.done",
            json!({"output_index": index, "item": item}),
        );
    }

    fn added(&mut self, index: usize, item: Value) {
        self.push(
            "response.output_item.added",
            json!({"output_index": index, "item": item}),
        );
    }

    fn reasoning(&mut self, index: usize, item: &Value) {
        let at = json!({"item_id": item["id"], "output_index": index, "summary_index": 0});
        let summary = item.pointer("/summary/0/text").and_then(Value::as_str);
        let summary = summary.unwrap_or_default();
        let mut begun = item.clone();
        begun["summary"] = json!([]);
        begun["encrypted_content"] = json!("");
        self.added(index, begun);
        let part = |text| json!({"part": {"type": "summary_text", "text": text}});
        self.push(
            "response.reasoning_summary_part.added",
            merged(&at, part("")),
        );
        for piece in pieces(summary) {
            let delta = json!({"delta": piece});
            self.push("response.reasoning_summary_text.delta", merged(&at, delta));
        }
        let done = json!({"text": summary});
        self.push("response.reasoning_summary_text.done", merged(&at, done));
        self.push(
            "response.reasoning_summary_part.done",
            merged(&at, part(summary)),
        );
    }

    fn message(&mut self, index: usize, item: &Value) {
        let at = json!({"item_id": item["id"], "output_index": index, "content_index": 0});
        let said = item.pointer("/content/0/text").and_then(Value::as_str);
        let said = said.unwrap_or_default();
        let mut begun = item.clone();
        begun["status"] = json!("in_progress");
        begun["content"] = json!([]);
        self.added(index, begun);
        let part = |text| json!({"part": {"type": "output_text", "text": text, "annotations": []}});
        self.push("response.content_part.added", merged(&at, part("")));
        for piece in pieces(said) {
            let delta = json!({"delta": piece});
            self.push("response.output_text.delta", merged(&at, delta));
        }
        self.push(
            "response.output_text.done",
            merged(&at, json!({"text": said})),
        );
        self.push("response.content_part.done", merged(&at, part(said)));
    }

    /// `field` holds the input of the tool; `events` is the API's name for its deltas.
    fn call(&mut self, index: usize, item: &Value, field: &str, events: &str) {
        let at = json!({"item_id": item["id"], "output_index": index});
        let given = text(item, field);
        let mut begun = item.clone();
        begun["status"] = json!("in_progress");
        begun[field] = json!("");
        self.added(index, begun);
        for piece in pieces(given) {
            let delta = json!({"delta": piece});
            self.push(&format!("response.{events}.delta"), merged(&at, delta));
        }
        let mut done = at;
        done[field] = Value::from(given);
        self.push(&format!("response.{events}.done"), done);
    }
}

/// `base` with the fields of `more`; both are objects.
fn merged(base: &Value, more: Value) -> Value {
    let mut all = base.clone();
    if let (Some(all), Value::Object(more)) = (all.as_object_mut(), more) {
        all.extend(more);
    }
    all
}
