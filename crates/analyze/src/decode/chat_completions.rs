//! OpenAI's Chat Completions, which many other providers speak too: one POST, answered by
//! server-sent events or by one body.
//!
//! A message of the assistant makes an item each of what it thought, said and called; any other
//! message is one item. Only the first choice is read: agents ask for no other.

use serde_json::{Value, json};

use super::answer::AnswerBuilder;
use super::api::Api;
use super::decoded::ModelRequest;
use super::fault::fault_of_error;
use super::item::{Item, Part};
use super::json::{elements, fields, name, number, short, text};
use super::prompt::posted;
use super::streamed_part::StreamedPart;
use super::usage::{Sum, UsageTable};
use crate::call::{Ending, Ids, Provider, Settings};
use crate::json::Json;
use crate::line::Exchange;
use crate::line::event::Event;

pub(super) const API: Api = Api {
    provider: Provider::Openai,
    paths: &["/chat/completions"],
    request,
    event,
    body,
};

fn request<'a>(exchange: &Exchange<'a>) -> Option<ModelRequest<'a>> {
    let request = posted(exchange, ChatRequest::of)?;
    Some(ModelRequest {
        ids: Ids {
            thread: name(request.prompt_cache_key),
            ..Ids::default()
        },
        settings: Settings {
            effort: name(request.reasoning_effort),
            ..Settings::default()
        },
        tools: elements(request.tools).map(tool).collect(),
        input: elements(request.messages).flat_map(message).collect(),
        ..ModelRequest::new(name(request.model))
    })
}

fields! {
    struct ChatRequest {
        model: "model",
        messages: "messages",
        tools: "tools",
        prompt_cache_key: "prompt_cache_key",
        reasoning_effort: "reasoning_effort",
    }
}

fields! {
    /// A message, or what a chunk adds to one.
    struct ChatMessage {
        role: "role",
        content: "content",
        refusal: "refusal",
        /// Providers use one of two names; OpenAI has neither.
        reasoning_content: "reasoning_content",
        reasoning: "reasoning",
        tool_calls: "tool_calls",
        /// Of a tool's result: the call that it answers.
        tool_call_id: "tool_call_id",
    }
}

fields! {
    /// A tool that is offered or called, or a piece of a call.
    struct ChatTool {
        kind: "type",
        index: "index",
        id: "id",
        function: "function",
    }
}

fields! {
    struct ChatFunction {
        name: "name",
        arguments: "arguments",
    }
}

impl<'a> ChatMessage<'a> {
    fn thought(&self) -> Option<Json<'a>> {
        self.reasoning_content.or(self.reasoning)
    }
}

impl<'a> ChatTool<'a> {
    fn function(&self) -> ChatFunction<'a> {
        self.function.map(ChatFunction::of).unwrap_or_default()
    }
}

fn tool(value: Json<'_>) -> Item<'_> {
    let tool = ChatTool::of(value);
    let name = short(tool.function().name);
    Item::tool(name.or_else(|| short(tool.kind)), value)
}

fn message(value: Json<'_>) -> Vec<Item<'_>> {
    let message = ChatMessage::of(value);
    let part = match text(message.role).as_deref() {
        Some("assistant") => return assistant_items(&message).map(|(item, _)| item).collect(),
        Some("system" | "developer") => Part::Instructions,
        Some("tool" | "function") => Part::ToolResult,
        Some(_) => Part::User,
        None => Part::Other,
    };
    vec![Item {
        call_id: short(message.tool_call_id),
        ..Item::new(part, value.raw())
    }]
}

/// The items of a message of the assistant; tool calls with their arguments.
fn assistant_items<'a>(
    message: &ChatMessage<'a>,
) -> impl Iterator<Item = (Item<'a>, Option<Json<'a>>)> + use<'a> {
    let spoken = [
        (Part::Reasoning, message.thought()),
        (Part::Assistant, message.content),
        (Part::Assistant, message.refusal),
    ];
    let spoken = spoken
        .into_iter()
        .filter_map(|(part, value)| Some((part, value?.raw())))
        .filter(|(_, raw)| *raw != "\"\"")
        .map(|(part, raw)| (Item::new(part, raw), None));
    let calls = elements(message.tool_calls).map(|value| {
        let call = ChatTool::of(value);
        let function = call.function();
        let item = Item {
            name: Some(short(function.name).unwrap_or_default()),
            call_id: short(call.id),
            ..Item::new(Part::ToolCall, value.raw())
        };
        (item, function.arguments)
    });
    spoken.chain(calls)
}

