//! Anthropic's Messages API: one POST, answered by server-sent events or by one body.

use super::answer::AnswerBuilder;
use super::api::Api;
use super::decoded::ModelRequest;
use super::fault::fault_of_error;
use super::item::{Item, Part};
use super::json::{elements, fields, length, name, short, text};
use super::prompt::posted;
use super::usage::{Sum, UsageTable};
use crate::call::{Ending, Ids, Provider};
use crate::json::Json;
use crate::line::Exchange;
use crate::line::event::Event;

pub(super) const API: Api = Api {
    provider: Provider::Anthropic,
    paths: &["/v1/messages"],
    request,
    event,
    body,
};

fn request<'a>(exchange: &Exchange<'a>) -> Option<ModelRequest<'a>> {
    let request = posted(exchange, MessagesRequest::of)?;
    let user = request.metadata.and_then(|value| value.get("user_id"));
    let system = request.system;
    Some(ModelRequest {
        ids: Ids {
            thread: name(user),
            ..Ids::default()
        },
        tools: elements(request.tools).map(tool).collect(),
        instructions: system.map(|value| Item::new(Part::Instructions, value.raw())),
        input: elements(request.messages).flat_map(message).collect(),
        ..ModelRequest::new(name(request.model))
    })
}

fields! {
    struct MessagesRequest {
        model: "model",
        system: "system",
        messages: "messages",
        tools: "tools",
        metadata: "metadata",
    }
}

fields! {
    /// A message, a content block or a tool: whichever of these fields it has.
    struct MessagesBlock {
        kind: "type",
        role: "role",
        content: "content",
        name: "name",
        id: "id",
        tool_use_id: "tool_use_id",
        input: "input",
    }
}

fn tool(value: Json<'_>) -> Item<'_> {
    let tool = MessagesBlock::of(value);
    Item::tool(short(tool.name).or_else(|| short(tool.kind)), value)
}

/// The blocks of a message.
fn message(value: Json<'_>) -> Vec<Item<'_>> {
    let message = MessagesBlock::of(value);
    let speaker = match text(message.role).as_deref() {
        Some("assistant") => Part::Assistant,
        Some("system") => Part::Instructions,
        _ => Part::User,
    };
    match message.content {
        Some(blocks) if blocks.is_array() => {
            let blocks = blocks.elements();
            blocks.map(|value| block(value, speaker)).collect()
        }
        Some(content) => vec![Item::new(speaker, content.raw())],
        None => Vec::new(),
    }
}

/// A content block of a message by `speaker`.
fn block(value: Json<'_>, speaker: Part) -> Item<'_> {
    let block = MessagesBlock::of(value);
    let part = match text(block.kind).as_deref() {
        Some("thinking" | "redacted_thinking") => Part::Reasoning,
        Some("tool_use" | "server_tool_use") => Part::ToolCall,
        Some(kind) if kind.ends_with("tool_result") => Part::ToolResult,
        _ => speaker,
    };
    Item {
        name: (part == Part::ToolCall).then(|| short(block.name).unwrap_or_default()),
        call_id: short(block.tool_use_id).or_else(|| short(block.id)),
        ..Item::new(part, value.raw())
    }
}

fields! {
    /// An event, or the message that it or a body is.
    struct MessagesEvent {
        kind: "type",
        id: "id",
        message: "message",
        content_block: "content_block",
        content: "content",
        delta: "delta",
        usage: "usage",
        error: "error",
    }
}

fields! {
    struct BlockDelta {
        partial_json: "partial_json",
    }
}

fn event<'a>(answer: &mut AnswerBuilder<'a>, event: &Event<'a>) {
    let Some(said) = event.json.and_then(Json::object).map(MessagesEvent::of) else {
        return;
    };
    match text(said.kind).as_deref() {
        Some("message_start") => {
            let message = said.message.map(MessagesEvent::of);
            start(answer, &message.unwrap_or_default());
        }
        Some("content_block_start") => {
            if let Some(value) = said.content_block {
                add_block(answer, value, Some(event.at_us));
            }
        }
        Some("content_block_delta") => {
            answer.output_at(event.at_us);
            let delta = said.delta.map(BlockDelta::of).unwrap_or_default();
            answer.add_argument_bytes(length(delta.partial_json));
        }
        Some("content_block_stop") => answer.complete_item(event.at_us),
        Some("message_delta") => answer.usage.update(USAGE, said.usage),
        Some("message_stop") => answer.end(Ending::Completed),
        Some("error") => answer.fail(said.error.and_then(fault_of_error)),
        _ => {}
    }
}

fn body<'a>(answer: &mut AnswerBuilder<'a>, body: Json<'a>) {
    let Some(message) = body.object().map(MessagesEvent::of) else {
        return;
    };
    start(answer, &message);
    for value in elements(message.content) {
        add_block(answer, value, None);
    }
    answer.end(Ending::Completed);
}

fn start<'a>(answer: &mut AnswerBuilder<'a>, message: &MessagesEvent<'a>) {
    answer.response_id = short(message.id);
    answer.usage.update(USAGE, message.usage);
}

fn add_block<'a>(answer: &mut AnswerBuilder<'a>, value: Json<'a>, at_us: Option<u64>) {
    let arguments = MessagesBlock::of(value).input;
    answer.item(block(value, Part::Assistant), arguments, at_us);
}

/// What the cache gave and took is counted next to the rest of the input.
const USAGE: &UsageTable = &[
    ("input_tokens", &[Sum::Input]),
    ("cache_read_input_tokens", &[Sum::Input, Sum::Cached]),
    (
        "cache_creation_input_tokens",
        &[Sum::Input, Sum::CacheWritten],
    ),
    ("output_tokens", &[Sum::Output]),
];
