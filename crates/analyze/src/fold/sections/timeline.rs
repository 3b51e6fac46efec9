//! Computes the section "Timeline".

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::call::Call;
use crate::endpoint::Endpoint;
use crate::fold::timeline_index::{IndexedExchange, TimelineIndex};
use crate::report::{CallMoment, Moment, Timeline};

pub(crate) fn finish(timeline: &TimelineIndex<'_>) -> Timeline {
    let mut starts: BTreeMap<usize, i64> = BTreeMap::new();
    for entry in &timeline.exchanges {
        let start = starts
            .entry(entry.recording)
            .or_insert(entry.row.started_us);
        *start = entry.row.started_us.min(*start);
    }
    let mut endpoints: HashMap<&Endpoint, Arc<Endpoint>> = HashMap::new();
    let exchanges = timeline.exchanges.iter().map(|entry| {
        let endpoint = endpoints.entry(entry.endpoint);
        let endpoint = endpoint.or_insert_with(|| Arc::new(entry.endpoint.clone()));
        moment(entry, starts[&entry.recording], Arc::clone(endpoint))
    });
    let exchanges = exchanges.collect();
    Timeline { exchanges }
}

fn moment(entry: &IndexedExchange<'_>, start: i64, endpoint: Arc<Endpoint>) -> Moment {
    let row = entry.row;
    Moment {
        recording: entry.recording,
        exchange: row.id,
        start_us: row.started_us.saturating_sub(start).max(0).unsigned_abs(),
        endpoint,
        transport: row.transport,
        process: entry.process.map(|process| process.name.clone()),
        status: row.status,
        state: row.state,
        failed: row.failed(),
        sent_us: row.sent_us,
        answer_us: row.answer_us,
        end_us: row.end_us,
        bytes_up: row.up.content,
        bytes_down: row.down.content,
        call: entry.call().map(|call| call_moment(entry, call)),
    }
}

fn call_moment(entry: &IndexedExchange<'_>, call: &Call) -> CallMoment {
    CallMoment {
        kind: entry.kind().unwrap_or(call.kind),
        model: call.model.clone(),
        thread: call.ids.thread.clone(),
        turn: call.ids.turn.clone(),
        tokens: call.tokens,
        ttft_us: call.marks.ttft_us(),
        first_output_us: call.marks.first_output_us,
        total_us: call.marks.total_us(),
        longest_gap_us: call.marks.longest_gap_us,
    }
}
