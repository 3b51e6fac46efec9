//! The Responses API on a WebSocket: each message of the agent is answered by events.
//!
//! Accepts permessage-deflate when offered, as the real API does. The socket
//! lives as long as the agent keeps it open; answers on it build on each other.

use anyhow::Result;
use futures_util::{SinkExt as _, StreamExt as _};
use http_body_util::Empty;
use hyper::body::Bytes;
use hyper::{Request, Response};
use serde_json::{Value, json};
use yawc::{Frame, HttpStream, OpCode, UpgradeFut, WebSocket};

use super::api::Api;
use super::api::responses::{self, PreviousResponse};
use super::body::MAX_REQUEST_BYTES;
use super::failure::FailureKind;
use super::log::LogEntry;
use super::playback::Playback;
use super::state::ServerState;

/// A connection that becomes a WebSocket once its 101 is sent.
#[derive(Debug)]
pub(super) struct Upgraded {
    pub(super) socket: UpgradeFut,
    pub(super) host: String,
    pub(super) path: String,
}

/// Accepts the handshake.
///
/// # Errors
///
/// When the request is not a valid WebSocket handshake.
pub(super) fn accept<B>(
    request: &mut Request<B>,
) -> yawc::Result<(Response<Empty<Bytes>>, UpgradeFut)> {
    let options = yawc::Options::default()
        .with_balanced_compression()
        .with_limits(MAX_REQUEST_BYTES, MAX_REQUEST_BYTES);
    WebSocket::upgrade_with_options(request, options)
}

/// Answers the messages on a socket until it closes.
///
/// # Errors
///
/// When the socket fails, or is to be cut.
pub(super) async fn serve(upgraded: Upgraded, state: &ServerState) -> Result<()> {
    let Upgraded { socket, host, path } = upgraded;
    let mut conversation = Conversation {
        socket: socket.await?,
        state,
        previous: None,
    };
    while let Some(frame) = conversation.socket.next().await {
        match frame.opcode() {
            OpCode::Text => {
                let mut entry = state.log.entry(&host, "GET", &path);
                entry.transport = "websocket";
                entry.status = 101;
                conversation.message(frame.payload(), entry).await?;
            }
            OpCode::Close => break,
            _ => {}
        }
    }
    Ok(())
}

/// The answers on one socket.
struct Conversation<'a> {
    socket: WebSocket<HttpStream>,
    state: &'a ServerState,
    /// The last answer, on which the next request may build.
    previous: Option<PreviousResponse>,
}

impl Conversation<'_> {
    async fn message(&mut self, message: &[u8], mut entry: LogEntry) -> Result<()> {
        entry.received = String::from_utf8_lossy(message).into_owned();
        let Ok(request) = serde_json::from_slice::<Value>(message) else {
            return self.refuse(400, "the message is not JSON", entry).await;
        };
        if request["type"] != "response.create" {
            return self
                .refuse(400, "only response.create is supported", entry)
                .await;
        }
        let failure = self.state.failures.next_request();
        if let Some((status, reason)) = failure.and_then(FailureKind::refusal) {
            return self.refuse(status.as_u16(), reason, entry).await;
        }
        let named = request["previous_response_id"].as_str();
        let previous = self
            .previous
            .as_ref()
            .filter(|previous| named == Some(&*previous.id));
        if named.is_some() && previous.is_none() {
            let reason = "previous_response_id is not the last answer on this socket";
            return self.refuse(400, reason, entry).await;
        }
        let reply = self
            .state
            .reply(responses::read(&request, message.len(), previous));
        self.previous = Some(PreviousResponse::after(&reply));
        let playback = Playback::new(Api::Responses.events(&reply), failure, entry);
        self.play(playback).await
    }

    async fn play(&mut self, mut playback: Playback) -> Result<()> {
        while let Some(event) = playback.next().await? {
            self.socket.send(Frame::text(event.data)).await?;
        }
        Ok(())
    }

    async fn refuse(&mut self, status: u16, reason: &str, mut entry: LogEntry) -> Result<()> {
        let error = json!({"type": "standin_refusal", "code": null, "message": reason});
        let refusal = json!({"type": "error", "status": status, "error": error}).to_string();
        entry.sent = vec![refusal.clone()];
        self.socket.send(Frame::text(refusal)).await?;
        Ok(())
    }
}
