//! One HTTP request and its answer: a model's, a WebSocket's, or a plain one.

use std::sync::{Arc, Mutex, PoisonError};

use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HOST, RETRY_AFTER, UPGRADE};
use hyper::{Method, Request, Response, StatusCode};
use serde_json::{Value, json};

use super::api::Api;
use super::body::{self, Answer};
use super::failure::FailureKind;
use super::log::Entry;
use super::lookups::{self, Found, Lookup};
use super::playback::Playback;
use super::state::{Desk, unix_seconds};
use super::websocket::{self, Upgraded};

/// Answers the requests of one connection.
#[derive(Debug)]
pub(super) struct Router {
    desk: Arc<Desk>,
    /// The connection's ClientHello, in words.
    hello: String,
    upgraded: Mutex<Option<Upgraded>>,
}

impl Router {
    pub(super) fn new(desk: Arc<Desk>, hello: String) -> Self {
        Self {
            desk,
            hello,
            upgraded: Mutex::default(),
        }
    }

    /// The WebSocket that the connection became, if it did: its owner goes on with it.
    pub(super) fn take_upgraded(&self) -> Option<Upgraded> {
        let mut upgraded = self.upgraded.lock().unwrap_or_else(PoisonError::into_inner);
        upgraded.take()
    }

    /// Answers one request.
    pub(super) async fn respond(&self, request: Request<Incoming>) -> Response<Answer> {
        let host = host(&request);
        let path = request
            .uri()
            .path_and_query()
            .map_or("/", |path| path.as_str());
        let mut entry = self.desk.log.entry(&host, request.method().as_str(), path);
        entry.note_head(&request, &self.hello);
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
        let found = lookups::find(&Lookup {
            method: &parts.method,
            host: &host,
            path,
            headers: &parts.headers,
            body: &received,
            now: unix_seconds(),
        });
        plain(found, entry)
    }

    /// A request for a WebSocket.
    fn upgrade(&self, mut request: Request<Incoming>, mut entry: Entry) -> Response<Answer> {
        if request.method() != Method::GET || !request.uri().path().ends_with("/responses") {
            return refuse(StatusCode::NOT_FOUND, "there is no WebSocket here", entry);
        }
        let failure = self.desk.failures.next_upgrade();
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
        response.map(|_| body::whole(""))
    }

    /// A request for a model.
    fn model(&self, api: Api, path: &str, received: &[u8], mut entry: Entry) -> Response<Answer> {
        let Ok(request) = serde_json::from_slice::<Value>(received) else {
            return refuse(StatusCode::BAD_REQUEST, "the body is no JSON", entry);
        };
        let failure = self.desk.failures.next_request();
        if let Some((status, reason)) = failure.and_then(FailureKind::refusal) {
            return refuse(status, reason, entry);
        }
        let reply = self.desk.reply(api.read(path, &request, received.len()));
        if !api.wants_stream(path, &request) {
            return plain(Found::json(&api.whole(&reply)), entry);
        }
        entry.status = StatusCode::OK.as_u16();
        let playback = Playback::new(api.events(&reply), failure, entry);
        let response = Response::builder()
            .header(CONTENT_TYPE, "text/event-stream")
            .header("cache-control", "no-cache")
            .header("x-request-id", format!("req_standin_{:06}", reply.number));
        finish(response.body(body::played(playback)))
    }
}

/// The host that was meant, without its port.
fn host<B>(request: &Request<B>) -> String {
    let authority = request.uri().authority().cloned().or_else(|| {
        let named = request.headers().get(HOST)?;
        named.to_str().ok()?.parse().ok()
    });
    authority.map_or_else(String::new, |authority| {
        authority.host().to_ascii_lowercase()
    })
}

/// An answer in one piece.
fn plain(found: Found, mut entry: Entry) -> Response<Answer> {
    entry.status = found.status;
    entry.sent = vec![found.body.clone()];
    let mut response = Response::builder()
        .status(found.status)
        .header(CONTENT_TYPE, found.content_type);
    for (name, value) in found.headers {
        response = response.header(name, value);
    }
    finish(response.body(body::whole(found.body)))
}

/// A refusal, in the form that OpenAI gives its errors.
fn refuse(status: StatusCode, reason: &str, entry: Entry) -> Response<Answer> {
    let error = json!({"type": "standin_refusal", "code": null, "message": reason});
    let mut found = Found::json_with(status.as_u16(), &json!({ "error": error }));
    if status == StatusCode::TOO_MANY_REQUESTS {
        found.headers = vec![(RETRY_AFTER.as_str(), "1")];
    }
    plain(found, entry)
}

fn finish(response: Result<Response<Answer>, hyper::http::Error>) -> Response<Answer> {
    response.expect("built from valid constants")
}
