//! Pairs each tool call of a model with the result that the agent sent back.
//!
//! A call and its result share a `call_id`. The time between them, from the event
//! that completes the call to the start of the request that brings the result,
//! includes the tool's run and the agent's overhead.

use std::collections::BTreeMap;

use crate::call::{Call, Digest, ToolCall};
use crate::decode::Part;
use crate::fold::digests::DigestMap;
use crate::fold::timeline_index::{IndexedExchange, TimelineIndex};
use crate::report::ToolStats;
use crate::stats::Quantiles;

/// One tool call and its result.
#[derive(Debug)]
pub(crate) struct PairedCall<'a> {
    pub(crate) call: &'a ToolCall,
    /// `None` if no result was sent.
    pub(crate) result: Option<PairedResult>,
}

/// The result of a tool call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PairedResult {
    pub(crate) duration_us: Option<u64>,
    pub(crate) bytes: u64,
}

/// The results in all requests, by the id of their call.
pub(crate) struct Results {
    /// The first exchange that brought the result, and the result's length.
    first: DigestMap<(usize, Digest), (usize, u64)>,
}

impl Results {
    /// The results in all requests.
    pub(crate) fn of(timeline: &TimelineIndex<'_>) -> Self {
        let mut first = DigestMap::default();
        for (index, entry) in timeline.exchanges.iter().enumerate() {
            for content in entry.contents.input() {
                if let (Part::ToolResult, Some(id)) = (content.part, content.call_id) {
                    let key = (entry.recording, id);
                    first.entry(key).or_insert((index, content.bytes()));
                }
            }
        }
        Self { first }
    }

    /// The tool calls in one response, each with its result.
    pub(crate) fn of_call<'a, 'c>(
        &self,
        timeline: &TimelineIndex<'a>,
        entry: &IndexedExchange<'a>,
        call: &'c Call,
    ) -> impl Iterator<Item = PairedCall<'c>> {
        call.tool_calls.iter().map(move |call| {
            let id = Digest::of(&call.call_id);
            let found = self.first.get(&(entry.recording, id));
            let result = found.map(|&(exchange, bytes)| PairedResult {
                bytes,
                duration_us: call.at_us.map(|at_us| {
                    let called = entry.row.started_us.saturating_add_unsigned(at_us);
                    let sent = timeline.exchanges[exchange].row.started_us;
                    sent.saturating_sub(called).max(0).unsigned_abs()
                }),
            });
            PairedCall { call, result }
        })
    }
}

/// The tools that were called, the most used first.
pub(crate) fn finish(timeline: &TimelineIndex<'_>, results: &Results) -> Vec<ToolStats> {
    let calls = timeline.calls();
    let calls: Vec<PairedCall<'_>> = calls
        .flat_map(|(entry, call)| results.of_call(timeline, entry, call))
        .collect();
    let mut groups: BTreeMap<&str, Vec<&PairedCall<'_>>> = BTreeMap::new();
    for call in &calls {
        groups.entry(&call.call.name).or_default().push(call);
    }
    let mut tools: Vec<ToolStats> = groups
        .into_iter()
        .map(|(name, calls)| {
            let results = || calls.iter().filter_map(|call| call.result);
            ToolStats {
                name: name.to_owned(),
                calls: calls.len() as u64,
                argument_bytes: Quantiles::of(calls.iter().map(|call| call.call.argument_bytes)),
                duration_us: Quantiles::of(results().filter_map(|result| result.duration_us)),
                result_bytes: Quantiles::of(results().map(|result| result.bytes)),
                unanswered: calls.len() as u64 - results().count() as u64,
            }
        })
        .collect();
    tools.sort_by_key(|tool| std::cmp::Reverse(tool.calls));
    tools
}
