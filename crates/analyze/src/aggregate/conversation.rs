//! Works out the section "Conversation".

use std::collections::{BTreeMap, BTreeSet};

use capture::record::Timestamp;

use super::threads::{Step, Thread};
use super::tools::Results;
use super::view::View;
use crate::call::Kind;
use crate::report::{CalledTool, Conversation, StepStats, ThreadStats};

pub(super) fn finish(view: &View<'_>, threads: &[Thread<'_, '_>]) -> Conversation {
    let results = Results::of(view);
    Conversation {
        threads: threads
            .iter()
            .map(|all| thread(view, &results, all))
            .collect(),
    }
}

fn thread(view: &View<'_>, results: &Results, thread: &Thread<'_, '_>) -> ThreadStats {
    let mut finished = ThreadStats {
        id: thread.id.map(str::to_owned),
        ..ThreadStats::default()
    };
    let mut models = BTreeSet::new();
    let mut turns: Vec<&str> = Vec::new();
    let mut before: Option<&Step<'_, '_>> = None;
    for step in &thread.steps {
        let call = step.call;
        let source = call.settings.thread_source.clone();
        finished.source = finished.source.take().or(source);
        models.insert(call.model.as_str());
        if let (Some(turn), Kind::Turn) = (call.ids.turn.as_deref(), call.kind)
            && turns.last() != Some(&turn)
        {
            turns.push(turn);
        }
        let compacts = call.kind == Kind::Compaction && step.entry.retry_of.is_none();
        finished.compactions += u64::from(compacts);
        finished.tokens.add(call.tokens.unwrap_or_default());
        finished.body_bytes = finished.body_bytes.saturating_add(call.prompt.bytes);
        finished.resent_bytes = finished.resent_bytes.saturating_add(step.resent_bytes);
        let turn = call.ids.turn.as_ref().map(|_| turns.len() as u64);
        let turn = turn.filter(|turn| *turn > 0);
        finished
            .steps
            .push(self::step(view, results, step, before, turn));
        before = Some(step);
    }
    finished.turns = turns.len() as u64;
    finished.models = models.into_iter().map(str::to_owned).collect();
    finished
}

fn step(
    view: &View<'_>,
    results: &Results,
    step: &Step<'_, '_>,
    before: Option<&Step<'_, '_>>,
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
            .map(|index| view.exchanges[index].row.id),
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
            .of_call(view, step.entry, call)
            .map(called)
            .collect(),
    }
}

/// Whether a step has other tools than the one before; a step with none at all does not count.
pub(super) fn tools_changed(before: &Step<'_, '_>, step: &Step<'_, '_>) -> bool {
    !before.tools.is_empty() && !step.tools.is_empty() && before.tools != step.tools
}

/// Whether a step has other instructions than the one before, likewise.
pub(super) fn instructions_changed(before: &Step<'_, '_>, step: &Step<'_, '_>) -> bool {
    let (old, new) = (&before.instructions, &step.instructions);
    !old.is_empty() && !new.is_empty() && old != new
}

fn called(paired: super::tools::PairedCall<'_>) -> CalledTool {
    CalledTool {
        name: paired.call.name.clone(),
        argument_bytes: paired.call.argument_bytes,
        duration_us: paired.result.and_then(|result| result.duration_us),
        result_bytes: paired.result.map(|result| result.bytes),
    }
}
