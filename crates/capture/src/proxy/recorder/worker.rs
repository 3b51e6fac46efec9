//! What the recorder's thread does: takes messages off the queue, writes records to the sink.

use std::collections::HashMap;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use crate::proxy::content::record_builder::Reading;
use crate::proxy::content::websocket::pairing::{Maker, Scope};
use crate::proxy::content::websocket::socket::{End, Socket};
use crate::proxy::memory::give_back;
use crate::proxy::recorder::message::Message;
use crate::proxy::recorder::queue::{Loss, Shared};
use crate::proxy::recorder::refusals::Refusals;
use crate::proxy::recorder::second_worker::{Helper, Work};
use crate::proxy::recorder::tally::Ledger;
use crate::proxy::recorder::unflushed::Entry;
use crate::proxy::sink::Sink;
use crate::proxy::wire::{Chunk, Stamp, WebSocketOpen};
use crate::record::{Connection, Exchange, Record, Session, WebSocketCounts};

/// What the thread works with.
pub(crate) struct Desk<S> {
    shared: Arc<Shared>,
    reading: Arc<Reading>,
    sink: S,
    ledger: Arc<Mutex<Ledger>>,
    /// WebSockets under way, by connection.
    sockets: HashMap<u64, Socket>,
    /// What was counted on those that ended before their connection's line.
    counts: HashMap<u64, WebSocketCounts>,
    /// Written at the end.
    refusals: Refusals,
    /// Started when large bodies wait for the first time.
    helper: Option<Helper>,
    /// How much has to wait before it helps.
    help_from: usize,
    /// How long it rests after it has flushed.
    nap: Duration,
}

impl<S: Sink> Desk<S> {
    pub(crate) fn new(
        shared: Arc<Shared>,
        reading: Reading,
        sink: S,
        ledger: Arc<Mutex<Ledger>>,
        nap: Duration,
    ) -> Self {
        Self {
            shared,
            reading: Arc::new(reading),
            sink,
            ledger,
            sockets: HashMap::new(),
            counts: HashMap::new(),
            refusals: Refusals::default(),
            helper: None,
            help_from: HELP_FROM_BYTES,
            nap,
        }
    }

    /// Does everything on the thread that runs it.
    #[cfg(feature = "harness")]
    pub(crate) fn alone(self) -> Self {
        Self {
            help_from: usize::MAX,
            ..self
        }
    }

    /// Writes a whole recording: the session, what the messages bring, the end.
    pub(crate) fn run(mut self, messages: &mpsc::Receiver<Message>, mut session: Session) {
        if let Some(redactor) = &self.reading.redactor {
            redactor.session(&mut session);
        }
        self.write(&Record::Session(session));
        let mut is_open = true;
        while is_open && let Some(first) = self.next(messages) {
            for work in self.batch(first, messages) {
                let weight = work.weight();
                let (is_record, is_last) = match &work {
                    Work::Message(message) => {
                        (message.is_record(), matches!(message, Message::Close))
                    }
                    Work::Away { .. } => (true, false),
                };
                self.take(work);
                self.shared.done(weight, is_record);
                is_open &= !is_last;
            }
        }
        self.finish();
    }

    /// The next message; flushes before it waits for one.
    fn next(&mut self, messages: &mpsc::Receiver<Message>) -> Option<Message> {
        match messages.try_recv() {
            Ok(message) => Some(message),
            Err(mpsc::TryRecvError::Disconnected) => None,
            Err(mpsc::TryRecvError::Empty) => {
                // What could not be handed on stays taken: the next flush tries again.
                if self.in_sink(Sink::flush).is_ok() {
                    self.ledger().still_held(0);
                }
                // Whoever sends to a thread that waits has to wake it, which costs a connection's
                // task more than all else that recording does to it: so we are seldom found waiting.
                thread::sleep(self.nap);
                messages.recv().ok()
            }
        }
    }

    /// A message and what waits behind it, as far as two can share it.
    fn batch(&mut self, first: Message, messages: &mpsc::Receiver<Message>) -> Vec<Work> {
        let mut batch = vec![Work::Message(first)];
        if self.shared.queued() < self.help_from {
            return batch;
        }
        let mut weight = batch[0].weight();
        while weight < BATCH_BYTES
            && let Ok(message) = messages.try_recv()
        {
            weight += message.weight();
            batch.push(Work::Message(message));
        }
        if self.helper.is_none() {
            // Without a thread to spare it takes longer, and nothing else.
            self.helper = Helper::start(Arc::clone(&self.reading), *self.shared.clock()).ok();
        }
        if let Some(helper) = &self.helper {
            helper.take_from(&mut batch);
        }
        batch
    }

    fn take(&mut self, work: Work) {
        match (work, &self.helper) {
            (Work::Message(message), _) => self.take_message(message),
            (Work::Away { .. }, Some(helper)) => {
                let exchange = helper.next();
                self.write_exchange(exchange);
            }
            (Work::Away { .. }, None) => {}
        }
    }

    fn take_message(&mut self, message: Message) {
        match message {
            Message::Exchange(draft) => {
                let exchange = self.reading.exchange(*draft, self.shared.clock());
                self.write_exchange(exchange);
            }
            Message::WebSocketOpen(open) => self.open_socket(open),
            Message::WebSocketBytes(chunk) => self.read_socket(&chunk),
            Message::WebSocketEnd {
                connection,
                at,
                reason,
            } => self.close_socket(connection, at, reason),
            Message::Connection(connection) => self.take_connection(*connection),
            Message::Warning(warning) => self.ledger().warn(warning),
            Message::Close => {}
        }
    }

