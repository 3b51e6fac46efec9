//! The Responses API, as codex speaks it: over HTTP with server-sent events, or
//! over a WebSocket, where each request is a `response.create` message.
//!
//! Tools and instructions stand at the top level (as the public API has them)
//! or among the input items (as codex sends them with its own models).

mod input;
mod output;

use capture::record::{Exchange, Transport};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::json::{name, read, text};
use super::metadata::{ClientMetadata, turn_metadata};
use super::{Decoded, Item, Part};
use crate::call::{Call, Ids, Kind, Provider, Settings};

/// Reads one exchange with a path of the Responses API.
pub(super) fn decode(exchange: &Exchange) -> Option<Decoded<'_>> {
    let request = request(exchange)?;
    let client: Option<ClientMetadata<'_>> =
        request.client_metadata.and_then(|value| read(value.get()));
    let metadata = turn_metadata(exchange, client.as_ref());
    let input = input::read(&request, exchange);
    let answer = output::read(exchange);
    let kind = kind(&request, &metadata, &input.items, exchange);
    let mut items = input.items;
    items.extend(answer.items);
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
            prompt: input.prompt,
            output: answer.output,
            error: answer.error,
        },
        tools: input.tools,
        items,
        gaps_us: answer.gaps_us,
    })
}

/// The fields of a request that a report needs.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Request<'a> {
    #[serde(borrow, rename = "type")]
    message: Option<&'a RawValue>,
    #[serde(borrow)]
    model: Option<&'a RawValue>,
    #[serde(borrow)]
    previous_response_id: Option<&'a RawValue>,
    #[serde(borrow)]
    input: Option<&'a RawValue>,
    #[serde(borrow)]
    instructions: Option<&'a RawValue>,
    #[serde(borrow)]
    tools: Option<&'a RawValue>,
    #[serde(borrow)]
    generate: Option<&'a RawValue>,
    #[serde(borrow)]
    reasoning: Option<&'a RawValue>,
    #[serde(borrow)]
    prompt_cache_key: Option<&'a RawValue>,
    #[serde(borrow)]
    client_metadata: Option<&'a RawValue>,
}

impl Request<'_> {
    fn effort(&self) -> Option<String> {
        #[derive(Deserialize)]
        struct Reasoning<'a> {
            #[serde(borrow, default)]
            effort: Option<&'a RawValue>,
        }
        let reasoning: Reasoning<'_> = read(self.reasoning?.get())?;
        name(reasoning.effort)
    }
}

/// The request, where the exchange is one: not an upgrade, and no other message.
///
/// A body that was not kept whole is a request all the same, of which little is known.
fn request(exchange: &Exchange) -> Option<Request<'_>> {
    let body = exchange.request.body.as_ref()?;
    let request: Request<'_> = body
        .json
        .as_ref()
        .and_then(|json| read(json.get()))
        .unwrap_or_default();
    let is_request = match exchange.transport {
        Transport::Http => exchange.request.method == "POST",
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
    metadata: &super::metadata::TurnMetadata,
    items: &[Item<'_>],
    exchange: &Exchange,
) -> Kind {
    let generates = request.generate.is_none_or(|value| value.get() != "false");
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
