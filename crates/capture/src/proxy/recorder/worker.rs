//! The recorder's thread: takes messages off the queue, writes records to the sink.

use std::collections::HashMap;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use crate::proxy::content::record_builder::RecordBuilder;
use crate::proxy::content::websocket::pairing::ExchangeSink;
use crate::proxy::content::websocket::socket::{Socket, SocketEnd};
use crate::proxy::recorder::message::QueueMessage;
use crate::proxy::recorder::queue::QueueState;
use crate::proxy::recorder::refusals::Refusals;
use crate::proxy::recorder::second_worker::{SecondWorker, Work};
use crate::proxy::recorder::tally::Tally;
use crate::proxy::recorder::unflushed::UnflushedRecord;
use crate::proxy::shrink_before_drop::shrink_before_drop;
use crate::proxy::sink::Sink;
use crate::proxy::wire::{SocketChunk, SocketInfo, Stamp};
use crate::record::{Connection, Exchange, Record, Session, WebSocketCounts};

/// Everything that the thread owns.
pub(crate) struct Worker<S> {
    shared: Arc<QueueState>,
    builder: Arc<RecordBuilder>,
    sink: S,
    tally: Arc<Mutex<Tally>>,
    /// WebSockets under way, by connection.
    sockets: HashMap<u64, Socket>,
    /// Counts of WebSockets that ended, until their connection's line is written.
    counts: HashMap<u64, WebSocketCounts>,
    /// Connections refused for want of a password; written at the end.
    refusals: Refusals,
    /// Started when large bodies queue up for the first time.
    second_worker: Option<SecondWorker>,
    /// Bytes in the queue from which the second worker is used.
    second_worker_from: usize,
    /// How long the thread sleeps after it has flushed.
    pause_after_flush: Duration,
}

impl<S: Sink> Worker<S> {
    pub(crate) fn new(
        shared: Arc<QueueState>,
        builder: RecordBuilder,
        sink: S,
        tally: Arc<Mutex<Tally>>,
        pause_after_flush: Duration,
    ) -> Self {
        Self {
            shared,
            builder: Arc::new(builder),
            sink,
            tally,
            sockets: HashMap::new(),
            counts: HashMap::new(),
            refusals: Refusals::default(),
            second_worker: None,
            second_worker_from: SECOND_WORKER_FROM_BYTES,
            pause_after_flush,
        }
    }

    /// Never starts a second worker.
    #[cfg(feature = "harness")]
    pub(crate) fn single_threaded(self) -> Self {
        Self {
            second_worker_from: usize::MAX,
            ..self
        }
    }

    /// Writes a whole recording: the session, a record for each message, the end.
    pub(crate) fn run(mut self, messages: &mpsc::Receiver<QueueMessage>, mut session: Session) {
        if let Some(redactor) = &self.builder.redactor {
            redactor.session(&mut session);
        }
        self.write(&Record::Session(session));
        let mut is_open = true;
        while is_open && let Some(first) = self.next(messages) {
            for work in self.batch(first, messages) {
                let weight = work.weight();
                let (is_record, is_last) = match &work {
                    Work::Message(message) => {
                        (message.is_record(), matches!(message, QueueMessage::Close))
                    }
                    Work::HandedOff { .. } => (true, false),
                };
                self.take(work);
                self.shared.done(weight, is_record);
                is_open &= !is_last;
            }
        }
        self.finish();
    }

    /// The next message; flushes before it waits for one.
    fn next(&mut self, messages: &mpsc::Receiver<QueueMessage>) -> Option<QueueMessage> {
        match messages.try_recv() {
            Ok(message) => Some(message),
            Err(mpsc::TryRecvError::Disconnected) => None,
            Err(mpsc::TryRecvError::Empty) => {
                // What could not be written stays in the sink, and the next flush tries again.
                if self.in_sink(Sink::flush).is_ok() {
                    self.tally().still_held(0);
                }
                // Sending to a blocked thread means waking it, which costs a connection's task more
                // than everything else that recording costs it. While we sleep, senders only enqueue.
                thread::sleep(self.pause_after_flush);
                messages.recv().ok()
            }
        }
    }

    /// A message, and what is queued behind it if there is enough for two threads.
    fn batch(&mut self, first: QueueMessage, messages: &mpsc::Receiver<QueueMessage>) -> Vec<Work> {
        let mut batch = vec![Work::Message(first)];
        if self.shared.queued() < self.second_worker_from {
            return batch;
        }
        let mut weight = batch[0].weight();
        while weight < BATCH_BYTES
            && let Ok(message) = messages.try_recv()
        {
            weight += message.weight();
            batch.push(Work::Message(message));
        }
        if self.second_worker.is_none() {
            // Without a second thread recording is slower, and otherwise the same.
            self.second_worker =
                SecondWorker::start(Arc::clone(&self.builder), *self.shared.clock()).ok();
        }
        if let Some(second_worker) = &self.second_worker {
            second_worker.take_from(&mut batch);
        }
        batch
    }

    fn take(&mut self, work: Work) {
        match (work, &self.second_worker) {
            (Work::Message(message), _) => self.take_message(message),
            (Work::HandedOff { .. }, Some(second_worker)) => {
                let exchange = second_worker.next();
                self.write_exchange(exchange);
            }
            (Work::HandedOff { .. }, None) => {}
        }
    }

