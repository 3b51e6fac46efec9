//! The recorder from queue to sink: order, losses, and sinks that fail.

use std::io;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use super::queue::Recorder;
use super::thread::{Config, start};
use crate::proxy::sink::Sink;
use crate::proxy::sink::memory::MemorySink;
use crate::proxy::wire::{BodyDraft, Direction, Draft, RequestDraft, SocketInfo};
use crate::record::{
    Connection, Delay, Limits, Outcome, OutcomeState, Record, Secrets, Session, State, Timestamp,
};

fn config(queue_limit: usize) -> Config {
    Config {
        body_limit: 1 << 20,
        queue_limit,
        keep_secrets: false,
        pause_after_flush: Duration::ZERO,
        session: Session {
            started_at: Timestamp::from_micros(0),
            tool: "test 1".into(),
            agent: None,
            command: vec!["agent".into(), "--api-key".into(), "hunter2hunter2".into()],
            offline: false,
            intercept: Vec::new(),
            limits: Limits {
                body: 1 << 20,
                queue: queue_limit as u64,
            },
            secrets: Secrets::Redacted,
        },
    }
}

fn draft(recorder: &Recorder, connection: u64, body: &[u8]) -> Box<Draft> {
    let at = recorder.clock().now();
    let mut kept = BodyDraft::default();
    kept.push(body, at, recorder.body_limit());
    Box::new(Draft {
        id: recorder.next_exchange(),
        connection,
        start: at,
        request: RequestDraft {
            method: "POST".into(),
            url: "https://host/".into(),
            http_version: "HTTP/2",
            body: kept,
            end: Some(at),
            ..RequestDraft::default()
        },
        response: None,
        informational: Vec::new(),
        delay: Delay::default(),
        outcome: Some(Outcome {
            state: OutcomeState::Failed,
            reason: None,
        }),
        notes: Vec::new(),
    })
}

fn connection(id: u64) -> Connection {
    let line = format!(
        r#"{{"id":{id},"started_at":"2026-11-23T02:34:00Z","disposition":{{"state":"intercepted"}},"end_us":1}}"#
    );
    serde_json::from_str(&line).unwrap()
}

fn open_socket(recorder: &Recorder, connection: u64) {
    recorder.websocket_open(SocketInfo {
        connection,
        upgrade: 1,
        url: "wss://host/".into(),
        http_version: "HTTP/1.1",
        extensions: None,
    });
}

/// A sink that takes one record each time the test allows it.
struct Gate {
    inner: MemorySink,
    allowed: Receiver<io::Result<()>>,
}

impl Gate {
    fn new() -> (Self, MemorySink, Sender<io::Result<()>>) {
        let (allow, allowed) = channel();
        let inner = MemorySink::new();
        let gate = Self {
            inner: inner.clone(),
            allowed,
        };
        (gate, inner, allow)
    }
}

