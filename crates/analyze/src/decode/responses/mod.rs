//! The Responses API, as codex speaks it: over HTTP with server-sent events, or
//! over a WebSocket, where each request is a `response.create` message.
//!
//! Tools and instructions stand at the top level (as the public API has them)
//! or among the input items (as codex sends them with its own models).

mod answer;
mod codex_metadata;
mod request;

use crate::line::exchange::Exchange;
use capture::record::Transport;

use self::codex_metadata::{ClientMetadata, turn_metadata};
use super::json::{fields, name, text};
use super::{Decoded, Item, Part};
use crate::call::{Call, Ids, Kind, Prompt, Provider, Settings};

/// Reads one exchange with a path of the Responses API.
pub(super) fn decode<'a>(exchange: &Exchange<'a>) -> Option<Decoded<'a>> {
    let request = request(exchange)?;
    let client = request.client_metadata.map(ClientMetadata::of);
    let metadata = turn_metadata(exchange, &client.unwrap_or_default());
    let input = request::read(&request);
    let answer = answer::read(exchange);
    let kind = kind(&request, &metadata, &input.items, exchange);
    Some(Decoded {
        call: Call {
            provider: Provider::Openai,
            model: name(request.model).unwrap_or_default(),
            kind,
            ending: answer.ending,
            tokens: answer.tokens,
            marks: answer.marks,
            tool_calls: answer.tool_calls,
            ids: Ids {
                thread: metadata
                    .thread_id
                    .or_else(|| name(request.prompt_cache_key)),
                turn: metadata.turn_id,
                previous_response: name(request.previous_response_id),
                response: answer.response_id,
            },
            settings: Settings {
                effort: request.effort(),
                thread_source: metadata.thread_source,
                trigger: metadata.turn_trigger,
            },
            prompt: Prompt {
                bytes: exchange.request.body.as_ref().map_or(0, |body| body.bytes),
                ..Prompt::default()
            },
            output: Vec::new(),
            error: answer.error,
        },
        tools: input.tools,
        instructions: input.instructions,
        input: input.items,
        output: answer.items,
        gaps_us: answer.gaps_us,
    })
}

fields! {
    /// The fields of a request that a report needs.
    struct Request {
        message: "type",
        model: "model",
        previous_response_id: "previous_response_id",
        input: "input",
        instructions: "instructions",
        tools: "tools",
        generate: "generate",
        reasoning: "reasoning",
        prompt_cache_key: "prompt_cache_key",
        client_metadata: "client_metadata",
    }
}

impl Request<'_> {
    fn effort(&self) -> Option<String> {
        name(self.reasoning?.get("effort"))
    }
}

/// The request, where the exchange is one: not an upgrade, and no other message.
///
/// A body that was not kept whole is a request all the same, of which little is known.
fn request<'a>(exchange: &Exchange<'a>) -> Option<Request<'a>> {
    let body = exchange.request.body.as_ref()?;
    let request = body.json.map(Request::of).unwrap_or_default();
    let is_request = match exchange.transport {
        Transport::Http | Transport::Unknown => exchange.request.method == "POST",
        Transport::Websocket => match text(request.message) {
            Some(message) => message == "response.create",
            None => body.truncated,
        },
    };
    is_request.then_some(request)
}

/// What the agent wants: by its own word, else by the form of the request.
fn kind(
    request: &Request<'_>,
    metadata: &self::codex_metadata::TurnMetadata,
    items: &[Item<'_>],
    exchange: &Exchange<'_>,
) -> Kind {
    let generates = request.generate.is_none_or(|value| value.raw() != "false");
    let compacts = items
        .last()
        .is_some_and(|item| item.part == Part::Compaction)
        || exchange.request.url.contains("/responses/compact");
    match metadata.request_kind.as_deref() {
        Some("prewarm") => Kind::Prewarm,
        Some("compaction") => Kind::Compaction,
        _ if !generates => Kind::Prewarm,
        _ if compacts => Kind::Compaction,
        _ if metadata.thread_source.as_deref() == Some("thread_title") => Kind::Title,
        Some("turn") | None => Kind::Turn,
        Some(_) => Kind::Other,
    }
}
