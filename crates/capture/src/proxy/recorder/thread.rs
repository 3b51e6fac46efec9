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
    let worker = parts.worker(config, sink).single_threaded();
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
    /// How long to wait for the sink at the end.
    pub(crate) sink_timeout: Duration,
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
