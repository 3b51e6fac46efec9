//! What a request of the Responses API holds: instructions, tools, input items.
//!
//! Tools and instructions are at the top level (where the public API has them) or among the input
//! items (where codex puts them for its own models).

use capture::record::Transport;

use super::codex_metadata::{ClientMetadata, TurnMetadata, turn_metadata};
use super::item::{ResponsesItem, add_tools};
use crate::call::{Ids, Kind, Settings};
use crate::decode::decoded::ModelRequest;
use crate::decode::item::{Item, Part};
use crate::decode::json::{elements, fields, name, text};
use crate::json::Json;
use crate::line::exchange::Exchange;

/// Reads the request of an exchange.
pub(super) fn request<'a>(exchange: &Exchange<'a>) -> Option<ModelRequest<'a>> {
    let request = request_fields(exchange)?;
    let client = request.client_metadata.map(ClientMetadata::of);
    let metadata = turn_metadata(exchange, &client.unwrap_or_default());
    let mut tools = Vec::new();
    add_tools(request.tools, &mut tools);
    let input = input(request.input, &mut tools);
    let instructions = request.instructions.filter(|value| value.raw_bytes() > 2);
    Some(ModelRequest {
        kind: kind(&request, &metadata, &input, exchange),
        ids: Ids {
            thread: metadata
                .thread_id
                .or_else(|| name(request.prompt_cache_key)),
            turn: metadata.turn_id,
            previous_response: name(request.previous_response_id),
            response: None,
        },
        settings: Settings {
            effort: request
                .reasoning
                .and_then(|value| name(value.get("effort"))),
            thread_source: metadata.thread_source,
            trigger: metadata.turn_trigger,
        },
        tools,
        instructions: instructions.map(|value| Item::new(Part::Instructions, value.raw())),
        input,
        ..ModelRequest::new(name(request.model))
    })
}

fields! {
    struct ResponsesRequest {
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

/// The fields of the request; `None` for an upgrade and for other messages of a WebSocket.
///
/// A body that was not kept whole makes a request too, one of which little is known.
fn request_fields<'a>(exchange: &Exchange<'a>) -> Option<ResponsesRequest<'a>> {
    let body = exchange.request.body.as_ref()?;
    let request = body.json.map(ResponsesRequest::of).unwrap_or_default();
    let is_request = match exchange.transport {
        Transport::Http | Transport::Unknown => exchange.request.method == "POST",
        Transport::Websocket => match text(request.message) {
            Some(message) => message == "response.create",
            None => body.truncated,
        },
    };
    is_request.then_some(request)
}

/// The items of the input. Tools among them go to `tools`.
fn input<'a>(value: Option<Json<'a>>, tools: &mut Vec<Item<'a>>) -> Vec<Item<'a>> {
    if let Some(text) = value.and_then(Json::string) {
        return vec![Item::new(Part::User, text.raw())];
    }
    let mut items = Vec::new();
    for value in elements(value) {
        let fields = ResponsesItem::of(value);
        if text(fields.kind).as_deref() == Some("additional_tools") {
            add_tools(fields.tools, tools);
        } else {
            items.push(fields.item(value));
        }
    }
    items
}

/// What the agent wants: what it says it wants, else what the request looks like.
fn kind(
    request: &ResponsesRequest<'_>,
    metadata: &TurnMetadata,
    input: &[Item<'_>],
    exchange: &Exchange<'_>,
) -> Kind {
    let generates = request.generate.is_none_or(|value| value.raw() != "false");
    let last = input.last();
    let compacts = last.is_some_and(|item| item.part == Part::Compaction)
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
