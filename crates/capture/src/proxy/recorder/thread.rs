//! The recorder's thread: takes messages off the queue, writes records to the sink.

use std::io;
use std::sync::{Arc, mpsc};
use std::thread::{Builder, JoinHandle};

use crate::proxy::sink::Sink;
use crate::record::{Connection, End, Exchange, Record, Session};

use super::clock::Clock;
use super::exchange;
use super::handle::{Recorder, Shared};
use super::ledger::Ledger;
use super::message::Message;

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
/// When the system has no thread to give.
pub(crate) fn start(config: Config, sink: impl Sink) -> io::Result<(Recorder, RecorderThread)> {
    let shared = Arc::new(Shared::new(
        Clock::start(),
        config.body_limit,
        config.queue_limit,
    ));
    let (queue, messages) = mpsc::channel();
    let recorder = Recorder::new(Arc::clone(&shared), queue);
    let desk = Desk {
        shared,
        sink,
        ledger: Ledger::default(),
    };
    let thread = Builder::new()
        .name("recorder".into())
        .spawn(move || desk.run(&messages, config.session))?;
    let handle = recorder.clone();
    Ok((recorder, RecorderThread { handle, thread }))
}

/// The running thread.
#[derive(Debug)]
pub(crate) struct RecorderThread {
    handle: Recorder,
    thread: JoinHandle<Finished>,
}

/// What the recording came to.
#[derive(Debug)]
pub(crate) struct Finished {
    /// The last line, as it was written or would have been.
    pub(crate) end: End,
    /// What the user should read.
    pub(crate) warnings: Vec<String>,
    /// Why the first record was lost, where a sink refused one.
    pub(crate) first_loss: Option<io::Error>,
}

impl RecorderThread {
    /// Lets the thread empty its queue, write the last line and flush; blocks until it has.
    pub(crate) fn finish(self) -> Finished {
        self.handle.close();
        self.thread.join().expect("the recorder does not panic")
    }
}

/// What the thread works with.
struct Desk<S> {
    shared: Arc<Shared>,
    sink: S,
    ledger: Ledger,
}

impl<S: Sink> Desk<S> {
    fn run(mut self, messages: &mpsc::Receiver<Message>, session: Session) -> Finished {
        self.write(&Record::Session(session));
        while let Some(message) = self.next(messages) {
            let weight = message.weight();
            let last = matches!(message, Message::Close);
            self.take(message);
            self.shared.done(weight);
            if last {
                break;
            }
        }
        self.finish()
    }

    /// The next message; flushes before it waits for one.
    fn next(&mut self, messages: &mpsc::Receiver<Message>) -> Option<Message> {
        match messages.try_recv() {
            Ok(message) => Some(message),
            Err(mpsc::TryRecvError::Disconnected) => None,
            Err(mpsc::TryRecvError::Empty) => {
                // What could not be handed on stays taken: the next flush tries again.
                self.sink.flush().ok();
                messages.recv().ok()
            }
        }
    }

    fn take(&mut self, message: Message) {
        match message {
            Message::Exchange(draft) => {
                let exchange = exchange::from_draft(*draft, self.shared.clock());
                self.write_exchange(exchange);
            }
            Message::WebSocketOpen(_)
            | Message::WebSocketBytes(_)
            | Message::WebSocketEnd { .. }
            | Message::Close => {}
            Message::Connection(connection) => self.write_connection(*connection),
            Message::Warning(warning) => self.ledger.warn(warning),
        }
    }

    fn write_exchange(&mut self, exchange: Exchange) {
        let record = Record::Exchange(Box::new(exchange));
        let Record::Exchange(exchange) = &record else {
            return;
        };
        match self.sink.write(&record) {
            Ok(()) => self.ledger.count_exchange(exchange),
            Err(cause) => self.ledger.lose_exchange(exchange.connection, cause),
        }
    }

    fn write_connection(&mut self, mut connection: Connection) {
        let loss = self.shared.losses().take(connection.id);
        self.ledger.close_connection(&mut connection, loss);
        self.ledger.count_connection(connection.disposition.state);
        self.write(&Record::Connection(Box::new(connection)));
    }

    fn write(&mut self, record: &Record) {
        if let Err(cause) = self.sink.write(record) {
            self.ledger.lose(1, cause);
        }
    }

    fn finish(mut self) -> Finished {
        for loss in self.shared.losses().take_rest() {
            self.ledger.count_loss(loss);
        }
        let mut end = self.ledger.end().clone();
        end.ended_at = Some(self.shared.clock().wall(self.shared.clock().now()));
        self.write(&Record::End(end));
        if let Err(cause) = self.sink.flush() {
            self.ledger.lose(self.sink.pending(), cause);
        }
        let (end, warnings, first_loss) = self.ledger.into_parts();
        Finished {
            end,
            warnings,
            first_loss,
        }
    }
}
