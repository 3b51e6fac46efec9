//! Routes an HTTP request: to a model API, to a WebSocket, or to a lookup.

use std::sync::{Arc, Mutex, PoisonError};

use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HOST, RETRY_AFTER, UPGRADE};
use hyper::{Method, Request, Response, StatusCode};
use serde_json::{Value, json};

use super::api::Api;
use super::body::{self, ResponseBody};
use super::failure::FailureKind;
use super::log::LogEntry;
use super::lookups::{self, Lookup, PlainAnswer};
use super::playback::Playback;
use super::state::{ServerState, unix_seconds};
use super::websocket::{self, Upgraded};

/// Answers the requests of one connection.
#[derive(Debug)]
pub(super) struct Router {
    state: Arc<ServerState>,
    /// The connection's ClientHello, as text.
    hello: String,
    upgraded: Mutex<Option<Upgraded>>,
}

impl Router {
    pub(super) fn new(state: Arc<ServerState>, hello: String) -> Self {
        Self {
            state,
            hello,
            upgraded: Mutex::default(),
        }
    }

    /// The WebSocket that the connection became, if any; the caller serves it.
    pub(super) fn take_upgraded(&self) -> Option<Upgraded> {
        let mut upgraded = self.upgraded.lock().unwrap_or_else(PoisonError::into_inner);
        upgraded.take()
    }

    /// Answers one request.
    pub(super) async fn respond(&self, request: Request<Incoming>) -> Response<ResponseBody> {
        let host = host(&request);
        let path = request
            .uri()
            .path_and_query()
            .map_or("/", |path| path.as_str());
        let mut entry = self.state.log.entry(&host, request.method().as_str(), path);
        entry.set_head(&request, &self.hello);
        if request.headers().contains_key(UPGRADE) {
            return self.upgrade(request, entry);
        }
        let (parts, incoming) = request.into_parts();
        let received = match body::read(&parts.headers, incoming).await {
            Ok(received) => received,
            Err(status) => return refuse(status, "the body cannot be read", entry),
        };
        entry.received = String::from_utf8_lossy(&received).into_owned();
        let path = parts.uri.path();
        if let Some(api) = Api::of(&parts.method, path) {
            return self.model(api, path, &received, entry);
        }
        let answer = lookups::find(&Lookup {
            method: &parts.method,
            host: &host,
            path,
            headers: &parts.headers,
            body: &received,
            now: unix_seconds(),
        });
        plain(answer, entry)
    }

    /// Answers a WebSocket upgrade.
    fn upgrade(
        &self,
        mut request: Request<Incoming>,
        mut entry: LogEntry,
    ) -> Response<ResponseBody> {
        if request.method() != Method::GET || !request.uri().path().ends_with("/responses") {
            return refuse(StatusCode::NOT_FOUND, "there is no WebSocket here", entry);
        }
        let failure = self.state.failures.next_upgrade();
        if let Some((status, reason)) = failure.and_then(FailureKind::refusal) {
            return refuse(status, reason, entry);
        }
        let Ok((response, socket)) = websocket::accept(&mut request) else {
            return refuse(
                StatusCode::BAD_REQUEST,
                "no valid WebSocket handshake",
                entry,
            );
        };
        entry.status = response.status().as_u16();
        let upgraded = Upgraded {
            socket,
            host: entry.host.clone(),
            path: entry.path.clone(),
        };
        *self.upgraded.lock().unwrap_or_else(PoisonError::into_inner) = Some(upgraded);
        response.map(|_| body::full(""))
    }

    /// Answers a model request.
    fn model(
        &self,
        api: Api,
        path: &str,
        received: &[u8],
        mut entry: LogEntry,
    ) -> Response<ResponseBody> {
        let Ok(request) = serde_json::from_slice::<Value>(received) else {
            return refuse(StatusCode::BAD_REQUEST, "the body is not JSON", entry);
        };
        let failure = self.state.failures.next_request();
        if let Some((status, reason)) = failure.and_then(FailureKind::refusal) {
            return refuse(status, reason, entry);
        }
        let reply = self.state.reply(api.read(path, &request, received.len()));
        if !api.wants_stream(path, &request) {
            return plain(PlainAnswer::json(&api.whole(&reply)), entry);
        }
        entry.status = StatusCode::OK.as_u16();
        let playback = Playback::new(api.events(&reply), failure, entry);
        let response = Response::builder()
            .header(CONTENT_TYPE, "text/event-stream")
            .header("cache-control", "no-cache")
            .header("x-request-id", format!("req_standin_{:06}", reply.number));
        finish(response.body(body::event_stream(playback)))
    }
}

/// The requested host, without its port.
fn host<B>(request: &Request<B>) -> String {
    let authority = request.uri().authority().cloned().or_else(|| {
        let named = request.headers().get(HOST)?;
        named.to_str().ok()?.parse().ok()
    });
    authority.map_or_else(String::new, |authority| {
        authority.host().to_ascii_lowercase()
    })
}

/// Sends an answer in one piece.
fn plain(answer: PlainAnswer, mut entry: LogEntry) -> Response<ResponseBody> {
    entry.status = answer.status;
    entry.sent = vec![answer.body.clone()];
    let mut response = Response::builder()
        .status(answer.status)
        .header(CONTENT_TYPE, answer.content_type);
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    finish(response.body(body::full(answer.body)))
}

/// Refuses a request, with an error in OpenAI's form.
fn refuse(status: StatusCode, reason: &str, entry: LogEntry) -> Response<ResponseBody> {
    let error = json!({"type": "standin_refusal", "code": null, "message": reason});
    let mut answer = PlainAnswer::json_with(status.as_u16(), &json!({ "error": error }));
    if status == StatusCode::TOO_MANY_REQUESTS {
        answer.headers = vec![(RETRY_AFTER.as_str(), "1")];
    }
    plain(answer, entry)
}

fn finish(response: Result<Response<ResponseBody>, hyper::http::Error>) -> Response<ResponseBody> {
    response.expect("built from valid constants")
}
