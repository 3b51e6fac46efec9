//! The Messages API: one POST, answered by server-sent events or by one body.
//!
//! Its `input_tokens` leave out what the cache gave and took; here they are
//! added, so that input means the same for every provider.

use crate::line::exchange::{Event, Exchange, Response};
use capture::record::OutcomeState;

use super::fault::{fault_of_body, of_error};
use super::json::{elements, fields, length, name, short, text};
use super::output_marks::Stream;
use super::usage::{Sum, Usage, UsageTable};
use super::{Decoded, Item, Part};
use crate::call::{Call, Ending, Fault, Ids, Kind, Prompt, Provider, Settings, ToolCall};
use crate::json::Json;

/// Reads one exchange with a path of the Messages API.
pub(super) fn decode<'a>(exchange: &Exchange<'a>) -> Option<Decoded<'a>> {
    let body = exchange.request.body.as_ref()?;
    if exchange.request.method != "POST" {
        return None;
    }
    let request = body.json.map(Request::of).unwrap_or_default();
    let (instructions, input) = input_items(&request);
    let mut answer = Answer::default();
    if let Some(response) = &exchange.response {
        answer.read(response);
    }
    let (marks, gaps_us) = answer.stream.finish(exchange);
    let thread = request.metadata.map(Metadata::of);
    Some(Decoded {
        call: Call {
            provider: Provider::Anthropic,
            model: name(request.model).unwrap_or_default(),
            kind: Kind::Turn,
            ending: match exchange.outcome.state {
                OutcomeState::Failed => Ending::Cut,
                _ => answer.ending.unwrap_or(Ending::Cut),
            },
            tokens: answer.usage.tokens(),
            marks,
            tool_calls: answer.tool_calls,
            ids: Ids {
                thread: thread.and_then(|metadata| name(metadata.user_id)),
                response: answer.id,
                ..Ids::default()
            },
            settings: Settings::default(),
            prompt: Prompt {
                bytes: body.bytes,
                ..Prompt::default()
            },
            output: Vec::new(),
            error: answer.error,
        },
        tools: tools(request.tools),
        instructions,
        input,
        output: answer.items,
        gaps_us,
    })
}

fields! {
    struct Request {
        model: "model",
        system: "system",
        messages: "messages",
        tools: "tools",
        metadata: "metadata",
    }
}

fields! {
    struct Metadata {
        user_id: "user_id",
    }
}

fields! {
    /// A message, a content block, or a tool: whichever of these fields it has.
    struct Head {
        kind: "type",
        role: "role",
        content: "content",
        name: "name",
        id: "id",
        tool_use_id: "tool_use_id",
        input: "input",
    }
}

fn tools(value: Option<Json<'_>>) -> Vec<Item<'_>> {
    let tool = |value: Json<'_>| {
        let head = Head::of(value);
        name(head.name)
            .or_else(|| name(head.kind))
            .unwrap_or_default()
    };
    let values = elements(value);
    values
        .map(|value| Item {
            name: Some(tool(value).into()),
            ..Item::new(Part::Tools, value.raw())
        })
        .collect()
}

/// The system prompt, and the blocks of every message.
fn input_items<'a>(request: &Request<'a>) -> (Option<Item<'a>>, Vec<Item<'a>>) {
    let system = request
        .system
        .map(|value| Item::new(Part::Instructions, value.raw()));
    let mut items = Vec::new();
    for message in elements(request.messages) {
        let head = Head::of(message);
        let speaker = match text(head.role).as_deref() {
            Some("assistant") => Part::Assistant,
            Some("system") => Part::Instructions,
            _ => Part::User,
        };
        match head.content {
            Some(content) if content.is_array() => {
                items.extend(content.elements().map(|b| block(b, speaker)));
            }
            Some(content) => items.push(Item::new(speaker, content.raw())),
            None => {}
        }
    }
    (system, items)
}

