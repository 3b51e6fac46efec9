//! What happens inside a tunnel: read what is to be read, relay the rest unread.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;
use tokio_rustls::{LazyConfigAcceptor, StartHandshake, TlsConnector, client};

use super::context::Context;
use super::live::Live;
use super::net::cause::Cause;
use super::net::process::Answer;
use super::net::rewind::Rewind;
use super::net::tls::{Offer, agreed};
use super::relay::{Leg, relay};
use super::stand_by;
use super::tap::{Cut, Side, Tap};
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
        if self.is_refused().await {
            let why = "the agent refused our certificate for this host before";
            return self.relay_unread(Unread::EarlierRejected, why).await;
        }
        match self.first_byte().await {
            First::Agent(Some(TLS_HANDSHAKE)) => self.end_tls().await,
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

    async fn is_refused(&self) -> bool {
        if !self.context.trust.is_doubtful(&self.host) {
            return false;
        }
        let program = self
            .process
            .wait(PROCESS_LIMIT)
            .await
            .map(|process| process.name);
        self.context
            .trust
            .is_refused(&self.host, program.as_deref())
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

    /// Reads the agent's ClientHello, asks the origin for the same, and offers
    /// the agent what the origin chose.
    async fn end_tls(self) {
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
                return live.give_up(State::Refused, "client_hello", &reason);
            }
        };
        let offer = Offer::read(&start.client_hello(), is_local);
        live.record().sni.clone_from(&offer.sni);
        live.record().alpn_offer = offer.alpn_names();
        let mut visit = Visit {
            context,
            live,
            host,
            process,
            offer,
        };
        match visit.connect(origin).await {
            Ok(origin) => visit.meet(start, origin).await,
            Err(cause) => visit.answer_instead(start, cause).await,
        }
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

/// A TLS connection of the agent to an intercepted host.
struct Visit {
    context: Arc<Context>,
    live: Live,
    host: String,
    process: Answer,
    offer: Offer,
}

impl Visit {
    /// TLS with the origin, under its own name and with the agent's protocols.
    async fn connect(&mut self, origin: Rewind) -> Result<client::TlsStream<Rewind>, Cause> {
        let name = self
            .offer
            .server_name(&self.host)
            .ok_or_else(|| Cause::new("tls", format!("{} is not a server's name", self.host)))?;
        let connector = TlsConnector::from(self.context.tls.client(&self.offer));
        let limit = self.context.waits.handshake;
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
        let mark = self.live.mark();
        self.live.record().upstream_tls_us = Some(mark);
        self.live.record().upstream_tls = agreed(origin.get_ref().1);
        Ok(origin)
    }

    /// TLS with the agent, then the relay.
    async fn meet(mut self, start: StartHandshake<Rewind>, mut origin: client::TlsStream<Rewind>) {
        let protocol = origin.get_ref().1.alpn_protocol().map(<[u8]>::to_vec);
        let Some(mut agent) = self.accept(start, protocol).await else {
            // The agent went away in the handshake: the origin sees it go too.
            return origin.reset_on_drop();
        };
        let agreed = agent.get_ref().1.alpn_protocol();
        self.live.intercept("https", agreed, None);
        let cut = pass(&self.context, &mut self.live, &mut agent, &mut origin).await;
        let said_nothing = self.live.tap().is_none_or(|tap| tap.bytes_up() == 0);
        if !said_nothing {
            self.context.trust.accept(&self.host);
        } else if matches!(cut, Cut::Closed(Side::Agent) | Cut::Reset(Side::Agent))
            && self.context.trust.stayed_silent(&self.host)
        {
            let reason = "the agent closed the connection when it saw our certificate";
            self.refused(&Cause::new("eof", reason));
        }
    }

    async fn accept(
        &mut self,
        start: StartHandshake<Rewind>,
        protocol: Option<Vec<u8>>,
    ) -> Option<tokio_rustls::server::TlsStream<Rewind>> {
        let name = self.offer.sni.as_deref().unwrap_or(&self.host);
        let config = match self.context.tls.server(&self.offer, name, protocol) {
            Ok(config) => config,
            Err(error) => {
                let reason = format!("no certificate can be made for {name}: {error}");
                self.live.give_up(State::Failed, "certificate", &reason);
                return None;
            }
        };
        let limit = self.context.waits.handshake;
        let error = match timeout(limit, start.into_stream(config)).await {
            Ok(Ok(agent)) => {
                let mark = self.live.mark();
                self.live.record().downstream_tls_us = Some(mark);
                self.live.record().downstream_tls = agreed(agent.get_ref().1);
                return Some(agent);
            }
            Ok(Err(error)) => error,
            Err(_) => io::Error::new(
                io::ErrorKind::TimedOut,
                format!("no end of it within {} s", limit.as_secs()),
            ),
        };
        match Cause::rejection(&error) {
            Some(cause) => self.refused(&cause),
            None => {
                let reason = format!("the TLS handshake with the agent failed: {error}");
                self.live.give_up(State::Rejected, "tls", &reason);
            }
        }
        None
    }

    /// The agent does not trust us: say so, and leave it alone from now on.
    fn refused(&mut self, cause: &Cause) {
        self.live
            .give_up(State::Rejected, &cause.name, &cause.reason);
        let program = self.process.get().map(|process| process.name);
        let who = program.as_deref().unwrap_or("a program").to_owned();
        if self.context.trust.refuse(&self.host, program) {
            self.context.recorder.warn(format!(
                "{who} refused our certificate for {} ({}): its further connections to that host are \
                 relayed unread. It does not read SSL_CERT_FILE, or trusts a store of its own; \
                 give it the bundle in its own setting (NODE_EXTRA_CA_CERTS, GIT_SSL_CAINFO, …)",
                self.host, cause.name
            ));
        }
    }

    /// The origin cannot be trusted or spoken with: tell the agent why, over TLS that it trusts.
    async fn answer_instead(mut self, start: StartHandshake<Rewind>, cause: Cause) {
        self.live.give_up(State::Failed, &cause.name, &cause.reason);
        let http1 = b"http/1.1".to_vec();
        if !self.offer.alpn.is_empty() && !self.offer.alpn.contains(&http1) {
            return;
        }
        let protocol = (!self.offer.alpn.is_empty()).then_some(http1);
        if let Some(mut agent) = self.accept(start, protocol).await {
            self.live.give_up(State::Failed, &cause.name, &cause.reason);
            self.live
                .intercept("https", None, Some(cause.reason.clone()));
            let mut origin = stand_by::answer(&self.context, &cause);
            pass(&self.context, &mut self.live, &mut agent, &mut origin).await;
        }
    }
}

/// Relays through the connection's tap.
pub(crate) async fn pass(
    context: &Context,
    live: &mut Live,
    agent: &mut impl Leg,
    origin: &mut impl Leg,
) -> Cut {
    let clock = *context.recorder.clock();
    let Some(tap): Option<&mut Tap> = live.tap() else {
        return Cut::Shutdown;
    };
    let cut = relay(agent, origin, tap, &clock, context.shutdown.draining()).await;
    live.ended(cut);
    cut
}

/// The content type of a TLS handshake record (RFC 8446, section 5.1).
const TLS_HANDSHAKE: u8 = 22;

/// Agents speak as soon as a tunnel is open.
const LAST_WORD_LIMIT: Duration = Duration::from_secs(2);

/// Naming a process takes milliseconds; waited for only where it decides something.
const PROCESS_LIMIT: Duration = Duration::from_millis(100);
