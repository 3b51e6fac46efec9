//! The recorder's counts: of the recording, and of each open connection.

use std::collections::HashMap;
use std::{io, mem};

use crate::proxy::recorder::queue::Loss;
use crate::proxy::recorder::unflushed::{UnflushedRecord, UnflushedRecords};
use crate::record::{Connection, Dispositions, End, Exchange, State, Timestamp};

/// Counts what was written and what was lost.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    end: End,
    /// How many of the lost records the queue had no room for.
    dropped: u64,
    warnings: Vec<String>,
    /// Records that the sink may still lose.
    unflushed: UnflushedRecords,
    /// Open connections that have carried something.
    open: HashMap<u64, ConnectionTally>,
}

/// The counts of one connection.
#[derive(Debug, Default, Clone, Copy)]
struct ConnectionTally {
    exchanges: u64,
    lost: u64,
}

/// The result of a recording.
#[derive(Debug)]
pub(crate) struct Finished {
    /// The last line, as it was written or would have been.
    pub(crate) end: End,
    /// Warnings for the user.
    pub(crate) warnings: Vec<String>,
}

impl Tally {
    /// Counts an exchange that the sink has taken; returns the same as [`Tally::note_taken`].
    pub(crate) fn count_exchange(&mut self, exchange: &Exchange) -> bool {
        self.open.entry(exchange.connection).or_default().exchanges += 1;
        let entry = UnflushedRecord::of(exchange);
        entry.add_to(&mut self.end);
        self.note_taken(entry)
    }

    /// Notes a record that the sink has taken; returns whether it is time to ask the sink how many
    /// it still holds ([`Tally::still_held`]).
    pub(crate) fn note_taken(&mut self, entry: UnflushedRecord) -> bool {
        self.unflushed.push(entry)
    }

    /// All records but the last `count` are written, and can no longer be lost.
    pub(crate) fn still_held(&mut self, count: u64) {
        self.unflushed.keep_last(count);
    }

    /// Counts the last `count` records as lost: the sink took them and could not write them.
    pub(crate) fn lose_last(&mut self, count: u64, cause: &io::Error) {
        self.unflushed.lose_last(count, &mut self.end);
        self.lose(0, cause);
    }

    /// Counts a connection by its disposition.
    fn count_connection(&mut self, state: State) {
        let Dispositions {
            intercepted,
            opaque,
            rejected,
            failed,
            refused,
        } = &mut self.end.connections;
        *match state {
            State::Intercepted => intercepted,
            State::Opaque => opaque,
            State::Rejected => rejected,
            State::Failed => failed,
            State::Refused => refused,
            // This version never records it.
            State::Unknown => return,
        } += 1;
    }

    /// Counts a connection that is over, and fills its counts into its record.
    pub(crate) fn close_connection(&mut self, connection: &mut Connection, loss: Loss) {
        let counts = self.open.remove(&connection.id).unwrap_or_default();
        connection.exchanges = counts.exchanges;
        connection.lost = counts.lost + self.count_loss(loss);
        self.count_connection(connection.disposition.state);
    }

    /// Counts what the queue had no room for; returns the number of records.
    pub(crate) fn count_loss(&mut self, loss: Loss) -> u64 {
        let records = loss.records + u64::from(loss.cut);
        self.dropped += records;
        self.end.lost += records;
        records
    }

    /// Counts an exchange that the sink refused.
    pub(crate) fn lose_exchange(&mut self, connection: u64, cause: &io::Error) {
        self.open.entry(connection).or_default().lost += 1;
        self.lose(1, cause);
    }

    /// Counts records that the sink refused.
    pub(crate) fn lose(&mut self, records: u64, cause: &io::Error) {
        self.end.lost += records;
        self.end.first_loss.get_or_insert_with(|| cause.to_string());
    }

    /// Keeps a warning, unless it was given before or there are too many.
    pub(crate) fn warn(&mut self, warning: String) {
        if self.warnings.len() < MAX_WARNINGS && !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    /// The counts so far.
    pub(crate) fn end(&self) -> &End {
        &self.end
    }

    /// Notes when the recording ended.
    pub(crate) fn finish_at(&mut self, at: Option<Timestamp>) {
        self.end.ended_at = at;
    }

    /// The final counts and warnings.
    pub(crate) fn finish(&mut self) -> Finished {
        if self.dropped > 0 {
            self.warn(format!(
                "the recorder could not keep up: {} records were dropped; see --queue-limit",
                self.dropped
            ));
        }
        if let Some(cause) = &self.end.first_loss {
            // The line of the end itself is not counted: if only that is missing, no record is lost.
            let lost = self.end.lost - self.dropped;
            self.warn(format!("{lost} records could not be written: {cause}"));
        }
        Finished {
            end: mem::take(&mut self.end),
            warnings: mem::take(&mut self.warnings),
        }
    }
}

/// More than a user reads; bounds what a misbehaving peer can make us hold.
const MAX_WARNINGS: usize = 100;
