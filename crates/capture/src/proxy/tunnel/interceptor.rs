//! Decides what happens inside a tunnel: end TLS and read, or relay unread.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;
use tokio_rustls::LazyConfigAcceptor;

use crate::proxy::context::Context;
use crate::proxy::net::processes::AgentProcess;
use crate::proxy::net::rewind::Rewind;
use crate::proxy::tls::configs::Offer;
use crate::proxy::tls::trust::program::Distrust;
use crate::proxy::tunnel::connection_guard::ConnectionGuard;
use crate::proxy::tunnel::relay::relay;
use crate::proxy::tunnel::tls_session::{TlsSession, TlsSetup};
use crate::record::{State, Unread};

/// An open tunnel: TCP is up on both sides, and nothing has passed yet.
pub(crate) struct Tunnel {
    pub(crate) context: Arc<Context>,
    pub(crate) guard: ConnectionGuard,
    pub(crate) agent: Rewind,
    pub(crate) origin: Rewind,
    /// The host as the agent named it, without brackets.
    pub(crate) host: String,
    pub(crate) process: AgentProcess,
}

impl Tunnel {
    /// Relays until the end, intercepting what is to be intercepted.
    pub(crate) async fn run(mut self) {
        if !self.context.hosts.matches(&self.host) {
            let why = "the host is not among those to intercept";
            return self.relay_unread(Unread::NotMatched, why).await;
        }
        if let Some(distrust) = self.distrust().await {
            let why = match distrust {
                Distrust::Refused => "the agent refused our certificate for this host before",
                Distrust::Silent => {
                    "the agent's last connections to this host ended without an alert and without \
                     a request, so it may not trust our certificate"
                }
            };
            return self.relay_unread(Unread::EarlierRejected, why).await;
        }
        match self.first_byte().await {
            FirstByte::Agent(Some(TLS_HANDSHAKE)) => {
                // Boxed, so that a relay, which lives for hours, does not keep the room of the handshakes.
                if let Some(intercepted) = Box::pin(self.end_tls()).await {
                    intercepted.relay().await;
                }
            }
            FirstByte::Agent(Some(_)) => {
                self.guard.intercept("http", None, None);
                let Self {
                    context,
                    mut guard,
                    mut agent,
                    mut origin,
                    ..
                } = self;
                relay(&context, &mut guard, &mut agent, &mut origin).await;
            }
            FirstByte::Agent(None) => {
                let reason = "the agent closed the tunnel without a byte";
                self.guard.give_up(State::Refused, "unused", reason);
            }
            FirstByte::AgentFailed(error) => {
                let reason = format!("the agent's end failed: {error}");
                self.guard.give_up(State::Refused, "agent_gone", &reason);
            }
            FirstByte::Nothing(limit) => {
                let reason = format!("the agent sent nothing within {} s", limit.as_secs());
                self.guard.give_up(State::Refused, "unused", &reason);
            }
            FirstByte::Origin => {
                let why = "the origin spoke first";
                self.relay_unread(Unread::NotHttp, why).await;
            }
            FirstByte::OriginLeft => {
                let reason = "the origin closed the connection before the agent had spoken";
                self.guard.give_up(State::Failed, "closed", reason);
            }
        }
    }

    /// Waits for the first byte of either side, without consuming it.
    async fn first_byte(&mut self) -> FirstByte {
        let limit = self.context.timeouts.unused;
        tokio::select! {
            first = timeout(limit, self.agent.peek()) => return match first {
                Ok(Ok(byte)) => FirstByte::Agent(byte),
                Ok(Err(error)) => FirstByte::AgentFailed(error),
                Err(_) => FirstByte::Nothing(limit),
            },
            spoke = self.origin.peek() => if let Ok(Some(_)) = spoke {
                return FirstByte::Origin;
            },
        }
        // If the agent is about to speak TLS, we can still answer it with what became of the origin.
        match timeout(LAST_WORD_LIMIT, self.agent.peek()).await {
            Ok(Ok(byte @ Some(_))) => FirstByte::Agent(byte),
            _ => FirstByte::OriginLeft,
        }
    }

    /// Why the agent should not be shown our certificate, if so. An agent that cannot be named in time
    /// is assumed to trust us.
    async fn distrust(&self) -> Option<Distrust> {
        let trust = &self.context.trust;
        if !trust.is_doubtful(&self.host, self.guard.now()) {
            return None;
        }
        self.process.wait(PROCESS_LIMIT).await;
        let program = self.process.program();
        trust.distrust(&self.host, program.as_ref(), self.guard.now())
    }

    async fn relay_unread(mut self, why: Unread, reason: &str) {
        self.guard.leave_unread(why, reason);
        relay(
            &self.context,
            &mut self.guard,
            &mut self.agent,
            &mut self.origin,
        )
        .await;
    }

    /// Reads the agent's ClientHello and does the handshakes; `None` if nothing is left to relay.
    async fn end_tls(self) -> Option<TlsSession> {
        let Self {
            context,
            mut guard,
            agent,
            origin,
            host,
            process,
        } = self;
        let is_local = agent.is_local();
        let acceptor = LazyConfigAcceptor::new(rustls::server::Acceptor::default(), agent);
        let limit = context.timeouts.handshake;
        let start = match timeout(limit, acceptor).await {
            Ok(Ok(start)) => start,
            failed => {
                let reason = match failed {
                    Ok(Err(error)) => format!("the agent's ClientHello cannot be read: {error}"),
                    _ => format!(
                        "the agent's ClientHello did not come within {} s",
                        limit.as_secs()
                    ),
                };
                guard.give_up(State::Refused, "client_hello", &reason);
                return None;
            }
        };
        let offer = Offer::read(&start.client_hello(), is_local);
        guard.record().sni.clone_from(&offer.sni);
        guard.record().alpn_offer = offer.alpn_names();
        let setup = TlsSetup {
            context,
            guard,
            host,
            process,
            offer,
        };
        setup.handshake(start, origin).await
    }
}

/// What happened first in a tunnel.
enum FirstByte {
    /// The agent's first byte; `None` if it closed the tunnel instead.
    Agent(Option<u8>),
    AgentFailed(io::Error),
    /// Neither side sent anything within this limit.
    Nothing(Duration),
    Origin,
    /// The origin left before either side had sent anything.
    OriginLeft,
}

/// The content type of a TLS handshake record (RFC 8446, section 5.1).
const TLS_HANDSHAKE: u8 = 22;

/// Agents send as soon as a tunnel is open.
const LAST_WORD_LIMIT: Duration = Duration::from_secs(2);

/// Naming a process takes milliseconds. We wait for it only if some program distrusts us for this
/// host, and then a failed handshake would cost the agent more.
const PROCESS_LIMIT: Duration = Duration::from_secs(1);
