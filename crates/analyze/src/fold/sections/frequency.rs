//! Computes the section "Frequency over time".

use std::collections::HashMap;

use capture::record::Timestamp;

use crate::call::Kind;
use crate::fold::row::ExchangeRow;
use crate::fold::timeline_index::TimelineIndex;
use crate::report::{Frequency, Slice};
use crate::stats::Quantiles;

pub(crate) fn finish(timeline: &TimelineIndex<'_>) -> Frequency {
    let mut rows: Vec<&ExchangeRow> = timeline.exchanges.iter().map(|entry| entry.row).collect();
    rows.sort_by_key(|row| (row.started_us, row.at));
    let (slice_us, slices) = slices(&rows);
    let model = rows.iter().filter(|row| row.call.is_some());
    Frequency {
        slice_us,
        slices,
        busiest_second: busiest(&rows, SECOND_US),
        busiest_minute: busiest(&rows, 60 * SECOND_US),
        concurrent: concurrent(rows.iter().copied()),
        concurrent_model: concurrent(model.copied()),
        think_us: Quantiles::of(think_times(timeline)),
    }
}

/// Cuts the period into slices of a round length.
fn slices(rows: &[&ExchangeRow]) -> (u64, Vec<Slice>) {
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
        return (0, Vec::new());
    };
    let period_us = last.started_us.saturating_sub(first.started_us);
    let fits = |length: &&i64| period_us / **length < MAX_SLICES;
    let length = SLICES_US.iter().find(fits).copied();
    let length = length.unwrap_or(period_us / MAX_SLICES + 1);
    let start = first.started_us.div_euclid(length) * length;
    let count = last.started_us.saturating_sub(start) / length + 1;
    let mut slices: Vec<Slice> = (0..count)
        .map(|index| Slice {
            start: Timestamp::from_micros(start.saturating_add(index * length)),
            exchanges: 0,
            model_requests: 0,
            failed: 0,
            wire_bytes: 0,
        })
        .collect();
    for row in rows {
        let index = row.started_us.saturating_sub(start) / length;
        let found = usize::try_from(index)
            .ok()
            .and_then(|at| slices.get_mut(at));
        let Some(slice) = found else { continue };
        slice.exchanges += 1;
        slice.model_requests += u64::from(row.call.is_some());
        slice.failed += u64::from(row.failed());
        let bytes = row.up.wire.saturating_add(row.down.wire);
        slice.wire_bytes = slice.wire_bytes.saturating_add(bytes);
    }
    (length.unsigned_abs(), slices)
}

/// The most exchanges that begin within `window_us`; `rows` are sorted by start.
fn busiest(rows: &[&ExchangeRow], window_us: i64) -> u64 {
    let mut from = 0;
    let mut most = 0;
    for (to, row) in rows.iter().enumerate() {
        while row.started_us.saturating_sub(rows[from].started_us) >= window_us {
            from += 1;
        }
        most = most.max(to - from + 1);
    }
    most as u64
}

/// The most exchanges that are in progress at once.
fn concurrent<'a>(rows: impl Iterator<Item = &'a ExchangeRow>) -> u64 {
    let mut changes: Vec<(i64, i64)> = rows
        .flat_map(|row| [(row.started_us, 1), (row.ended_us(), -1)])
        .collect();
    // At the same instant an end (-1) sorts before a start (1).
    changes.sort_unstable();
    let running = changes.iter().scan(0, |count, (_, change)| {
        *count += change;
        Some(*count)
    });
    running.max().unwrap_or(0).max(0).unsigned_abs()
}

/// The times from the end of each turn's last request to the first request of the next turn.
fn think_times(timeline: &TimelineIndex<'_>) -> Vec<u64> {
    let mut last: HashMap<(usize, &str), (&str, i64)> = HashMap::new();
    let mut times = Vec::new();
    for (entry, call) in timeline.calls().filter(|(_, call)| call.kind == Kind::Turn) {
        let (Some(thread), Some(turn)) = (call.ids.thread.as_deref(), call.ids.turn.as_deref())
        else {
            continue;
        };
        let ended = (turn, entry.row.ended_us());
        if let Some((before, ended)) = last.insert((entry.recording, thread), ended)
            && before != turn
        {
            let pause = entry.row.started_us.saturating_sub(ended);
            times.push(pause.max(0).unsigned_abs());
        }
    }
    times
}

const SECOND_US: i64 = 1_000_000;
/// Lengths of slices, from a second to a day.
const SLICES_US: [i64; 12] = {
    let seconds = [1, 2, 5, 10, 30, 60, 300, 900, 3_600, 14_400, 43_200, 86_400];
    let mut lengths = [0; 12];
    let mut at = 0;
    while at < lengths.len() {
        lengths[at] = seconds[at] * SECOND_US;
        at += 1;
    }
    lengths
};
/// As many rows as fit on a page.
const MAX_SLICES: i64 = 40;