impl Sink for Gate {
    fn write(&mut self, record: &Record) -> io::Result<()> {
        // Once the sender is dropped, everything is allowed.
        self.allowed.recv().unwrap_or(Ok(()))?;
        self.inner.write(record)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn kinds(sink: &MemorySink) -> Vec<&'static str> {
    sink.records().iter().map(Record::kind).collect()
}

#[test]
fn a_recording_is_a_session_then_what_ended_then_the_end() {
    let sink = MemorySink::new();
    let (recorder, thread) = start(config(1 << 20), sink.clone()).unwrap();
    assert_eq!(
        (recorder.next_connection(), recorder.next_connection()),
        (1, 2)
    );
    recorder.exchange(draft(&recorder, 1, b"{\"a\":1}"));
    recorder.connection(connection(1));
    recorder.warn("once".into());
    recorder.warn("once".into());
    drop(recorder);
    let finished = thread.finish();
    assert_eq!(kinds(&sink), ["session", "exchange", "connection", "end"]);
    assert_eq!(finished.warnings, ["once"]);
    let end = finished.end;
    assert_eq!((end.exchanges, end.failed, end.lost), (1, 1, 0));
    assert_eq!(end.connections.intercepted, 1);
    let records = sink.records();
    let [
        Record::Session(session),
        _,
        Record::Connection(connection),
        Record::End(last),
    ] = records.as_slice()
    else {
        panic!("four records of four kinds");
    };
    assert!(session.command[2].starts_with("<redacted:"));
    assert_eq!((connection.exchanges, connection.lost), (1, 0));
    assert_eq!(connection.disposition.state, State::Intercepted);
    assert!(last.ended_at.is_some() && last.exchanges == 1);
}

#[test]
fn what_does_not_fit_into_the_queue_is_dropped_counted_and_said() {
    let (gate, sink, allow) = Gate::new();
    let (recorder, thread) = start(config(10_000), gate).unwrap();
    for _ in 0..10 {
        recorder.exchange(draft(&recorder, 1, &[b'x'; 3000]));
    }
    recorder.connection(connection(1));
    drop(allow);
    let finished = thread.finish();
    let end = finished.end;
    assert!(end.exchanges >= 1 && end.lost >= 6, "{end:?}");
    assert_eq!(end.exchanges + end.lost, 10);
    assert!(finished.warnings[0].contains("could not keep up"));
    let records = sink.records();
    let lost = records.iter().find_map(|record| match record {
        Record::Connection(connection) => Some(connection.lost),
        _ => None,
    });
    assert_eq!(lost, Some(end.lost));
}

#[test]
fn large_bodies_that_wait_are_shared_and_written_in_their_order() {
    let (gate, sink, allow) = Gate::new();
    let (recorder, thread) = start(config(1 << 24), gate).unwrap();
    for number in 0..60 {
        let size = if number % 3 == 0 { 100 } else { 50_000 };
        recorder.exchange(draft(&recorder, 1, &vec![b'x'; size]));
    }
    drop(allow);
    let end = thread.finish().end;
    assert_eq!((end.exchanges, end.lost), (60, 0));
    let ids: Vec<u64> = sink
        .records()
        .iter()
        .filter_map(|record| match record {
            Record::Exchange(exchange) => Some(exchange.id),
            _ => None,
        })
        .collect();
    assert_eq!(ids, (1..=60).collect::<Vec<_>>());
}

#[test]
fn a_socket_is_read_no_further_once_some_of_its_bytes_were_dropped() {
    let (gate, sink, allow) = Gate::new();
    let (recorder, thread) = start(config(5000), gate).unwrap();
    open_socket(&recorder, 1);
    recorder.websocket_bytes(1, Direction::Down, 10, b"\x81\x02hi", 0);
    recorder.websocket_bytes(1, Direction::Down, 20, &[0; 6000], 0);
    recorder.websocket_bytes(1, Direction::Down, 30, b"\x81\x02no", 0);
    recorder.websocket_end(1, 40, None);
    recorder.connection(connection(1));
    drop(allow);
    let end = thread.finish().end;
    assert_eq!((end.exchanges, end.aborted, end.lost), (1, 1, 1));
    let records = sink.records();
    let [
        _,
        Record::Exchange(exchange),
        Record::Connection(connection),
        _,
    ] = records.as_slice()
    else {
        panic!("{:?}", kinds(&sink));
    };
    assert_eq!(exchange.response.as_ref().unwrap().events.len(), 1);
    let counts = connection.websocket.as_ref().unwrap();
    assert_eq!(counts.messages_down, 1);
    assert!(
        counts
            .problem
            .as_ref()
            .unwrap()
            .contains("could not keep up")
    );
    assert_eq!(connection.lost, 1);
}

#[test]
fn a_sink_that_fails_costs_that_record_alone() {
    let (gate, sink, allow) = Gate::new();
    let (recorder, thread) = start(config(1 << 20), gate).unwrap();
    for result in [
        Ok(()),
        Ok(()),
        Err(io::ErrorKind::StorageFull.into()),
        Ok(()),
    ] {
        allow.send(result).unwrap();
    }
    for _ in 0..3 {
        recorder.exchange(draft(&recorder, 1, b"x"));
    }
    drop(allow);
    let finished = thread.finish();
    assert_eq!(kinds(&sink), ["session", "exchange", "exchange", "end"]);
    assert_eq!((finished.end.exchanges, finished.end.lost), (2, 1));
    assert_eq!(finished.end.first_loss.as_deref(), Some("no storage space"));
    assert_eq!(
        finished.warnings,
        ["1 records could not be written: no storage space"]
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_stays_full_leaves_nothing_on_record_and_all_of_it_lost() {
    let sink = crate::JsonlSink::open("/dev/full").unwrap();
    let (recorder, thread) = start(config(1 << 24), sink).unwrap();
    for _ in 0..3 {
        recorder.exchange(draft(&recorder, 1, b"x"));
    }
    recorder.connection(connection(1));
    let finished = thread.finish();
    let end = finished.end;
    assert_eq!((end.exchanges, end.failed, end.truncated), (0, 0, 0));
    // The session, three exchanges and the connection; the line of the end is not counted.
    assert_eq!(end.lost, 5);
    let warning = &finished.warnings[0];
    assert!(
        warning.starts_with("5 records could not be written"),
        "{warning}"
    );
}

#[test]
fn a_sink_that_takes_no_more_is_given_up_at_the_end() {
    let (gate, sink, allow) = Gate::new();
    let (recorder, mut thread) = start(config(1 << 20), gate).unwrap();
    thread.sink_timeout = Duration::from_millis(20);
    allow.send(Ok(())).unwrap();
    recorder.exchange(draft(&recorder, 1, b"x"));
    recorder.connection(connection(1));
    let finished = thread.finish();
    assert_eq!(finished.end.lost, 2);
    assert!(finished.end.first_loss.unwrap().contains("takes no more"));
    assert_eq!(kinds(&sink), ["session"]);
    drop(allow);
}

#[test]
fn sockets_that_never_ended_are_on_record() {
    let sink = MemorySink::new();
    let (recorder, thread) = start(config(1 << 20), sink.clone()).unwrap();
    open_socket(&recorder, 1);
    recorder.websocket_bytes(1, Direction::Down, 10, b"\x81\x02hi", 3);
    let end = thread.finish().end;
    assert_eq!((end.exchanges, end.aborted), (1, 1));
    assert_eq!(kinds(&sink), ["session", "exchange", "end"]);
    recorder.exchange(draft(
        &recorder,
        1,
        b"after the end nothing is taken, and nothing fails",
    ));
}