/// A content block of a message by `speaker`.
fn block(value: Json<'_>, speaker: Part) -> Item<'_> {
    let head = Head::of(value);
    let part = match text(head.kind).as_deref() {
        Some("thinking" | "redacted_thinking") => Part::Reasoning,
        Some("tool_use" | "server_tool_use") => Part::ToolCall,
        Some(kind) if kind.ends_with("tool_result") => Part::ToolResult,
        _ => speaker,
    };
    Item {
        name: (part == Part::ToolCall).then(|| short(head.name).unwrap_or_default()),
        call_id: short(head.tool_use_id).or_else(|| short(head.id)),
        ..Item::new(part, value.raw())
    }
}

/// The answer, as far as it was read.
#[derive(Default)]
struct Answer<'a> {
    stream: Stream,
    id: Option<String>,
    usage: Usage,
    ending: Option<Ending>,
    items: Vec<Item<'a>>,
    tool_calls: Vec<ToolCall>,
    /// Bytes of arguments that came since the last tool call began.
    argument_bytes: u64,
    error: Option<Fault>,
}

fields! {
    /// An event, or the body in place of all of them.
    struct Message {
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

impl<'a> Answer<'a> {
    fn read(&mut self, response: &Response<'a>) {
        for event in &response.events {
            self.event(event);
        }
        if response.status >= 400 {
            self.ending = Some(Ending::Failed);
            self.error = Some(fault_of_body(response));
            return;
        }
        let body = response.body.as_ref().and_then(|body| body.json);
        if let Some(body) = body.and_then(Json::object).map(Message::of) {
            self.start(&body);
            for value in elements(body.content) {
                self.block(value, None);
            }
            self.ending = Some(Ending::Completed);
        }
    }

    fn event(&mut self, event: &Event<'a>) {
        let Some(message) = event.json.and_then(Json::object).map(Message::of) else {
            return;
        };
        match text(message.kind).as_deref() {
            Some("message_start") => {
                let start = message.message.map(Message::of);
                self.start(&start.unwrap_or_default());
            }
            Some("content_block_start") => {
                if let Some(value) = message.content_block {
                    self.block(value, Some(event.at_us));
                }
            }
            Some("content_block_delta") => {
                self.stream.output_at(event.at_us);
                self.argument_bytes += message.delta.map_or(0, argument_bytes);
            }
            Some("content_block_stop") => self.block_stop(event.at_us),
            Some("message_delta") => self.usage.update(USAGE, message.usage),
            Some("message_stop") => self.ending = Some(Ending::Completed),
            Some("error") => {
                self.ending = Some(Ending::Failed);
                self.error = message.error.and_then(of_error);
            }
            _ => {}
        }
    }

    fn start(&mut self, message: &Message<'a>) {
        self.id = name(message.id);
        self.usage.update(USAGE, message.usage);
    }

    fn block(&mut self, value: Json<'a>, at_us: Option<u64>) {
        let item = block(value, Part::Assistant);
        if item.part == Part::ToolCall {
            let head = Head::of(value);
            self.argument_bytes = 0;
            self.tool_calls.push(ToolCall {
                name: item.name.clone().unwrap_or_default().into_owned(),
                call_id: item.call_id.clone().unwrap_or_default().into_owned(),
                argument_bytes: length(head.input),
                at_us,
            });
        }
        self.items.push(item);
    }

    /// A tool call is complete when its block is: its arguments came in pieces.
    fn block_stop(&mut self, at_us: u64) {
        let is_call = self
            .items
            .last()
            .is_some_and(|item| item.part == Part::ToolCall);
        if let (true, Some(call)) = (is_call, self.tool_calls.last_mut()) {
            call.at_us = Some(at_us);
            if self.argument_bytes > 0 {
                call.argument_bytes = self.argument_bytes;
            }
        }
    }
}

fn argument_bytes(delta: Json<'_>) -> u64 {
    fields! {
        struct Delta {
            partial_json: "partial_json",
        }
    }
    let delta = Delta::of(delta);
    length(delta.partial_json)
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
