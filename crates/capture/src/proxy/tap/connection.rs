//! The tap of one connection: picks the protocol, and hands finished drafts to the recorder.
//!
//! Bytes come in as they pass, with their stamps; what goes out is a draft for each HTTP exchange,
//! or, after an upgrade, the bytes of a WebSocket, which the recorder's thread reads.

use crate::proxy::recorder::Recorder;
use crate::proxy::tap::exchanges::ConnectionExchanges;
use crate::proxy::tap::unreadable::Unreadable;
use crate::proxy::tap::{head, http1, http2};
use crate::proxy::wire::{ConnectionEnd, Direction, Stamp};

/// Watches one connection.
#[derive(Debug)]
pub(crate) struct Tap {
    recorder: Recorder,
    protocol: Protocol,
    seen: TapSummary,
}

/// What a tap knows for the connection's line.
#[derive(Debug, Default)]
pub(crate) struct TapSummary {
    /// Bytes from the agent.
    pub(crate) bytes_up: u64,
    /// Bytes from the origin.
    pub(crate) bytes_down: u64,
    /// HTTP exchanges that began.
    pub(crate) exchanges: u64,
    /// `http/1.1`, `h2`, `websocket` or `opaque`; `None` when no byte passed.
    pub(crate) protocol: Option<&'static str>,
    /// Remarks for the reader of the recording.
    pub(crate) notes: Vec<String>,
    /// Whether the first bytes were not HTTP, so that nothing was read.
    pub(crate) not_http: bool,
}

#[derive(Debug)]
enum Protocol {
    /// The agent has not sent enough to tell; these are its bytes so far.
    Undecided(ConnectionExchanges, Vec<u8>),
    Http1(Box<http1::Http1Observer>),
    Http2(Box<http2::Http2Observer>),
    /// The recorder's thread reads the frames of this connection.
    WebSocket(u64),
    Unread,
}

impl Tap {
    /// Watches a connection that is expected to carry HTTP.
    pub(crate) fn new(recorder: Recorder, exchanges: ConnectionExchanges) -> Self {
        Self {
            recorder,
            protocol: Protocol::Undecided(exchanges, Vec::new()),
            seen: TapSummary::default(),
        }
    }

    /// Watches a connection whose ends have negotiated HTTP/2, where the origin may send first
    /// (RFC 9113, section 3.4).
    pub(crate) fn http2(recorder: Recorder, exchanges: ConnectionExchanges) -> Self {
        Self {
            recorder,
            protocol: Protocol::Http2(Box::new(http2::Http2Observer::new(exchanges))),
            seen: TapSummary {
                protocol: Some("h2"),
                ..TapSummary::default()
            },
        }
    }

    /// Counts the bytes of a connection that is not read.
    pub(crate) fn unread(recorder: Recorder) -> Self {
        Self {
            recorder,
            protocol: Protocol::Unread,
            seen: TapSummary {
                protocol: Some("opaque"),
                ..TapSummary::default()
            },
        }
    }

    /// Takes bytes that passed at `at`; handing them on took `delay_us`.
    pub(crate) fn push(&mut self, direction: Direction, bytes: &[u8], at: Stamp, delay_us: u64) {
        match direction {
            Direction::Up => self.seen.bytes_up += bytes.len() as u64,
            Direction::Down => self.seen.bytes_down += bytes.len() as u64,
        }
        if let Err(unreadable) = self.read(direction, bytes, at, delay_us) {
            self.give_up(&unreadable);
        }
        self.hand_over();
    }

    /// Bytes that have passed so far, in both directions.
    pub(crate) fn bytes(&self) -> u64 {
        self.seen.bytes_up + self.seen.bytes_down
    }

    /// Adds the time that handing on an earlier piece took.
    pub(crate) fn delayed(&mut self, direction: Direction, delay_us: u64) {
        match &mut self.protocol {
            Protocol::Http1(observer) => observer.delayed(direction, delay_us),
            Protocol::Http2(observer) => observer.delayed(delay_us),
            _ => {}
        }
    }

    /// One side has ended its half of the connection.
    pub(crate) fn half_closed(&mut self, direction: Direction, at: Stamp) {
        if let Protocol::Http1(observer) = &mut self.protocol {
            match direction {
                Direction::Up => observer.agent_ended(),
                Direction::Down => observer.origin_ended(at),
            }
        }
        self.hand_over();
    }

    /// Whether a stop would cut nothing off.
    pub(crate) fn is_idle(&self) -> bool {
        match &self.protocol {
            Protocol::Undecided(..) => true,
            Protocol::Http1(observer) => observer.is_idle(),
            Protocol::Http2(observer) => observer.is_idle(),
            Protocol::WebSocket(_) | Protocol::Unread => false,
        }
    }