fields! {
    /// A chunk, or the body in place of all of them.
    struct ChatChunk {
        id: "id",
        choices: "choices",
        usage: "usage",
        error: "error",
    }
}

fields! {
    struct ChatChoice {
        index: "index",
        delta: "delta",
        message: "message",
        finish_reason: "finish_reason",
    }
}

fn event<'a>(answer: &mut AnswerBuilder<'a>, event: &Event<'a>) {
    if event.text.and_then(Json::inner).map(str::trim) == Some(DONE) {
        answer.end_unless_ended(Ending::Completed);
    }
    let Some(chunk) = event.json.and_then(Json::object).map(ChatChunk::of) else {
        return;
    };
    if let Some(delta) = first_choice(answer, &chunk).delta {
        add_delta(answer, &ChatMessage::of(delta), event.at_us);
    }
}

fn body<'a>(answer: &mut AnswerBuilder<'a>, body: Json<'a>) {
    let Some(chunk) = body.object().map(ChatChunk::of) else {
        return;
    };
    let message = first_choice(answer, &chunk).message;
    answer.end_unless_ended(Ending::Completed);
    for (item, arguments) in assistant_items(&message.map(ChatMessage::of).unwrap_or_default()) {
        answer.item(item, arguments, None);
    }
}

/// Adds what a chunk and a body have in common; returns the first choice.
fn first_choice<'a>(answer: &mut AnswerBuilder<'a>, chunk: &ChatChunk<'a>) -> ChatChoice<'a> {
    answer.response_id = answer.response_id.take().or_else(|| short(chunk.id));
    answer.usage.replace(USAGE, chunk.usage);
    let mut choices = elements(chunk.choices).map(ChatChoice::of);
    let choice = choices.find(|choice| number(choice.index).unwrap_or(0) == 0);
    let choice = choice.unwrap_or_default();
    match text(choice.finish_reason).as_deref() {
        Some("length" | "content_filter") => answer.end(Ending::Incomplete),
        // OpenRouter's word for a failure of the provider behind it.
        Some("error") => answer.end(Ending::Failed),
        Some(_) => answer.end(Ending::Completed),
        None => {}
    }
    if let Some(fault) = chunk.error.and_then(fault_of_error) {
        answer.fail(Some(fault));
    }
    choice
}

fn add_delta<'a>(answer: &mut AnswerBuilder<'a>, delta: &ChatMessage<'a>, at_us: u64) {
    let mut carries_output = false;
    for (slot, part, value) in [
        (THOUGHT, Part::Reasoning, delta.thought()),
        (SAID, Part::Assistant, delta.content),
        (SAID, Part::Assistant, delta.refusal),
    ] {
        if let Some(more) = text(value).filter(|more| !more.is_empty()) {
            answer.part(slot, part, StreamedPart::string).text += &more;
            carries_output = true;
        }
    }
    for (position, value) in (0..).zip(elements(delta.tool_calls)) {
        let call = ChatTool::of(value);
        let function = call.function();
        let index: u64 = number(call.index).unwrap_or(position);
        let slot = FIRST_CALL.saturating_add(index);
        let part = answer.part(slot, Part::ToolCall, call_json);
        // Id and name come whole, in the first piece.
        part.call_id = name(call.id).unwrap_or_else(|| std::mem::take(&mut part.call_id));
        part.name = name(function.name).unwrap_or_else(|| std::mem::take(&mut part.name));
        part.text += &text(function.arguments).unwrap_or_default();
        part.at_us = Some(at_us);
        carries_output = true;
    }
    if carries_output {
        answer.output_at(at_us);
    }
}

fn call_json(call: &StreamedPart) -> Value {
    let function = json!({"name": call.name, "arguments": call.text});
    json!({"id": call.call_id, "type": "function", "function": function})
}

/// The slots of what is streamed: thoughts, then text, then tool calls by their index.
const THOUGHT: u64 = 0;
const SAID: u64 = 1;
const FIRST_CALL: u64 = 2;

/// The data of the event after the last chunk.
const DONE: &str = "[DONE]";

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
