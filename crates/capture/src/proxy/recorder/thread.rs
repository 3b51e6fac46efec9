//! Starts and stops the recorder's thread.

use std::io;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::Builder;
use std::time::Duration;

use crate::proxy::content::record_builder::RecordBuilder;
use crate::proxy::recorder::message::QueueMessage;
use crate::proxy::recorder::queue::QueueState;
use crate::proxy::recorder::queue::Recorder;
use crate::proxy::recorder::tally::{Finished, Tally};
use crate::proxy::recorder::worker::Worker;
use crate::proxy::sink::Sink;
use crate::proxy::wire::Clock;
use crate::record::Session;
use crate::redact::{Redactor, SessionKey};

/// The limits of a recording, and its first line.
#[derive(Debug)]
pub(crate) struct Config {
    /// Bytes to keep of each body or event list.
    pub(crate) body_limit: usize,
    /// Bytes that may be in the queue.
    pub(crate) queue_limit: usize,
    /// Whether to write credentials as they are.
    pub(crate) keep_secrets: bool,
    /// How long the thread sleeps after it has flushed: see [`PAUSE_AFTER_FLUSH`](super::PAUSE_AFTER_FLUSH).
    pub(crate) pause_after_flush: Duration,
    /// The first line.
    pub(crate) session: Session,
}

/// Starts the recorder's thread, which writes the session's line first.
///
/// # Errors
///
/// When the system cannot start a thread or has no random bytes.
pub(crate) fn start(config: Config, sink: impl Sink) -> io::Result<(Recorder, RecorderThread)> {
    let (parts, messages) = RecorderParts::new(&config)?;
    let (ended, has_ended) = mpsc::channel();
    let thread = RecorderThread {
        handle: parts.recorder.clone(),
        shared: Arc::clone(&parts.shared),
        tally: Arc::clone(&parts.tally),
        has_ended,
        sink_timeout: SINK_TIMEOUT,
    };
    let recorder = parts.recorder.clone();
    Builder::new().name("recorder".into()).spawn(move || {
        parts.worker(&config, sink).run(&messages, config.session);
        // Fails only if `finish` has given up waiting.
        ended.send(()).ok();
    })?;
    Ok((recorder, thread))
}

/// Runs `taps`, and then records what they sent on the caller's own thread.
///
/// For counting instructions: with two threads that wait for each other, no two runs are equal.
///
/// # Errors
///
/// When the system has no random bytes.
#[cfg(feature = "harness")]
pub(crate) fn record_here(
    config: &Config,
    sink: impl Sink,
    taps: impl FnOnce(&Recorder),
) -> io::Result<crate::record::End> {
    let (parts, messages) = RecorderParts::new(config)?;
    taps(&parts.recorder);
    parts.recorder.close();
    let tally = Arc::clone(&parts.tally);
    let worker = parts.worker(config, sink).alone();
    worker.run(&messages, config.session.clone());
    let mut tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(tally.finish().end)
}

/// The parts of a recorder before its thread runs.
struct RecorderParts {
    recorder: Recorder,
    shared: Arc<QueueState>,
    tally: Arc<Mutex<Tally>>,
    key: Arc<SessionKey>,
}

impl RecorderParts {
    fn new(config: &Config) -> io::Result<(Self, mpsc::Receiver<QueueMessage>)> {
        let shared = Arc::new(QueueState::new(
            Clock::start(),
            config.body_limit,
            config.queue_limit,
        ));
        let (queue, messages) = mpsc::channel();
        let parts = Self {
            recorder: Recorder::new(Arc::clone(&shared), queue),
            shared,
            tally: Arc::new(Mutex::new(Tally::default())),
            key: Arc::new(SessionKey::random()?),
        };
        Ok((parts, messages))
    }

    /// Built on the thread itself, because a redactor takes milliseconds to build.
    fn worker<S: Sink>(self, config: &Config, sink: S) -> Worker<S> {
        let builder = RecordBuilder {
            limit: config.body_limit,
            redactor: (!config.keep_secrets).then(|| Redactor::new(Arc::clone(&self.key))),
            key: self.key,
        };
        Worker::new(
            self.shared,
            builder,
            sink,
            self.tally,
            config.pause_after_flush,
        )
    }
}

/// The running thread.
#[derive(Debug)]
pub(crate) struct RecorderThread {
    handle: Recorder,
    shared: Arc<QueueState>,
    tally: Arc<Mutex<Tally>>,
    has_ended: mpsc::Receiver<()>,
    sink_timeout: Duration,
}

impl RecorderThread {
    /// Lets the thread empty its queue, write the last line and flush; blocks until it has.
    ///
    /// Gives up on a sink that takes nothing for [`SINK_TIMEOUT`] (a pipe that nobody reads):
    /// what is queued is lost, and counted.
    pub(crate) fn finish(self) -> Finished {
        self.handle.close();
        let mut waiting = self.shared.queued();
        while let Err(mpsc::RecvTimeoutError::Timeout) =
            self.has_ended.recv_timeout(self.sink_timeout)
        {
            let now = self.shared.queued();
            if now == waiting && self.shared.is_in_sink() {
                return self.give_up();
            }
            waiting = now;
        }
        self.tally().finish()
    }

    fn give_up(&self) -> Finished {
        let mut tally = self.tally();
        tally.lose(
            self.shared.records(),
            &io::Error::new(io::ErrorKind::TimedOut, "the output takes no more"),
        );
        tally.finish()
    }

    fn tally(&self) -> std::sync::MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long the sink may take for one record at the end, while the user waits for the shell.
const SINK_TIMEOUT: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;
    use crate::proxy::sink::memory::MemorySink;
    use crate::proxy::wire::{BodyDraft, Direction, Draft, RequestDraft, SocketInfo};
    use crate::record::{
        Connection, Delay, Limits, Outcome, OutcomeState, Record, Secrets, State, Timestamp,
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

    /// A sink that takes a record each time it is allowed to.
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
            // Once nobody is there to allow or forbid, everything is allowed.
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
        // The session, three exchanges and the connection; the end's own line is not counted.
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
}