    fn open_socket(&mut self, open: WebSocketOpen) {
        let scope = Scope {
            connection: open.connection,
            upgrade: open.upgrade,
            url: open.url,
            http_version: open.http_version,
        };
        let socket = Socket::new(scope, open.extensions, self.reading.limit);
        self.sockets.insert(open.connection, socket);
    }

    fn read_socket(&mut self, chunk: &Chunk) {
        let Some(socket) = self.sockets.get_mut(&chunk.connection) else {
            return;
        };
        let ((), made) = make(&self.reading, &self.shared, |maker| {
            socket.push(chunk, maker);
        });
        self.write_exchanges(made);
    }

    fn close_socket(&mut self, connection: u64, at: Stamp, reason: Option<String>) {
        let Some(socket) = self.sockets.remove(&connection) else {
            return;
        };
        let end = End {
            at,
            reason,
            cut: self.shared.losses().is_cut(connection),
        };
        let (counts, made) = make(&self.reading, &self.shared, |maker| {
            socket.finish(end, maker)
        });
        self.write_exchanges(made);
        self.counts.insert(connection, counts);
    }

    fn write_exchanges(&mut self, exchanges: Vec<Exchange>) {
        for exchange in exchanges {
            self.write_exchange(exchange);
        }
    }

    fn write_exchange(&mut self, exchange: Exchange) {
        let record = Record::Exchange(Box::new(exchange));
        let result = self.in_sink(|sink| sink.write(&record));
        if let Record::Exchange(exchange) = record {
            match result {
                Ok(()) => {
                    let are_many = self.ledger().count_exchange(&exchange);
                    self.ask_sink(are_many);
                }
                Err(cause) => self.ledger().lose_exchange(exchange.connection, &cause),
            }
            if let Some(response) = exchange.response {
                give_back(response.events);
            }
        }
    }

    fn take_connection(&mut self, mut connection: Connection) {
        self.close_socket(connection.id, self.shared.clock().now(), None);
        connection.websocket = self.counts.remove(&connection.id);
        let loss = self.shared.losses().take(connection.id);
        self.ledger().close_connection(&mut connection, loss);
        if let Some(connection) = self.refusals.take(connection) {
            self.write_connection(connection);
        }
    }

    fn write_connection(&mut self, mut connection: Connection) {
        if let Some(redactor) = &self.reading.redactor {
            redactor.connection(&mut connection);
        }
        self.write(&Record::Connection(Box::new(connection)));
    }

    fn write(&mut self, record: &Record) {
        match self.in_sink(|sink| sink.write(record)) {
            Ok(()) => {
                let are_many = self.ledger().note_taken(Entry::Other);
                self.ask_sink(are_many);
            }
            Err(cause) => self.ledger().lose(1, &cause),
        }
    }

    /// Asks the sink how much of what it took it still holds.
    fn ask_sink(&self, are_many: bool) {
        if are_many {
            self.ledger().still_held(self.sink.pending());
        }
    }

    fn finish(mut self) {
        let now = self.shared.clock().now();
        let left: Vec<u64> = self.sockets.keys().copied().collect();
        for connection in left {
            self.close_socket(connection, now, Some("the recording ended".into()));
        }
        for connection in mem::take(&mut self.refusals).into_connections() {
            self.write_connection(connection);
        }
        let losses = self.shared.losses().take_rest();
        let mut end = {
            let mut ledger = self.ledger();
            losses.into_iter().for_each(|loss: Loss| {
                ledger.count_loss(loss);
            });
            ledger.end().clone()
        };
        end.ended_at = Some(self.shared.clock().wall(now));
        self.ledger().finish_at(end.ended_at);
        match self.in_sink(|sink| sink.write(&Record::End(end))) {
            Ok(()) => drop(self.ledger().note_taken(Entry::End)),
            Err(cause) => self.ledger().lose(0, &cause),
        }
        if let Err(cause) = self.in_sink(Sink::flush) {
            // From here on nobody tries again: what is counted as lost must not be written after all.
            let held = self.in_sink(Sink::abandon);
            self.ledger().lose_last(held, &cause);
        }
    }

    /// Calls the sink, and lets it be known for so long: `finish` waits for us, but not for it.
    fn in_sink<T>(&mut self, call: impl FnOnce(&mut S) -> T) -> T {
        self.shared.set_in_sink(true);
        let result = call(&mut self.sink);
        self.shared.set_in_sink(false);
        result
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs what makes exchanges; hands them out with its result.
fn make<T>(
    reading: &Reading,
    shared: &Shared,
    run: impl FnOnce(&mut Maker<'_>) -> T,
) -> (T, Vec<Exchange>) {
    let mut made = Vec::new();
    let result = run(&mut Maker {
        reading,
        clock: shared.clock(),
        next_id: &|| shared.next_exchange(),
        emit: &mut |exchange| made.push(exchange),
    });
    (result, made)
}

/// Less waits between two bursts of any agent; from here on two threads are faster than one.
const HELP_FROM_BYTES: usize = 256 * 1024;

/// What the two share at a time: a dozen requests of codex.
const BATCH_BYTES: usize = 1024 * 1024;

/// How long the thread rests after it has flushed: what a crash may cost beside what was in
/// flight, and what a stop may take longer.
pub(crate) const NAP: Duration = Duration::from_millis(1);
