//! Reads a recording back, and checks what holds for every one.

use std::path::Path;

use capture::record::{Connection, End, Event, Exchange, OutcomeState, Record, Session, Transport};

use crate::stand_in_log::Entry;

/// The lines of a recording, by kind.
pub(crate) struct Recording {
    pub(crate) session: Session,
    pub(crate) exchanges: Vec<Exchange>,
    pub(crate) connections: Vec<Connection>,
    pub(crate) end: End,
}

impl Recording {
    /// Reads a recording that was finished.
    pub(crate) fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        let (mut session, mut end) = (None, None);
        let (mut exchanges, mut connections) = (Vec::new(), Vec::new());
        for line in text.lines() {
            match Record::from_json(line.as_bytes()).unwrap() {
                Record::Session(line) => session = Some(line),
                Record::Exchange(line) => exchanges.push(*line),
                Record::Connection(line) => connections.push(*line),
                Record::End(line) => end = Some(line),
            }
        }
        Self {
            session: session.expect("a recording begins with its session"),
            exchanges,
            connections,
            end: end.expect("a recording ends with its counts"),
        }
    }

    /// The exchange that the stand-in logged as `entry`.
    pub(crate) fn exchange_of(&self, entry: &Entry) -> &Exchange {
        let transport = match entry.transport.as_str() {
            "websocket" => Transport::Websocket,
            _ => Transport::Http,
        };
        let found = self.exchanges.iter().find(|exchange| {
            exchange.transport == transport
                && exchange.request.method == entry.method
                && path(&exchange.request.url) == entry.path
                && host(&exchange.request.url) == entry.host
                && json_sent(exchange) == entry.received
        });
        found.unwrap_or_else(|| panic!("no exchange for {} {}", entry.method, entry.path))
    }

    /// Compares every model request in the stand-in's log with its exchange, byte for byte.
    pub(crate) fn assert_turns(&self, log: &[Entry]) -> Vec<&Exchange> {
        let turns = log.iter().filter(|entry| entry.is_turn());
        turns.map(|entry| self.assert_turn(entry)).collect()
    }

    pub(crate) fn assert_turn(&self, entry: &Entry) -> &Exchange {
        let exchange = self.exchange_of(entry);
        assert_eq!(
            exchange.outcome.state,
            OutcomeState::Complete,
            "{:?}",
            exchange.outcome
        );
        let response = exchange.response.as_ref().unwrap();
        assert_eq!(response.status, entry.status);
        let received: Vec<&str> = response.events.iter().map(event_data).collect();
        assert_eq!(received, entry.sent);
        assert_spread(&response.events);
        let end = exchange.request.end_us.unwrap();
        assert!(
            end <= response.events[0].at_us,
            "answered before it was asked"
        );
        assert!(response.end_us.unwrap() >= response.events.last().unwrap().at_us);
        exchange
    }
}

/// Each event has its own time, not all the time of the last.
fn assert_spread(events: &[Event]) {
    let times: Vec<u64> = events.iter().map(|event| event.at_us).collect();
    assert!(times.is_sorted(), "{times:?}");
    let took = times.last().unwrap() - times.first().unwrap();
    let pauses = times.len() as u64 - 1;
    assert!(took >= pauses * LEAST_BETWEEN_EVENTS_US, "{times:?}");
}

/// The data of an event: JSON, except for the `[DONE]` of Chat Completions.
fn event_data(event: &Event) -> &str {
    let json = event.json.as_ref().map(|json| json.get());
    json.or(event.text.as_deref())
        .expect("every event has data")
}

/// The JSON of a request's body, or nothing.
pub(crate) fn json_sent(exchange: &Exchange) -> &str {
    let body = exchange.request.body.as_ref();
    let json = body.and_then(|body| body.json.as_ref());
    json.map(|json| json.get()).unwrap_or_default()
}

/// `host` of `https://host/path`.
pub(crate) fn host(url: &str) -> &str {
    let (_, rest) = url.split_once("://").unwrap();
    rest.split('/').next().unwrap()
}

/// `/path?query` of `https://host/path?query`.
pub(crate) fn path(url: &str) -> &str {
    let (_, rest) = url.split_once("://").unwrap();
    rest.find('/').map_or("/", |at| &rest[at..])
}

/// A quarter of what the stand-in waits between two events: a loaded machine bunches some.
const LEAST_BETWEEN_EVENTS_US: u64 = 1000;
