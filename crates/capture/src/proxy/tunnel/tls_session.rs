//! TLS on both sides of a tunnel: with the origin as the agent asked for it, with the agent as the
//! origin chose, and the consequences if the agent does not accept our certificate.
//!
//! Starts with the agent's ClientHello, read by [`Tunnel`](super::interceptor::Tunnel); ends with the
//! relay, or with a reason on the connection's line.

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::{StartHandshake, TlsConnector, client};

use crate::proxy::context::Context;
use crate::proxy::error_responder;
use crate::proxy::net::cause::{Cause, HandshakeFailure};
use crate::proxy::net::processes::AgentProcess;
use crate::proxy::net::rewind::Rewind;
use crate::proxy::tls::configs::{Offer, agreed};
use crate::proxy::tls::trust::program::{Distrust, Verdict};
use crate::proxy::tls::trust::warning;
use crate::proxy::tunnel::agent_stream::{AgentReaction, AgentStream};
use crate::proxy::tunnel::connection_guard::ConnectionGuard;
use crate::proxy::tunnel::peer_stream::PeerStream as _;
use crate::proxy::tunnel::relay::relay;
use crate::proxy::wire::{ConnectionEnd, Side, Stamp};
use crate::record::State;

/// The handshakes of an agent's TLS connection to an intercepted host.
pub(crate) struct TlsSetup {
    pub(crate) context: Arc<Context>,
    pub(crate) guard: ConnectionGuard,
    /// The host as the agent named it, without brackets.
    pub(crate) host: String,
    pub(crate) process: AgentProcess,
    pub(crate) offer: Offer,
}

impl TlsSetup {
    /// Asks the origin for what the agent's ClientHello asks for, and offers the agent what the
    /// origin chose; `None` if nothing is left to relay.
    pub(crate) async fn handshake(
        mut self,
        start: StartHandshake<Rewind>,
        origin: Rewind,
    ) -> Option<TlsSession> {
        let connected = tokio::select! {
            connected = self.connect_origin(origin) => connected,
            () = left(start.io.tcp()) => {
                // It has not seen our certificate yet, so this says nothing about trust.
                let reason = "the agent left before the handshake with the origin was over";
                self.guard.give_up(State::Refused, "agent_gone", reason);
                return None;
            }
        };
        match connected {
            Ok(origin) => self.finish(start, origin).await,
            Err(cause) => {
                self.answer_with_cause(start, cause).await;
                None
            }
        }
    }

    /// The handshake with the origin, for its own name and with the agent's protocols.
    async fn connect_origin(&mut self, origin: Rewind) -> Result<client::TlsStream<Rewind>, Cause> {
        let name = self
            .offer
            .server_name(&self.host)
            .ok_or_else(|| Cause::new("tls", format!("{} is not a server's name", self.host)))?;
        let connector = TlsConnector::from(self.context.tls.client(&self.offer));
        let limit = self.context.timeouts.handshake;
        let origin = match timeout(limit, connector.connect(name, origin)).await {
            Ok(connected) => connected.map_err(|error| Cause::upstream_tls(&self.host, &error))?,
            Err(_) => {
                let reason = format!(
                    "{} did not finish the TLS handshake within {} s",
                    self.host,
                    limit.as_secs()
                );
                return Err(Cause::new("timeout", reason));
            }
        };
        let mark = self.guard.mark();
        self.guard.record().upstream_tls_us = Some(mark);
        self.guard.record().upstream_tls = agreed(origin.get_ref().1);
        Ok(origin)
    }

    /// The handshake with the agent, once the origin's is done.
    async fn finish(
        mut self,
        start: StartHandshake<Rewind>,
        origin: client::TlsStream<Rewind>,
    ) -> Option<TlsSession> {
        let protocol = origin.get_ref().1.alpn_protocol().map(<[u8]>::to_vec);
        let offered = self.guard.now();
        match self.accept_agent(start, protocol).await {
            Ok(agent) => Some(TlsSession {
                setup: self,
                agent,
                origin,
                offered,
            }),
            Err(failure) => {
                // The agent left during the handshake: the origin sees a reset too.
                origin.reset_on_drop();
                drop(origin);
                self.failed(failure, offered).await;
                None
            }
        }
    }

