//! The sending end of the queue: never blocks and never fails.
//!
//! A message that does not fit is dropped and counted, never waited for.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};

use crate::proxy::recorder::message::QueueMessage;
use crate::proxy::wire::{Clock, Direction, Draft, SocketChunk, SocketInfo, Stamp};
use crate::record::Connection;

/// Takes what taps saw. Cheap to clone; all clones send to the same thread.
#[derive(Debug, Clone)]
pub(crate) struct Recorder {
    shared: Arc<QueueState>,
    queue: mpsc::Sender<QueueMessage>,
}

impl Recorder {
    pub(crate) fn new(shared: Arc<QueueState>, queue: mpsc::Sender<QueueMessage>) -> Self {
        Self { shared, queue }
    }

    /// The recording's clock.
    pub(crate) fn clock(&self) -> &Clock {
        &self.shared.clock
    }

    /// The id for an exchange that begins now, counting from 1.
    pub(crate) fn next_exchange(&self) -> u64 {
        self.shared.next_exchange()
    }

    /// The id for a connection that begins now, counting from 1.
    pub(crate) fn next_connection(&self) -> u64 {
        self.shared.connections.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// How many bytes of each body are kept.
    pub(crate) fn body_limit(&self) -> usize {
        self.shared.body_limit
    }

    /// Takes an HTTP exchange that has ended.
    pub(crate) fn exchange(&self, draft: Box<Draft>) {
        let connection = draft.connection;
        if !self.offer(QueueMessage::Exchange(draft)) {
            self.shared.losses().of(connection).records += 1;
        }
    }

    /// Notes that a connection became a WebSocket.
    pub(crate) fn websocket_open(&self, open: SocketInfo) {
        self.send(QueueMessage::WebSocketOpen(open));
    }

    /// Takes bytes that passed on a WebSocket at `at`; handing them on took `delay_us`.
    ///
    /// Frames cannot be read past a gap, so once some bytes do not fit into the queue,
    /// everything that follows on the socket is dropped too.
    pub(crate) fn websocket_bytes(
        &self,
        connection: u64,
        direction: Direction,
        at: Stamp,
        bytes: &[u8],
        delay_us: u64,
    ) {
        let shared = &self.shared;
        if shared.any_cut.load(Ordering::Acquire) && shared.losses().is_cut(connection) {
            return;
        }
        let fits = shared.room_for(bytes.len())
            && self.offer(QueueMessage::WebSocketBytes(SocketChunk {
                connection,
                direction,
                at,
                bytes: bytes.into(),
                delay_us,
            }));
        if !fits {
            shared.losses().of(connection).cut = true;
            shared.any_cut.store(true, Ordering::Release);
        }
    }

    /// Notes that a WebSocket is gone; `reason` is `None` for a normal end.
    pub(crate) fn websocket_end(&self, connection: u64, at: Stamp, reason: Option<String>) {
        self.send(QueueMessage::WebSocketEnd {
            connection,
            at,
            reason,
        });
    }

    /// Takes a connection that is over. The recorder fills in its counts of exchanges and
    /// losses, and those of its WebSocket.
    pub(crate) fn connection(&self, connection: Connection) {
        self.send(QueueMessage::Connection(Box::new(connection)));
    }

    /// Takes a warning for the user; each is shown once.
    pub(crate) fn warn(&self, warning: String) {
        self.send(QueueMessage::Warning(warning));
    }

    /// Tells the thread that nothing follows.
    pub(crate) fn close(&self) {
        self.send(QueueMessage::Close);
    }

    /// Queues a message if there is room for it; returns whether there was.
    fn offer(&self, message: QueueMessage) -> bool {
        let (weight, is_record) = (message.weight(), message.is_record());
        let queued = self.shared.add(weight, is_record);
        if queued <= self.shared.queue_limit && self.queue.send(message).is_ok() {
            return true;
        }
        self.shared.done(weight, is_record);
        false
    }

    /// Queues a message even when there is no room: a connection has only a few of its kind.
    fn send(&self, message: QueueMessage) {
        let (weight, is_record) = (message.weight(), message.is_record());
        self.shared.add(weight, is_record);
        if self.queue.send(message).is_err() {
            // The thread has ended, and with it the recording: there is nothing left to count.
            self.shared.done(weight, is_record);
        }
    }
}

/// What the senders and the thread share.
#[derive(Debug)]
pub(crate) struct QueueState {
    clock: Clock,
    exchanges: AtomicU64,
    connections: AtomicU64,
    body_limit: usize,
    queue_limit: usize,
    /// Bytes in the queue.
    queued: AtomicUsize,
    /// How many of the queued messages will become lines.
    records: AtomicU64,
    /// Whether the thread is in a call to its sink, which may never return.
    in_sink: AtomicBool,
    /// Whether any socket is cut; if not, readers need not lock `losses`.
    any_cut: AtomicBool,
    losses: Mutex<Losses>,
}

impl QueueState {
    pub(crate) fn new(clock: Clock, body_limit: usize, queue_limit: usize) -> Self {
        Self {
            clock,
            exchanges: AtomicU64::new(0),
            connections: AtomicU64::new(0),
            body_limit,
            queue_limit,
            queued: AtomicUsize::new(0),
            records: AtomicU64::new(0),
            in_sink: AtomicBool::new(false),
            any_cut: AtomicBool::new(false),
            losses: Mutex::default(),
        }
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    pub(crate) fn next_exchange(&self) -> u64 {
        self.exchanges.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Bytes in the queue.
    pub(crate) fn queued(&self) -> usize {
        self.queued.load(Ordering::Acquire)
    }

    /// How many exchanges and connections are in the queue.
    pub(crate) fn records(&self) -> u64 {
        self.records.load(Ordering::Acquire)
    }

    /// Notes that the thread enters a call to its sink, or returns from it.
    pub(crate) fn set_in_sink(&self, inside: bool) {
        self.in_sink.store(inside, Ordering::Release);
    }

    /// Whether the thread is in a call to its sink.
    pub(crate) fn is_in_sink(&self) -> bool {
        self.in_sink.load(Ordering::Acquire)
    }

    /// Subtracts a message that has been processed.
    pub(crate) fn done(&self, weight: usize, is_record: bool) {
        self.queued.fetch_sub(weight, Ordering::AcqRel);
        self.records
            .fetch_sub(u64::from(is_record), Ordering::AcqRel);
    }

    /// Adds a message; returns the bytes in the queue, including it.
    fn add(&self, weight: usize, is_record: bool) -> usize {
        self.records
            .fetch_add(u64::from(is_record), Ordering::AcqRel);
        self.queued
            .fetch_add(weight, Ordering::AcqRel)
            .saturating_add(weight)
    }

    /// What was dropped because the queue was full.
    pub(crate) fn losses(&self) -> MutexGuard<'_, Losses> {
        self.losses.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether this many bytes may fit: a cheap check before they are copied.
    fn room_for(&self, bytes: usize) -> bool {
        self.queued().saturating_add(bytes) <= self.queue_limit
    }
}

/// What was dropped because the queue was full, by connection.
#[derive(Debug, Default)]
pub(crate) struct Losses(BTreeMap<u64, Loss>);

/// What one connection lost.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Loss {
    /// Exchanges dropped.
    pub(crate) records: u64,
    /// Whether bytes of its WebSocket were dropped, and with them everything that followed.
    pub(crate) cut: bool,
}

impl Losses {
    /// Removes and returns the loss of a connection that is over.
    pub(crate) fn take(&mut self, connection: u64) -> Loss {
        self.0.remove(&connection).unwrap_or_default()
    }

    /// Removes and returns the losses of all other connections.
    pub(crate) fn take_rest(&mut self) -> Vec<Loss> {
        std::mem::take(&mut self.0).into_values().collect()
    }

    /// Whether a WebSocket can be read no further.
    pub(crate) fn is_cut(&self, connection: u64) -> bool {
        self.0.get(&connection).is_some_and(|loss| loss.cut)
    }

    fn of(&mut self, connection: u64) -> &mut Loss {
        self.0.entry(connection).or_default()
    }
}
