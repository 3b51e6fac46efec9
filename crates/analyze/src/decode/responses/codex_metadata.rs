//! What codex says about a request outside of it: `client_metadata` and its headers.
//!
//! The same JSON text travels as the header `x-codex-turn-metadata` (over HTTP)
//! and in the body's `client_metadata` (over both). Unknown and missing fields are fine.

use crate::line::exchange::Exchange;
use serde::Deserialize;

use crate::decode::json::{fields, name, text};
use crate::line::exchange::header;

fields! {
    /// The `client_metadata` of a request's body.
    pub(super) struct ClientMetadata {
        thread_id: "thread_id",
        turn_id: "turn_id",
        turn_metadata: "x-codex-turn-metadata",
    }
}

/// What codex says about a request.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub(super) struct TurnMetadata {
    pub(super) thread_id: Option<String>,
    pub(super) turn_id: Option<String>,
    pub(super) request_kind: Option<String>,
    pub(super) thread_source: Option<String>,
    pub(super) turn_trigger: Option<String>,
}

/// Joins what the body and the headers of `exchange` say; the body takes precedence.
pub(super) fn turn_metadata(exchange: &Exchange<'_>, body: &ClientMetadata<'_>) -> TurnMetadata {
    let headers = &exchange.request.headers;
    let in_body = text(body.turn_metadata);
    let metadata = in_body.as_deref();
    let metadata = metadata.or_else(|| header(headers, "x-codex-turn-metadata"));
    let mut metadata: TurnMetadata = metadata
        .and_then(|metadata| serde_json::from_str(metadata).ok())
        .unwrap_or_default();
    metadata.thread_id = filled(metadata.thread_id)
        .or_else(|| filled(name(body.thread_id)))
        .or_else(|| filled(header(headers, "thread-id").map(str::to_owned)));
    metadata.turn_id = filled(metadata.turn_id).or_else(|| filled(name(body.turn_id)));
    metadata
}

/// codex writes an empty string for an id that it does not have yet.
fn filled(id: Option<String>) -> Option<String> {
    id.filter(|id| !id.is_empty())
}