    fn take_message(&mut self, message: QueueMessage) {
        match message {
            QueueMessage::Exchange(draft) => {
                let exchange = self.builder.exchange(*draft, self.shared.clock());
                self.write_exchange(exchange);
            }
            QueueMessage::WebSocketOpen(info) => self.open_socket(info),
            QueueMessage::WebSocketBytes(chunk) => self.read_socket(&chunk),
            QueueMessage::WebSocketEnd {
                connection,
                at,
                reason,
            } => self.close_socket(connection, at, reason),
            QueueMessage::Connection(connection) => self.take_connection(*connection),
            QueueMessage::Warning(warning) => self.tally().warn(warning),
            QueueMessage::Close => {}
        }
    }

    fn open_socket(&mut self, info: SocketInfo) {
        let connection = info.connection;
        let socket = Socket::new(info, self.builder.limit);
        self.sockets.insert(connection, socket);
    }

    fn read_socket(&mut self, chunk: &SocketChunk) {
        let Some(socket) = self.sockets.get_mut(&chunk.connection) else {
            return;
        };
        let ((), made) = collect_exchanges(&self.builder, &self.shared, |sink| {
            socket.push(chunk, sink);
        });
        self.write_exchanges(made);
    }

    fn close_socket(&mut self, connection: u64, at: Stamp, reason: Option<String>) {
        let Some(socket) = self.sockets.remove(&connection) else {
            return;
        };
        let end = SocketEnd {
            at,
            reason,
            cut: self.shared.losses().is_cut(connection),
        };
        let (counts, made) =
            collect_exchanges(&self.builder, &self.shared, |sink| socket.finish(end, sink));
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
                    let is_due = self.tally().count_exchange(&exchange);
                    self.ask_sink(is_due);
                }
                Err(cause) => self.tally().lose_exchange(exchange.connection, &cause),
            }
            if let Some(response) = exchange.response {
                shrink_before_drop(response.events);
            }
        }
    }

    fn take_connection(&mut self, mut connection: Connection) {
        self.close_socket(connection.id, self.shared.clock().now(), None);
        connection.websocket = self.counts.remove(&connection.id);
        let loss = self.shared.losses().take(connection.id);
        self.tally().close_connection(&mut connection, loss);
        if let Some(connection) = self.refusals.take(connection) {
            self.write_connection(connection);
        }
    }

    fn write_connection(&mut self, mut connection: Connection) {
        if let Some(redactor) = &self.builder.redactor {
            redactor.connection(&mut connection);
        }
        self.write(&Record::Connection(Box::new(connection)));
    }

    fn write(&mut self, record: &Record) {
        match self.in_sink(|sink| sink.write(record)) {
            Ok(()) => {
                let is_due = self.tally().note_taken(UnflushedRecord::Other);
                self.ask_sink(is_due);
            }
            Err(cause) => self.tally().lose(1, &cause),
        }
    }

    /// If it is due, asks the sink how many records it still holds.
    fn ask_sink(&self, is_due: bool) {
        if is_due {
            self.tally().still_held(self.sink.pending());
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
            let mut tally = self.tally();
            for loss in losses {
                tally.count_loss(loss);
            }
            tally.end().clone()
        };
        end.ended_at = Some(self.shared.clock().wall(now));
        self.tally().finish_at(end.ended_at);
        match self.in_sink(|sink| sink.write(&Record::End(end))) {
            Ok(()) => drop(self.tally().note_taken(UnflushedRecord::End)),
            Err(cause) => self.tally().lose(0, &cause),
        }
        if let Err(cause) = self.in_sink(Sink::flush) {
            // There is no further try, so what is counted as lost must not be written after all.
            let held = self.in_sink(Sink::abandon);
            self.tally().lose_last(held, &cause);
        }
    }

    /// Calls the sink, marked as such: `finish` gives up on a sink that never returns.
    fn in_sink<T>(&mut self, call: impl FnOnce(&mut S) -> T) -> T {
        self.shared.set_in_sink(true);
        let result = call(&mut self.sink);
        self.shared.set_in_sink(false);
        result
    }

    fn tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Calls `run` with a sink for exchanges; returns its result and the exchanges.
fn collect_exchanges<T>(
    builder: &RecordBuilder,
    shared: &QueueState,
    run: impl FnOnce(&mut ExchangeSink<'_>) -> T,
) -> (T, Vec<Exchange>) {
    let mut made = Vec::new();
    let result = run(&mut ExchangeSink {
        builder,
        clock: shared.clock(),
        next_id: &|| shared.next_exchange(),
        emit: &mut |exchange| made.push(exchange),
    });
    (result, made)
}

/// More than queues up in any agent's usual bursts; from here on two threads are faster than one.
const SECOND_WORKER_FROM_BYTES: usize = 256 * 1024;

/// What the two threads share at a time: a dozen of codex's requests.
const BATCH_BYTES: usize = 1024 * 1024;

/// How long the thread sleeps after it has flushed: the most that a crash loses on top of what was
/// in flight, and that a stop takes longer.
pub(crate) const PAUSE_AFTER_FLUSH: Duration = Duration::from_millis(1);
