//! What happens inside a tunnel: read what is to be read, relay the rest unread.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;
use tokio_rustls::LazyConfigAcceptor;

use crate::proxy::context::Context;
use crate::proxy::net::processes::Answer;
use crate::proxy::net::rewind::Rewind;
use crate::proxy::tls::configs::Offer;
use crate::proxy::tls::trust::entry::Distrust;
use crate::proxy::tunnel::connection_guard::Live;
use crate::proxy::tunnel::relay::pass;
use crate::proxy::tunnel::tls_session::{Intercepted, Interception};
use crate::record::{State, Unread};

/// An open tunnel: TCP is up on both sides, nothing has passed.
pub(crate) struct Tunnel {
    pub(crate) context: Arc<Context>,
    pub(crate) live: Live,
    pub(crate) agent: Rewind,
    pub(crate) origin: Rewind,
    /// The host as the agent asked for it, without brackets.
    pub(crate) host: String,
    pub(crate) process: Answer,
}

impl Tunnel {
    /// Relays until the end, reading what is to be read.
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
            First::Agent(Some(TLS_HANDSHAKE)) => {
                // Boxed: handshakes take room, and a relay lives for hours.
                if let Some(intercepted) = Box::pin(self.end_tls()).await {
                    intercepted.relay().await;
                }
            }
            First::Agent(Some(_)) => {
                self.live.intercept("http", None, None);
                let Self {
                    context,
                    mut live,
                    mut agent,
                    mut origin,
                    ..
                } = self;
                pass(&context, &mut live, &mut agent, &mut origin).await;
            }
            First::Agent(None) => {
                let reason = "the agent closed the tunnel without a byte";
                self.live.give_up(State::Refused, "unused", reason);
            }
            First::AgentFailed(error) => {
                let reason = format!("the agent's end failed: {error}");
                self.live.give_up(State::Refused, "agent_gone", &reason);
            }
            First::Nothing(limit) => {
                let reason = format!("the agent sent nothing within {} s", limit.as_secs());
                self.live.give_up(State::Refused, "unused", &reason);
            }
            First::Origin => {
                let why = "the origin spoke first";
                self.relay_unread(Unread::NotHttp, why).await;
            }
            First::OriginLeft => {
                let reason = "the origin closed the connection before the agent had spoken";
                self.live.give_up(State::Failed, "closed", reason);
            }
        }
    }

    /// Waits for the first byte of either side, and leaves it to be read.
    async fn first_byte(&mut self) -> First {
        let limit = self.context.waits.unused;
        tokio::select! {
            first = timeout(limit, self.agent.peek()) => return match first {
                Ok(Ok(byte)) => First::Agent(byte),
                Ok(Err(error)) => First::AgentFailed(error),
                Err(_) => First::Nothing(limit),
            },
            spoke = self.origin.peek() => if let Ok(Some(_)) = spoke {
                return First::Origin;
            },
        }
        // An agent that is about to speak TLS can be told what became of its origin.
        match timeout(LAST_WORD_LIMIT, self.agent.peek()).await {
            Ok(Ok(byte @ Some(_))) => First::Agent(byte),
            _ => First::OriginLeft,
        }
    }

    /// Why the agent is not to meet our certificate, if it is not. An agent that cannot be named
    /// in time is taken for one that trusts us.
    async fn distrust(&self) -> Option<Distrust> {
        let trust = &self.context.trust;
        if !trust.is_doubtful(&self.host, self.live.now()) {
            return None;
        }
        self.process.wait(PROCESS_LIMIT).await;
        let program = self.process.program();
        trust.distrust(&self.host, program.as_ref(), self.live.now())
    }

    async fn relay_unread(mut self, why: Unread, reason: &str) {
        self.live.leave_unread(why, reason);
        pass(
            &self.context,
            &mut self.live,
            &mut self.agent,
            &mut self.origin,
        )
        .await;
    }

    /// Reads the agent's ClientHello, and intercepts what it begins.
    async fn end_tls(self) -> Option<Intercepted> {
        let Self {
            context,
            mut live,
            agent,
            origin,
            host,
            process,
        } = self;
        let is_local = agent.is_local();
        let acceptor = LazyConfigAcceptor::new(rustls::server::Acceptor::default(), agent);
        let limit = context.waits.handshake;
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
                live.give_up(State::Refused, "client_hello", &reason);
                return None;
            }
        };
        let offer = Offer::read(&start.client_hello(), is_local);
        live.record().sni.clone_from(&offer.sni);
        live.record().alpn_offer = offer.alpn_names();
        let interception = Interception {
            context,
            live,
            host,
            process,
            offer,
        };
        interception.shake_hands(start, origin).await
    }
}

/// What came first in a tunnel.
enum First {
    /// The agent's first byte; `None` when it left without one.
    Agent(Option<u8>),
    AgentFailed(io::Error),
    /// Neither spoke within this limit.
    Nothing(Duration),
    Origin,
    /// The origin left before anyone had spoken.
    OriginLeft,
}

/// The content type of a TLS handshake record (RFC 8446, section 5.1).
const TLS_HANDSHAKE: u8 = 22;

/// Agents speak as soon as a tunnel is open.
const LAST_WORD_LIMIT: Duration = Duration::from_secs(2);

/// Naming a process takes milliseconds. It is waited for only where a program distrusts us for this
/// host, and then a failed handshake would cost the agent more.
const PROCESS_LIMIT: Duration = Duration::from_secs(1);
