//! Records that the sink has taken and may still lose: a disk can stay full to the end.
//!
//! The sink writes in order, so if it gives up, it loses the last ones. What each record added to
//! the counts is kept here until it is known to be written.

use std::collections::VecDeque;

use crate::record::{Body, End, Exchange, OutcomeState};

/// The records that the sink has taken since it last wrote everything.
#[derive(Debug, Default)]
pub(crate) struct UnflushedRecords(VecDeque<UnflushedRecord>);

/// What one record added to the counts.
#[derive(Debug, Clone, Copy)]
pub(crate) enum UnflushedRecord {
    Exchange {
        state: OutcomeState,
        truncated: bool,
    },
    /// A session or a connection.
    Other,
    /// The last line, which counts the others and is not counted itself.
    End,
}

impl UnflushedRecord {
    pub(crate) fn of(exchange: &Exchange) -> Self {
        Self::Exchange {
            state: exchange.outcome.state,
            truncated: is_truncated(exchange),
        }
    }

    /// Adds the record to the counts.
    pub(crate) fn add_to(self, end: &mut End) {
        self.count(end, |count| *count += 1);
    }

    /// Takes the record out of the counts: it was lost.
    fn lose_from(self, end: &mut End) {
        self.count(end, |count| *count = count.saturating_sub(1));
        end.lost += u64::from(!matches!(self, Self::End));
    }

    fn count(self, end: &mut End, change: impl Fn(&mut u64)) {
        let Self::Exchange { state, truncated } = self else {
            return;
        };
        change(&mut end.exchanges);
        match state {
            OutcomeState::Complete | OutcomeState::Unknown => {}
            OutcomeState::Aborted => change(&mut end.aborted),
            OutcomeState::Failed => change(&mut end.failed),
        }
        if truncated {
            change(&mut end.truncated);
        }
    }
}

impl UnflushedRecords {
    /// Adds a record; returns whether it is time to call [`UnflushedRecords::keep_last`].
    pub(crate) fn push(&mut self, entry: UnflushedRecord) -> bool {
        self.0.push_back(entry);
        self.0.len().is_multiple_of(MANY)
    }

    /// Keeps the last `count` records: those before them are written.
    pub(crate) fn keep_last(&mut self, count: u64) {
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let written = self.0.len().saturating_sub(count);
        self.0.drain(..written);
    }

    /// Takes the last `count` records out of the counts.
    pub(crate) fn lose_last(&mut self, count: u64, end: &mut End) {
        self.keep_last(count);
        self.0.drain(..).for_each(|entry| entry.lose_from(end));
    }
}

fn is_truncated(exchange: &Exchange) -> bool {
    let cut = |body: &Option<Body>| body.as_ref().is_some_and(|body| body.truncated);
    let response = exchange.response.as_ref();
    cut(&exchange.request.body)
        || response.is_some_and(|response| {
            cut(&response.body) || response.events.iter().any(|event| event.truncated)
        })
}

/// How often to ask the sink while it is never flushed. It holds at most 4 MiB, which is fewer records.
const MANY: usize = 64 * 1024;
