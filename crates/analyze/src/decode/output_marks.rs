//! When model output came, and how evenly.

use crate::call::Marks;
use crate::line::exchange::{Exchange, Response};

/// Follows the events of one answer that carry model output.
#[derive(Debug, Default)]
pub(super) struct OutputMarks {
    marks: Marks,
    gaps_us: Vec<u64>,
}

impl OutputMarks {
    /// Records the time of an event that carries model output.
    pub(super) fn output_at(&mut self, at_us: u64) {
        if let Some(last) = self.marks.last_output_us {
            let gap = at_us.saturating_sub(last);
            self.gaps_us.push(gap);
            self.marks.longest_gap_us = self.marks.longest_gap_us.max(Some(gap));
        }
        self.marks.first_output_us.get_or_insert(at_us);
        self.marks.last_output_us = Some(at_us);
        self.marks.output_events += 1;
    }

    /// The marks, those of `exchange` itself included, and the gaps between the events.
    pub(super) fn finish(mut self, exchange: &Exchange<'_>) -> (Marks, Vec<u64>) {
        self.marks.sent_us = exchange.request.end_us;
        self.marks.end_us = exchange.response.as_ref().and_then(end_us);
        (self.marks, self.gaps_us)
    }
}

/// When an answer was over: its own mark, or its last event.
fn end_us(response: &Response) -> Option<u64> {
    response
        .end_us
        .or_else(|| response.events.last().map(|event| event.at_us))
}
