//! What Chat Completions answers: chunks, one body, or an error.
//!
//! Only the first choice is read: agents ask for no other.

use std::collections::BTreeMap;

use crate::line::exchange::{Event, Exchange, Response};
use capture::record::OutcomeState;
use serde_json::{Value, json};

use super::prompt::pieces;
use super::{CallHead, Item, Message, Part};
use crate::call::{Ending, Fault, Marks, Tokens, ToolCall};
use crate::decode::fault::{fault_of_body, of_error};
use crate::decode::json::{elements, fields, length, name, number, text};
use crate::decode::output_marks::Stream;
use crate::decode::usage::{Sum, Usage, UsageTable};
use crate::json::Json;

/// An answer's content.
pub(super) struct Answer<'a> {
    pub(super) ending: Ending,
    pub(super) tokens: Option<Tokens>,
    pub(super) marks: Marks,
    pub(super) gaps_us: Vec<u64>,
    pub(super) id: Option<String>,
    pub(super) tool_calls: Vec<ToolCall>,
    pub(super) items: Vec<Item<'a>>,
    pub(super) error: Option<Fault>,
}

/// Reads the answer of `exchange`, as far as it came.
pub(super) fn read<'a>(exchange: &Exchange<'a>) -> Answer<'a> {
    let mut reader = AnswerReader::default();
    if let Some(response) = &exchange.response {
        for event in &response.events {
            reader.event(event);
        }
        reader.put_together();
        reader.body(response);
    }
    reader.finish(exchange)
}

#[derive(Default)]
struct AnswerReader<'a> {
    stream: Stream,
    ending: Option<Ending>,
    usage: Usage,
    id: Option<String>,
    thought: String,
    said: String,
    /// Tool calls that came in pieces, by index.
    calls: BTreeMap<u64, PartialCall>,
    tool_calls: Vec<ToolCall>,
    items: Vec<Item<'a>>,
    error: Option<Fault>,
}

/// A tool call as far as it came.
#[derive(Default)]
struct PartialCall {
    id: String,
    name: String,
    arguments: String,
    at_us: u64,
}

fields! {
    /// A chunk, or the body in place of all of them.
    struct Chunk {
        id: "id",
        choices: "choices",
        usage: "usage",
        error: "error",
    }
}

fields! {
    struct Choice {
        index: "index",
        delta: "delta",
        message: "message",
        finish_reason: "finish_reason",
    }
}

impl<'a> AnswerReader<'a> {
    fn event(&mut self, event: &Event<'a>) {
        if event.text.and_then(Json::inner).map(str::trim) == Some(DONE) {
            self.ending.get_or_insert(Ending::Completed);
        }
        let Some(chunk) = event.json.and_then(Json::object).map(Chunk::of) else {
            return;
        };
        let choice = self.chunk(&chunk);
        if let Some(delta) = choice.delta.map(Message::of) {
            self.delta(&delta, event.at_us);
        }
    }