    /// The connection is gone: ends every open exchange.
    pub(crate) fn end(mut self, end: ConnectionEnd, at: Stamp) -> TapSummary {
        match &mut self.protocol {
            Protocol::Http1(observer) => observer.end(end),
            Protocol::Http2(observer) => observer.end(end),
            Protocol::WebSocket(connection) => {
                self.recorder
                    .websocket_end(*connection, at, end.websocket_reason());
            }
            Protocol::Undecided(..) | Protocol::Unread => {}
        }
        self.hand_over();
        std::mem::take(&mut self.seen)
    }

    fn read(
        &mut self,
        direction: Direction,
        bytes: &[u8],
        at: Stamp,
        delay_us: u64,
    ) -> Result<(), Unreadable> {
        if let Protocol::Undecided(..) = self.protocol {
            return self.decide(direction, bytes, at, delay_us);
        }
        match &mut self.protocol {
            Protocol::Http1(observer) => {
                observer.push(direction, bytes, at, delay_us)?;
                self.follow_upgrade(at)
            }
            Protocol::Http2(observer) => observer.push(direction, bytes, at, delay_us),
            Protocol::WebSocket(connection) => {
                self.recorder
                    .websocket_bytes(*connection, direction, at, bytes, delay_us);
                Ok(())
            }
            Protocol::Undecided(..) | Protocol::Unread => Ok(()),
        }
    }

    /// Picks the protocol by the agent's first bytes: HTTP/2 if they are its preface
    /// (RFC 9113, section 3.4), otherwise HTTP/1.
    fn decide(
        &mut self,
        direction: Direction,
        bytes: &[u8],
        at: Stamp,
        delay_us: u64,
    ) -> Result<(), Unreadable> {
        let protocol = std::mem::replace(&mut self.protocol, Protocol::Unread);
        let Protocol::Undecided(exchanges, mut first) = protocol else {
            return Ok(());
        };
        if direction == Direction::Down {
            return Err(Unreadable::new("the origin spoke first"));
        }
        first.extend_from_slice(bytes);
        let compared = first.len().min(http2::PREFACE.len());
        let begins_as_http2 = first[..compared] == http2::PREFACE[..compared];
        if begins_as_http2 && compared < http2::PREFACE.len() {
            self.protocol = Protocol::Undecided(exchanges, first);
            return Ok(());
        }
        if !begins_as_http2 && !head::begins_as_http1(&first) {
            return Err(Unreadable::new("the first bytes are not HTTP"));
        }
        self.protocol = if begins_as_http2 {
            self.seen.protocol = Some("h2");
            Protocol::Http2(Box::new(http2::Http2Observer::new(exchanges)))
        } else {
            self.seen.protocol = Some("http/1.1");
            Protocol::Http1(Box::new(http1::Http1Observer::new(exchanges)))
        };
        self.read(direction, &first, at, delay_us)
    }

    /// After a 101 the connection speaks the protocol that the response named.
    fn follow_upgrade(&mut self, at: Stamp) -> Result<(), Unreadable> {
        let Protocol::Http1(observer) = &mut self.protocol else {
            return Ok(());
        };
        let Some(upgrade) = observer.take_upgrade() else {
            return Ok(());
        };
        self.hand_over();
        let Some(open) = upgrade.websocket else {
            return Err(Unreadable::new(
                "an upgrade to something else than a WebSocket",
            ));
        };
        self.seen.protocol = Some("websocket");
        let connection = open.connection;
        self.recorder.websocket_open(open);
        self.protocol = Protocol::WebSocket(connection);
        for (direction, bytes) in [
            (Direction::Up, upgrade.early_up),
            (Direction::Down, upgrade.early_down),
        ] {
            if !bytes.is_empty() {
                self.recorder
                    .websocket_bytes(connection, direction, at, &bytes, 0);
            }
        }
        Ok(())
    }

    /// Stops reading for good; the traffic goes on.
    fn give_up(&mut self, unreadable: &Unreadable) {
        match &mut self.protocol {
            Protocol::Http1(observer) => observer.end(ConnectionEnd::Unreadable),
            Protocol::Http2(observer) => observer.end(ConnectionEnd::Unreadable),
            _ => {}
        }
        self.hand_over();
        if self.seen.exchanges == 0 {
            self.seen.not_http = true;
            self.seen.protocol = Some("opaque");
        }
        self.seen
            .notes
            .push(format!("relayed unread from here on: {unreadable}"));
        self.protocol = Protocol::Unread;
    }

    /// Gives finished drafts to the recorder.
    fn hand_over(&mut self) {
        let exchanges = match &mut self.protocol {
            Protocol::Http1(observer) => observer.exchanges_mut(),
            Protocol::Http2(observer) => observer.exchanges_mut(),
            _ => return,
        };
        for draft in exchanges.done.drain(..) {
            self.recorder.exchange(draft);
        }
        self.seen.exchanges = exchanges.begun;
        let room = MAX_NOTES.saturating_sub(self.seen.notes.len());
        self.seen.notes.extend(exchanges.notes.drain(..).take(room));
    }
}

/// A peer may repeat the same fault; more notes tell nothing new.
const MAX_NOTES: usize = 16;
