//! The Responses API, as codex speaks it: over HTTP with server-sent events, or over a WebSocket,
//! where each request is a `response.create` message.

mod answer;
mod codex_metadata;
mod item;
mod request;

use super::api::Api;
use crate::call::Provider;

pub(super) const API: Api = Api {
    provider: Provider::Openai,
    paths: &["/responses", "/responses/compact"],
    request: request::request,
    event: answer::event,
    body: answer::body,
};
