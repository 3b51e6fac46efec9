//! Taps and a recorder without a network, for the fuzz targets and `bench-check`.
//!
//! Pieces of a connection come in, the recorded exchanges go out. Only built with
//! the feature `harness`: the targets are outside of this crate (`fuzz/`), and nobody
//! else needs the taps.

use std::io;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Duration;

use crate::Sink;
use crate::proxy::recorder::{self, Recorder};
use crate::proxy::tap::connection::Tap;
use crate::proxy::tap::exchanges::ConnectionExchanges;
use crate::proxy::wire::{self, ConnectionEnd, Direction, Side};
use crate::record::{Connection, Exchange, Limits, Record, Secrets, Session, State, Timestamp};

/// A piece of a connection's traffic; an empty piece ends its half.
#[derive(Debug, Clone, Copy)]
pub enum Piece<'a> {
    /// From the agent.
    Up(&'a [u8]),
    /// From the origin.
    Down(&'a [u8]),
}

/// One recorder for all inputs, so that an input does not cost a thread.
#[derive(Debug)]
pub struct Harness {
    recorder: Recorder,
    written: Receiver<Record>,
}

impl Harness {
    /// A recorder that keeps up to `body_limit` bytes of a body.
    ///
    /// # Panics
    ///
    /// When the system cannot start a thread or has no random bytes.
    pub fn new(body_limit: usize, keep_secrets: bool) -> Self {
        let config = config(body_limit, keep_secrets);
        let (sink, written) = mpsc::channel();
        let (recorder, _) =
            recorder::start(config, ChannelSink(sink)).expect("the system can start a thread");
        Self { recorder, written }
    }

    /// The exchanges recorded of a connection whose protocol is known by its first bytes.
    ///
    /// # Panics
    ///
    /// When the tap's counts are wrong, or more exchanges are recorded than began.
    pub fn watch<'a>(&self, pieces: impl IntoIterator<Item = Piece<'a>>) -> Vec<Exchange> {
        self.run(Tap::new, pieces)
    }

    /// The exchanges recorded of a connection whose ends have negotiated HTTP/2.
    ///
    /// # Panics
    ///
    /// As [`Harness::watch`].
    pub fn watch_http2<'a>(&self, pieces: impl IntoIterator<Item = Piece<'a>>) -> Vec<Exchange> {
        self.run(Tap::http2, pieces)
    }

    fn run<'a>(
        &self,
        tap: impl FnOnce(Recorder, ConnectionExchanges) -> Tap,
        pieces: impl IntoIterator<Item = Piece<'a>>,
    ) -> Vec<Exchange> {
        let connection = self.recorder.next_connection();
        let exchanges =
            ConnectionExchanges::new(connection, "https", "example.test:443", &self.recorder);
        let mut tap = tap(self.recorder.clone(), exchanges);
        let (mut at, mut up, mut down) = (0, HalfCount::default(), HalfCount::default());
        for piece in pieces {
            at += 10;
            let (direction, half, bytes) = match piece {
                Piece::Up(bytes) => (Direction::Up, &mut up, bytes),
                Piece::Down(bytes) => (Direction::Down, &mut down, bytes),
            };
            if half.ended {
                continue;
            }
            if bytes.is_empty() {
                tap.half_closed(direction, at);
                half.ended = true;
            } else {
                tap.push(direction, bytes, at, 1);
                half.bytes += bytes.len() as u64;
            }
        }
        let seen = tap.end(ConnectionEnd::Closed(Side::Agent), at + 10);
        assert_eq!((seen.bytes_up, seen.bytes_down), (up.bytes, down.bytes));
        self.recorder.connection(line(connection, at));
        let (exchanges, websocket_messages) = self.collect();
        let most = seen.exchanges + websocket_messages;
        assert!(
            exchanges.len() as u64 <= most,
            "{} of {most}",
            exchanges.len()
        );
        exchanges
    }

    /// The exchanges up to the connection's line, and how many messages WebSockets carried.
    fn collect(&self) -> (Vec<Exchange>, u64) {
        let mut exchanges = Vec::new();
        loop {
            match self
                .written
                .recv()
                .expect("the recorder outlives its handle")
            {
                Record::Exchange(exchange) => exchanges.push(*exchange),
                Record::Connection(connection) => {
                    let counts = connection.websocket.unwrap_or_default();
                    // On top of whole messages, one in each direction may be cut.
                    return (exchanges, counts.messages_up + counts.messages_down + 2);
                }
                Record::Session(_) | Record::End(_) => {}
            }
        }
    }
}

/// Records one connection on this thread only; returns how many exchanges it had.
///
/// # Panics
///
/// When the system has no random bytes.
pub fn record<'a>(sink: impl Sink, pieces: impl IntoIterator<Item = Piece<'a>>) -> u64 {
    let recorded = recorder::record_here(&config(BODY_LIMIT, false), sink, |recorder| {
        let connection = recorder.next_connection();
        let exchanges = ConnectionExchanges::new(connection, "https", "example.test:443", recorder);
        let mut tap = Tap::new(recorder.clone(), exchanges);
        let mut at = 0;
        for piece in pieces {
            at += 10;
            match piece {
                Piece::Up(bytes) => tap.push(Direction::Up, bytes, at, 1),
                Piece::Down(bytes) => tap.push(Direction::Down, bytes, at, 1),
            }
        }
        drop(tap.end(ConnectionEnd::Closed(Side::Agent), at + 10));
        recorder.connection(line(connection, at));
    });
    recorded.expect("the system has random bytes").exchanges
}

/// A recording with as little about itself as possible.
fn config(body_limit: usize, keep_secrets: bool) -> recorder::Config {
    let session = Session {
        started_at: Timestamp::from_micros(0),
        tool: String::new(),
        agent: None,
        command: Vec::new(),
        offline: false,
        intercept: Vec::new(),
        limits: Limits { body: 0, queue: 0 },
        secrets: Secrets::Kept,
    };
    recorder::Config {
        body_limit,
        queue_limit: usize::MAX / 2,
        keep_secrets,
        // The caller waits for each record, so a pause would only slow it down.
        pause_after_flush: Duration::ZERO,
        session,
    }
}

/// The default.
const BODY_LIMIT: usize = 16 * 1024 * 1024;

/// What was fed in one direction.
#[derive(Debug, Default)]
struct HalfCount {
    bytes: u64,
    ended: bool,
}

/// Sends records from the recorder's thread to the caller's.
struct ChannelSink(Sender<Record>);

impl Sink for ChannelSink {
    fn write(&mut self, record: &Record) -> io::Result<()> {
        let mut line = Vec::new();
        record.write_json(&mut line)?;
        assert!(!line.contains(&b'\n'), "a record is one line");
        let record = Record::from_json(&line).map_err(io::Error::other);
        // `analyze` must be able to read whatever we write.
        let record = record.expect("what was written can be read");
        self.0.send(record).map_err(io::Error::other)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A connection's line, which follows everything that was recorded of it.
fn line(id: u64, end_us: u64) -> Connection {
    let started_at = Timestamp::from_micros(0);
    Connection {
        end_us,
        ..wire::connection(id, started_at, wire::disposition(State::Intercepted))
    }
}
