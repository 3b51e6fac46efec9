//! The recorder's thread: how it starts, and how it ends.

use std::io;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::Builder;
use std::time::Duration;

use crate::proxy::sink::Sink;
use crate::record::{End, Session};

use super::clock::Clock;
use super::content::Reading;
use super::desk::Desk;
use super::handle::{Recorder, Shared};
use super::key::SessionKey;
use super::ledger::Ledger;
use super::redact::Redactor;

/// What bounds a recording, and how it begins.
#[derive(Debug)]
pub(crate) struct Config {
    /// Bytes kept of each body or event list.
    pub(crate) body_limit: usize,
    /// Bytes that may wait for the sink.
    pub(crate) queue_limit: usize,
    /// Whether credentials are written as they are.
    pub(crate) keep_secrets: bool,
    /// The first line.
    pub(crate) session: Session,
}

/// Starts the recorder's thread, which writes the session's line first.
///
/// # Errors
///
/// When the system has no thread or no random bytes to give.
pub(crate) fn start(config: Config, sink: impl Sink) -> io::Result<(Recorder, RecorderThread)> {
    let shared = Arc::new(Shared::new(
        Clock::start(),
        config.body_limit,
        config.queue_limit,
    ));
    let key = Arc::new(SessionKey::random()?);
    let reading = Reading {
        limit: config.body_limit,
        redactor: (!config.keep_secrets).then(|| Redactor::new(Arc::clone(&key))),
        key,
    };
    let ledger = Arc::new(Mutex::new(Ledger::default()));
    let desk = Desk::new(Arc::clone(&shared), reading, sink, Arc::clone(&ledger));
    let (queue, messages) = mpsc::channel();
    let (ended, has_ended) = mpsc::channel();
    Builder::new().name("recorder".into()).spawn(move || {
        desk.run(&messages, config.session);
        // Nobody waits any more where `finish` has lost its patience.
        ended.send(()).ok();
    })?;
    let recorder = Recorder::new(Arc::clone(&shared), queue);
    let thread = RecorderThread {
        handle: recorder.clone(),
        shared,
        ledger,
        has_ended,
        patience: PATIENCE,
    };
    Ok((recorder, thread))
}

/// The running thread.
#[derive(Debug)]
pub(crate) struct RecorderThread {
    handle: Recorder,
    shared: Arc<Shared>,
    ledger: Arc<Mutex<Ledger>>,
    has_ended: mpsc::Receiver<()>,
    patience: Duration,
}

/// What the recording came to.
#[derive(Debug)]
pub(crate) struct Finished {
    /// The last line, as it was written or would have been.
    pub(crate) end: End,
    /// What the user should read.
    pub(crate) warnings: Vec<String>,
}

impl RecorderThread {
    /// Lets the thread empty its queue, write the last line and flush; blocks until it has.
    ///
    /// A sink that takes nothing for a while (a pipe that nobody reads) is
    /// given up: what waits for it is lost, and counted.
    pub(crate) fn finish(self) -> Finished {
        self.handle.close();
        let mut waiting = self.shared.queued();
        while let Err(mpsc::RecvTimeoutError::Timeout) = self.has_ended.recv_timeout(self.patience)
        {
            let now = self.shared.queued();
            if now == waiting {
                return self.give_up();
            }
            waiting = now;
        }
        self.ledger().take()
    }

    fn give_up(&self) -> Finished {
        let mut ledger = self.ledger();
        ledger.lose(
            self.shared.records(),
            &io::Error::new(io::ErrorKind::TimedOut, "the output takes no more"),
        );
        ledger.take()
    }

    fn ledger(&self) -> std::sync::MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long a sink may take for one record at the end, when the user waits for the shell to come back.
const PATIENCE: Duration = Duration::from_secs(5);
