//! The recorder's counts: of the recording, and of each connection under way.

use std::collections::HashMap;
use std::{io, mem};

use crate::proxy::recorder::queue::Loss;
use crate::proxy::recorder::unflushed::{UnflushedRecord, UnflushedRecords};
use crate::record::{Connection, Dispositions, End, Exchange, State, Timestamp};

/// What the recorder has counted.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    end: End,
    /// Of what was lost, how much the queue had no room for.
    dropped: u64,
    warnings: Vec<String>,
    /// What the sink may yet lose.
    taken: UnflushedRecords,
    /// Connections that carried something and are not over.
    under_way: HashMap<u64, ConnectionTally>,
}

/// What was counted on one connection.
#[derive(Debug, Default, Clone, Copy)]
struct ConnectionTally {
    exchanges: u64,
    lost: u64,
}

/// What the recording came to.
#[derive(Debug)]
pub(crate) struct Finished {
    /// The last line, as it was written or would have been.
    pub(crate) end: End,
    /// What the user should read.
    pub(crate) warnings: Vec<String>,
}

impl Tally {
    /// Counts an exchange that a sink has taken; what it returns is as of [`Tally::note_taken`].
    pub(crate) fn count_exchange(&mut self, exchange: &Exchange) -> bool {
        self.under_way
            .entry(exchange.connection)
            .or_default()
            .exchanges += 1;
        let entry = UnflushedRecord::of(exchange);
        entry.add_to(&mut self.end);
        self.note_taken(entry)
    }

    /// Notes a record that a sink has taken; says whether the sink should be asked how many of
    /// these it still holds ([`Tally::still_held`]).
    pub(crate) fn note_taken(&mut self, entry: UnflushedRecord) -> bool {
        self.taken.push(entry)
    }

    /// Forgets the records that are written: all but the last `count`.
    pub(crate) fn still_held(&mut self, count: u64) {
        self.taken.keep_last(count);
    }

    /// Counts as lost the last `count` records that the sink has taken: it could not write them.
    pub(crate) fn lose_last(&mut self, count: u64, cause: &io::Error) {
        self.taken.lose_last(count, &mut self.end);
        self.lose(0, cause);
    }

    /// Counts a connection by what became of it.
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
            // No state that this version gives.
            State::Unknown => return,
        } += 1;
    }

    /// Counts a connection, writes what is known of it into its record, and forgets it.
    pub(crate) fn close_connection(&mut self, connection: &mut Connection, loss: Loss) {
        let counts = self.under_way.remove(&connection.id).unwrap_or_default();
        connection.exchanges = counts.exchanges;
        connection.lost = counts.lost + self.count_loss(loss);
        self.count_connection(connection.disposition.state);
    }

    /// Counts what the queue had no room for; returns how many records that is.
    pub(crate) fn count_loss(&mut self, loss: Loss) -> u64 {
        let records = loss.records + u64::from(loss.cut);
        self.dropped += records;
        self.end.lost += records;
        records
    }

    /// Counts an exchange that a sink refused.
    pub(crate) fn lose_exchange(&mut self, connection: u64, cause: &io::Error) {
        self.under_way.entry(connection).or_default().lost += 1;
        self.lose(1, cause);
    }

    /// Counts records that a sink refused.
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

    /// The counts as they stand.
    pub(crate) fn end(&self) -> &End {
        &self.end
    }

    /// Notes when the recording ended.
    pub(crate) fn finish_at(&mut self, at: Option<Timestamp>) {
        self.end.ended_at = at;
    }

    /// Everything, at the end.
    pub(crate) fn take(&mut self) -> Finished {
        if self.dropped > 0 {
            self.warn(format!(
                "the recorder could not keep up: {} records were dropped; see --queue-limit",
                self.dropped
            ));
        }
        if let Some(cause) = &self.end.first_loss {
            // The end's own line is not among them: where it alone is missing, none is.
            let lost = self.end.lost - self.dropped;
            self.warn(format!("{lost} records could not be written: {cause}"));
        }
        Finished {
            end: mem::take(&mut self.end),
            warnings: mem::take(&mut self.warnings),
        }
    }
}

/// More than a user reads; bounds what a misbehaving peer can make us remember.
const MAX_WARNINGS: usize = 100;
