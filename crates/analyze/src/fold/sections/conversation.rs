//! Computes the section "Conversation".

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use capture::record::Timestamp;

use crate::call::Kind;
use crate::endpoint::FOLDED;
use crate::fold::sections::tools::Results;
use crate::fold::threads::ThreadStep;
use crate::fold::timeline_index::TimelineIndex;
use crate::report::{CalledTool, Conversation, StepStats, ThreadStats};

/// The section, built from one request after the other.
pub(crate) struct Threads<'t, 'a> {
    timeline: &'t TimelineIndex<'a>,
    results: &'t Results,
    threads: Vec<ThreadTotals<'t, 'a>>,
    /// The sums of the threads past [`MAX_THREADS`], and their number.
    rest: Option<(ThreadTotals<'t, 'a>, usize)>,
}

/// One conversation so far.
struct ThreadTotals<'t, 'a> {
    stats: ThreadStats,
    models: BTreeSet<&'a str>,
    /// Its last turn.
    turn: Option<&'a str>,
    /// Its last request.
    before: Option<Rc<ThreadStep<'t, 'a>>>,
}

impl<'t, 'a> Threads<'t, 'a> {
    pub(crate) fn of(timeline: &'t TimelineIndex<'a>, results: &'t Results) -> Self {
        Self {
            timeline,
            results,
            threads: Vec::new(),
            rest: None,
        }
    }

    pub(crate) fn take(&mut self, step: &Rc<ThreadStep<'t, 'a>>) {
        if let Some(past) = step.thread.checked_sub(MAX_THREADS) {
            let new = || (ThreadTotals::new(Some(FOLDED.to_owned())), 0);
            let (rest, count) = self.rest.get_or_insert_with(new);
            *count = past.saturating_add(1).max(*count);
            rest.count(step);
            return;
        }
        if step.thread == self.threads.len() {
            self.threads
                .push(ThreadTotals::new(step.call.ids.thread.clone()));
        }
        let thread = &mut self.threads[step.thread];
        let turn = thread.count(step);
        let before = thread.before.replace(Rc::clone(step));
        let step = self::step(self.timeline, self.results, step, before.as_deref(), turn);
        thread.stats.steps.push(step);
    }

    /// The section "Conversation".
    pub(crate) fn finish(self) -> Conversation {
        let (rest, folded) = self.rest.unzip();
        let threads = self.threads.into_iter().chain(rest);
        let threads = threads.map(|thread| ThreadStats {
            models: thread.models.into_iter().map(str::to_owned).collect(),
            ..thread.stats
        });
        Conversation {
            threads: threads.collect(),
            folded: folded.unwrap_or(0) as u64,
        }
    }
}

impl<'a> ThreadTotals<'_, 'a> {
    fn new(id: Option<String>) -> Self {
        Self {
            stats: ThreadStats {
                id,
                ..ThreadStats::default()
            },
            models: BTreeSet::new(),
            turn: None,
            before: None,
        }
    }

    /// Adds a request to the sums; returns the number of its turn, if it has one.
    fn count(&mut self, step: &ThreadStep<'_, 'a>) -> Option<u64> {
        let (stats, call) = (&mut self.stats, step.call);
        if stats.source.is_none() {
            stats.source.clone_from(&call.settings.thread_source);
        }
        self.models.insert(&call.model);
        let turn = call.ids.turn.as_deref();
        if turn.is_some() && call.kind == Kind::Turn && self.turn != turn {
            self.turn = turn;
            stats.turns += 1;
        }
        let compacts = call.kind == Kind::Compaction && step.entry.retry_of.is_none();
        stats.compactions += u64::from(compacts);
        stats.tokens.add(call.tokens.unwrap_or_default());
        stats.body_bytes = stats.body_bytes.saturating_add(call.prompt.bytes);
        stats.resent_bytes = stats.resent_bytes.saturating_add(step.resent_bytes);
        turn.and(Some(stats.turns)).filter(|turn| *turn > 0)
    }
}

fn step(
    timeline: &TimelineIndex<'_>,
    results: &Results,
    step: &ThreadStep<'_, '_>,
    before: Option<&ThreadStep<'_, '_>>,
    turn: Option<u64>,
) -> StepStats {
    let (row, call) = (step.entry.row, step.call);
    let mut new_bytes = BTreeMap::new();
    for content in &step.new {
        *new_bytes.entry(content.part).or_insert(0) += content.bytes();
    }
    StepStats {
        exchange: row.id,
        turn,
        kind: step.entry.kind().unwrap_or(call.kind),
        transport: row.transport,
        started_at: Timestamp::from_micros(row.started_us),
        ending: call.ending,
        retry_of: step
            .entry
            .retry_of
            .map(|index| timeline.exchanges[index].row.id),
        ttft_us: call.marks.ttft_us(),
        total_us: call.marks.total_us(),
        tokens: call.tokens,
        body_bytes: call.prompt.bytes,
        resent_bytes: step.resent_bytes,
        context_bytes: step.context_bytes,
        tools_changed: before.is_some_and(|before| tools_changed(before, step)),
        instructions_changed: before.is_some_and(|before| instructions_changed(before, step)),
        new_bytes,
        tool_calls: results
            .of_call(timeline, step.entry, call)
            .map(called)
            .collect(),
    }
}

/// Whether a step has different tools from the one before. Steps without any do not count.
pub(crate) fn tools_changed(before: &ThreadStep<'_, '_>, step: &ThreadStep<'_, '_>) -> bool {
    !before.tools.is_empty() && !step.tools.is_empty() && before.tools != step.tools
}

/// Whether a step has different instructions from the one before. Steps without any do not count.
pub(crate) fn instructions_changed(before: &ThreadStep<'_, '_>, step: &ThreadStep<'_, '_>) -> bool {
    let (old, new) = (&before.instructions, &step.instructions);
    !old.is_empty() && !new.is_empty() && old != new
}

fn called(paired: crate::fold::sections::tools::PairedCall<'_>) -> CalledTool {
    CalledTool {
        name: paired.call.name.clone(),
        argument_bytes: paired.call.argument_bytes,
        duration_us: paired.result.and_then(|result| result.duration_us),
        result_bytes: paired.result.map(|result| result.bytes),
    }
}

/// A session has a few. The report lists every step of each.
pub(crate) const MAX_THREADS: usize = 2_000;