    async fn accept_agent(
        &mut self,
        start: StartHandshake<Rewind>,
        protocol: Option<Vec<u8>>,
    ) -> Result<AgentStream, HandshakeFailure> {
        let name = self.offer.sni.as_deref().unwrap_or(&self.host);
        let config = self.context.tls.server(&self.offer, name, protocol);
        let config = config.map_err(|error| {
            HandshakeFailure::Other(format!("no certificate can be made for {name}: {error}"))
        })?;
        let limit = self.context.timeouts.handshake;
        let stream = match timeout(limit, start.into_stream(config)).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => return Err(HandshakeFailure::of(&error)),
            Err(_) => {
                let reason = format!("the agent did not finish it within {} s", limit.as_secs());
                return Err(HandshakeFailure::Other(reason));
            }
        };
        let mark = self.guard.mark();
        self.guard.record().downstream_tls_us = Some(mark);
        self.guard.record().downstream_tls = agreed(stream.get_ref().1);
        let (context, process) = (Arc::clone(&self.context), self.process.clone());
        Ok(AgentStream::new(
            stream,
            context,
            self.host.clone(),
            process,
        ))
    }

    /// The handshake with the agent failed; our certificate was offered at `offered`.
    async fn failed(&mut self, failure: HandshakeFailure, offered: Stamp) {
        match failure {
            HandshakeFailure::Refused(cause) => self.refused(&cause, offered).await,
            HandshakeFailure::Silent => {
                let reason = "the agent ended the handshake without an alert";
                self.guard.give_up(State::Refused, "agent_gone", reason);
                self.ended_silently(offered).await;
            }
            HandshakeFailure::Other(reason) => {
                let reason = format!("the TLS handshake with the agent failed: {reason}");
                self.guard.give_up(State::Refused, "tls", &reason);
            }
        }
    }

    /// The agent refused our certificate with an alert.
    async fn refused(&mut self, cause: &Cause, offered: Stamp) {
        self.guard
            .give_up(State::Rejected, &cause.name, &cause.reason);
        let now = self.guard.now();
        self.process.wait(PROCESS_LIMIT).await;
        let program = self.process.program();
        let trust = &self.context.trust;
        let verdict = trust.refuse(&self.host, program.as_ref(), offered, now);
        self.warn(verdict, &cause.name);
    }

    /// The agent ended the connection without an alert and without a byte of its own.
    async fn ended_silently(&mut self, offered: Stamp) {
        let now = self.guard.now();
        self.process.wait(PROCESS_LIMIT).await;
        let program = self.process.program();
        let trust = &self.context.trust;
        let verdict = trust.ended_silently(&self.host, program.as_ref(), offered, now);
        if let Verdict::Distrusted { .. } = verdict {
            let reason = "the agent ended this connection, as those before it, without an alert \
                          and without a request: it may not trust our certificate";
            self.guard.give_up(State::Rejected, "eof", reason);
        }
        self.warn(verdict, "eof");
    }

    /// Warns the user of what a verdict means for the recording, the first time.
    fn warn(&self, verdict: Verdict, cause: &str) {
        let name = self.process.get().map(|process| process.name);
        let name = name.as_deref();
        let text = match verdict {
            Verdict::Alone { news: true } => warning::alone(&self.host, cause),
            Verdict::Distrusted { why, news: true } => match why {
                Distrust::Refused => warning::refused(name, &self.host, cause),
                Distrust::Silent => warning::silent(name, &self.host),
            },
            _ => return,
        };
        self.context.recorder.warn(text);
    }

    /// TLS with the origin failed: explains why to the agent, over TLS that it trusts.
    async fn answer_with_cause(mut self, start: StartHandshake<Rewind>, cause: Cause) {
        self.guard
            .give_up(State::Failed, &cause.name, &cause.reason);
        let http1 = b"http/1.1".to_vec();
        if !self.offer.alpn.is_empty() && !self.offer.alpn.contains(&http1) {
            return;
        }
        let protocol = (!self.offer.alpn.is_empty()).then_some(http1);
        let offered = self.guard.now();
        match self.accept_agent(start, protocol).await {
            Ok(mut agent) => {
                let reason = Some(cause.reason.clone());
                self.guard.intercept("https", None, reason);
                let mut origin = error_responder::serve(&self.context, &cause);
                relay(&self.context, &mut self.guard, &mut agent, &mut origin).await;
            }
            Err(HandshakeFailure::Refused(cause)) => self.refused(&cause, offered).await,
            // The line already says why: the origin failed before the agent left.
            Err(_) => {}
        }
    }
}

/// A tunnel with TLS up on both sides.
pub(crate) struct TlsSession {
    setup: TlsSetup,
    agent: AgentStream,
    origin: client::TlsStream<Rewind>,
    /// When our certificate was offered to the agent.
    offered: Stamp,
}

impl TlsSession {
    /// Relays until the end.
    pub(crate) async fn relay(self) {
        let Self {
            setup: mut this,
            mut agent,
            mut origin,
            offered,
        } = self;
        this.guard.intercept("https", agent.alpn().as_deref(), None);
        let end = relay(&this.context, &mut this.guard, &mut agent, &mut origin).await;
        // The rest may wait for the process's name, which is no reason to keep the origin waiting.
        drop(origin);
        let by_agent = matches!(
            end,
            ConnectionEnd::Closed(Side::Agent) | ConnectionEnd::Reset(Side::Agent)
        );
        match agent.reaction() {
            AgentReaction::Refused(cause) => this.refused(&cause, offered).await,
            AgentReaction::Silent if by_agent => this.ended_silently(offered).await,
            AgentReaction::Spoke | AgentReaction::Failed | AgentReaction::Silent => {}
        }
    }
}

/// Completes when the agent ends its half or sends an alert while it waits for our handshake.
async fn left(agent: &TcpStream) {
    let mut first = [0];
    match agent.peek(&mut first).await {
        Ok(0) | Err(_) => {}
        Ok(_) if first[0] == TLS_ALERT => {}
        // It sent something else early, which the handshake will deal with.
        Ok(_) => std::future::pending().await,
    }
}

/// The content type of a TLS alert record (RFC 8446, section 5.1).
const TLS_ALERT: u8 = 21;

/// Naming a process takes milliseconds; the agent is gone by then, so nobody waits for us.
const PROCESS_LIMIT: Duration = Duration::from_secs(2);