    /// Takes what a chunk and a body have in common; returns the first choice.
    fn chunk(&mut self, chunk: &Chunk<'a>) -> Choice<'a> {
        self.id = self.id.take().or_else(|| name(chunk.id));
        self.usage.replace(USAGE, chunk.usage);
        let mut choices = elements(chunk.choices).map(Choice::of);
        let choice = choices.find(|choice| number(choice.index).unwrap_or(0) == 0);
        let choice = choice.unwrap_or_default();
        match text(choice.finish_reason).as_deref() {
            Some("length" | "content_filter") => self.ending = Some(Ending::Incomplete),
            // So OpenRouter says that the provider behind it failed.
            Some("error") => self.ending = Some(Ending::Failed),
            Some(_) => self.ending = Some(Ending::Completed),
            None => {}
        }
        if let Some(fault) = chunk.error.and_then(of_error) {
            self.ending = Some(Ending::Failed);
            self.error = Some(fault);
        }
        choice
    }

    fn delta(&mut self, delta: &Message<'a>, at_us: u64) {
        let before = self.thought.len() + self.said.len();
        self.thought += &text(delta.thought()).unwrap_or_default();
        self.said += &text(delta.content).unwrap_or_default();
        self.said += &text(delta.refusal).unwrap_or_default();
        let calls: Vec<Json<'_>> = elements(delta.tool_calls).collect();
        if self.thought.len() + self.said.len() > before || !calls.is_empty() {
            self.stream.output_at(at_us);
        }
        for (position, value) in (0..).zip(calls) {
            let head = CallHead::of(value);
            let function = head.function();
            let index = number(head.index).unwrap_or(position);
            let call = self.calls.entry(index).or_default();
            // An id and a name come whole, in the first piece.
            call.id = name(head.id).unwrap_or_else(|| std::mem::take(&mut call.id));
            call.name = name(function.name).unwrap_or_else(|| std::mem::take(&mut call.name));
            call.arguments += &text(function.arguments).unwrap_or_default();
            call.at_us = at_us;
        }
    }

    /// Makes items of what came in pieces, as they will come back as history.
    fn put_together(&mut self) {
        let spoken = [
            (Part::Reasoning, std::mem::take(&mut self.thought)),
            (Part::Assistant, std::mem::take(&mut self.said)),
        ];
        for (part, said) in spoken {
            if !said.is_empty() {
                self.items
                    .push(Item::new(part, Value::from(said).to_string()));
            }
        }
        for call in std::mem::take(&mut self.calls).into_values() {
            let function = json!({"name": call.name, "arguments": call.arguments});
            let whole = json!({"id": call.id, "type": "function", "function": function});
            self.items.push(Item {
                name: Some(call.name.clone().into()),
                call_id: Some(call.id.clone().into()),
                ..Item::new(Part::ToolCall, whole.to_string())
            });
            self.tool_calls.push(ToolCall {
                name: call.name,
                call_id: call.id,
                argument_bytes: call.arguments.len() as u64,
                at_us: Some(call.at_us),
            });
        }
    }

    /// Takes a body that is not a stream: the whole answer, or an error.
    fn body(&mut self, response: &Response<'a>) {
        if response.status >= 400 {
            self.ending = Some(Ending::Failed);
            self.error = Some(fault_of_body(response));
            return;
        }
        let body = response.body.as_ref().and_then(|body| body.json);
        let Some(chunk) = body.and_then(Json::object).map(Chunk::of) else {
            return;
        };
        let choice = self.chunk(&chunk);
        self.ending.get_or_insert(Ending::Completed);
        let message = choice.message.map(Message::of).unwrap_or_default();
        self.items.extend(pieces(&message));
        for value in elements(message.tool_calls) {
            let head = CallHead::of(value);
            let function = head.function();
            self.tool_calls.push(ToolCall {
                name: name(function.name).unwrap_or_default(),
                call_id: name(head.id).unwrap_or_default(),
                argument_bytes: length(function.arguments),
                at_us: None,
            });
        }
    }

    fn finish(self, exchange: &Exchange<'_>) -> Answer<'a> {
        let (marks, gaps_us) = self.stream.finish(exchange);
        Answer {
            ending: match exchange.outcome.state {
                OutcomeState::Failed => Ending::Cut,
                _ => self.ending.unwrap_or(Ending::Cut),
            },
            tokens: self.usage.tokens(),
            marks,
            gaps_us,
            id: self.id,
            tool_calls: self.tool_calls,
            items: self.items,
            error: self.error,
        }
    }
}

/// Cached input is part of the input, and reasoning part of the output.
const USAGE: &UsageTable = &[
    ("prompt_tokens", &[Sum::Input]),
    ("prompt_tokens_details.cached_tokens", &[Sum::Cached]),
    (
        "prompt_tokens_details.cache_write_tokens",
        &[Sum::CacheWritten],
    ),
    ("completion_tokens", &[Sum::Output]),
    (
        "completion_tokens_details.reasoning_tokens",
        &[Sum::Reasoning],
    ),
];

/// What follows the last chunk.
const DONE: &str = "[DONE]";
