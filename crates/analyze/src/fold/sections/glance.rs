//! Computes the section "At a glance".

use std::collections::BTreeSet;

use capture::record::Timestamp;

use crate::call::Kind;
use crate::fold::endpoint_limit::EndpointLimit;
use crate::fold::problems::Problems;
use crate::fold::sections::completeness;
use crate::fold::timeline_index::TimelineIndex;
use crate::report::Glance;
use crate::stats::Quantiles;

pub(crate) fn finish(
    timeline: &TimelineIndex<'_>,
    agents: &BTreeSet<String>,
    endpoint_limit: &EndpointLimit,
    problems: &Problems,
) -> Glance {
    let rows = || timeline.exchanges.iter().map(|entry| entry.row);
    let first = rows().map(|row| row.started_us).min();
    let last = rows().map(|row| row.ended_us()).max();
    let mut glance = Glance {
        agents: agents.iter().cloned().collect(),
        first: first.map(Timestamp::from_micros),
        last: last.map(Timestamp::from_micros),
        period_us: match (first, last) {
            (Some(first), Some(last)) => last.saturating_sub(first).max(0).unsigned_abs(),
            _ => 0,
        },
        exchanges: timeline.exchanges.len() as u64,
        failed: rows().filter(|row| row.failed()).count() as u64,
        ttft_us: Quantiles::of(
            timeline
                .calls()
                .filter_map(|(_, call)| call.marks.ttft_us()),
        ),
        hosts: endpoint_limit.count_hosts(timeline.hosts()),
        wire_bytes_up: rows().map(|row| row.up.wire).fold(0, u64::saturating_add),
        wire_bytes_down: rows().map(|row| row.down.wire).fold(0, u64::saturating_add),
        complete: completeness::is_complete(&completeness::lapses(timeline, problems)),
        ..Glance::default()
    };
    let (mut turns, mut threads) = (BTreeSet::new(), BTreeSet::new());
    for (entry, call) in timeline.calls() {
        glance.model_requests += 1;
        glance.tool_calls += call.tool_calls.len() as u64;
        glance.tokens.add(call.tokens.unwrap_or_default());
        threads.extend(call.ids.thread.as_deref().map(|id| (entry.recording, id)));
        if call.kind == Kind::Turn {
            turns.extend(call.ids.turn.as_deref().map(|id| (entry.recording, id)));
            glance.turn_requests += u64::from(entry.retry_of.is_none());
        }
    }
    glance.turns = turns.len() as u64;
    glance.threads = threads.len() as u64;
    glance
}
