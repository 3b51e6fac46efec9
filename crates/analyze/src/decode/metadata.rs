//! What codex says about a request beside the request: `client_metadata` and its headers.
//!
//! The same JSON text travels as the header `x-codex-turn-metadata` (over HTTP)
//! and in the body's `client_metadata` (over both). Unknown and missing fields are fine.

use std::borrow::Cow;

use capture::record::Exchange;
use serde::Deserialize;

use super::header;

/// The `client_metadata` of a request's body.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ClientMetadata<'a> {
    #[serde(borrow)]
    thread_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    turn_id: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "x-codex-turn-metadata")]
    turn_metadata: Option<Cow<'a, str>>,
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

/// Joins what the body and the headers of `exchange` say; the body goes first.
pub(super) fn turn_metadata(
    exchange: &Exchange,
    body: Option<&ClientMetadata<'_>>,
) -> TurnMetadata {
    let headers = &exchange.request.headers;
    let text = body
        .and_then(|body| body.turn_metadata.as_deref())
        .or_else(|| header(headers, "x-codex-turn-metadata"));
    let mut metadata: TurnMetadata = text
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default();
    let plain = |id: &Option<Cow<'_, str>>| id.as_deref().map(str::to_owned);
    metadata.thread_id = filled(metadata.thread_id)
        .or_else(|| filled(body.and_then(|body| plain(&body.thread_id))))
        .or_else(|| filled(header(headers, "thread-id").map(str::to_owned)));
    metadata.turn_id =
        filled(metadata.turn_id).or_else(|| filled(body.and_then(|body| plain(&body.turn_id))));
    metadata
}

/// codex writes an id that it does not have yet as an empty string.
fn filled(id: Option<String>) -> Option<String> {
    id.filter(|id| !id.is_empty())
}
