//! Computes the section "Cache".
//!
//! A provider's cache can serve at most the prefix that two prompts share. We
//! expect it to hold the input of the previous request in the same thread; a
//! request that gets less than half of that is a miss. Its reason is the first that
//! applies, in the order in which each would change a prompt's prefix.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::call::Kind;
use crate::fold::sections::conversation::{instructions_changed, tools_changed};
use crate::fold::threads::ThreadStep;
use crate::report::{Cache, CacheUse, MissCount, MissReason};
use crate::stats::Quantiles;

/// The section, built from one request after the other.
#[derive(Default)]
pub(crate) struct CacheUses<'t, 'a> {
    threads: Vec<ThreadUses<'t, 'a>>,
}

/// The requests of one conversation.
#[derive(Default)]
struct ThreadUses<'t, 'a> {
    requests: Vec<CacheUse>,
    /// The last request so far.
    before: Option<Rc<ThreadStep<'t, 'a>>>,
}

impl<'t, 'a> CacheUses<'t, 'a> {
    pub(crate) fn take(&mut self, step: &Rc<ThreadStep<'t, 'a>>) {
        if self.threads.len() <= step.thread {
            self.threads
                .resize_with(step.thread + 1, ThreadUses::default);
        }
        let Some(tokens) = step.call.tokens.filter(|tokens| tokens.input > 0) else {
            return;
        };
        let ThreadUses { requests, before } = &mut self.threads[step.thread];
        let last = before.replace(Rc::clone(step));
        let last = last.as_deref();
        let expected = last.map_or(0, |before| {
            before.call.tokens.map_or(0, |tokens| tokens.input)
        });
        let missed = tokens.cached < expected.div_ceil(2);
        let nothing = last.is_none() && tokens.cached == 0;
        let (common_bytes, previous_bytes) = common(last, step);
        requests.push(CacheUse {
            exchange: step.entry.row.id,
            thread: step.thread as u64 + 1,
            input: tokens.input,
            cached: tokens.cached,
            expected,
            common_bytes,
            previous_bytes,
            miss: (missed || nothing).then(|| reason(last, step)),
        });
    }

    /// The section "Cache".
    pub(crate) fn finish(self) -> Cache {
        let threads = self.threads.into_iter();
        summary(threads.flat_map(|thread| thread.requests).collect())
    }
}

fn summary(requests: Vec<CacheUse>) -> Cache {
    let mut reasons: BTreeMap<MissReason, (u64, u64)> = BTreeMap::new();
    for request in &requests {
        if let Some(reason) = request.miss {
            let (count, missed) = reasons.entry(reason).or_default();
            *count += 1;
            *missed = missed.saturating_add(missed_tokens(request));
        }
    }
    let mut counts: Vec<MissCount> = reasons
        .into_iter()
        .map(|(reason, (count, missed_tokens))| MissCount {
            reason,
            count,
            missed_tokens,
        })
        .collect();
    counts.sort_by_key(|miss| std::cmp::Reverse(miss.count));
    let misses = counts.iter().map(|miss| miss.count).sum();
    Cache {
        hits: requests.len() as u64 - misses,
        misses,
        share: Quantiles::of(requests.iter().map(|request| {
            let share = u128::from(request.cached) * 10_000 / u128::from(request.input);
            u64::try_from(share).unwrap_or(u64::MAX)
        })),
        missed_tokens: counts
            .iter()
            .map(|miss| miss.missed_tokens)
            .fold(0, u64::saturating_add),
        reasons: counts,
        requests,
    }
}

/// The tokens that could have come from the cache and did not.
fn missed_tokens(request: &CacheUse) -> u64 {
    request
        .expected
        .min(request.input)
        .saturating_sub(request.cached)
}

/// The length in bytes of the prefix that two prompts share, and that of the earlier prompt.
fn common(before: Option<&ThreadStep<'_, '_>>, step: &ThreadStep<'_, '_>) -> (u64, u64) {
    let Some(before) = before else { return (0, 0) };
    let old = before.tools.iter().chain(&before.shown);
    let new = step.tools.iter().chain(&step.shown);
    let same = old.zip(new).take_while(|(old, new)| old == new);
    (same.map(|(old, _)| old.bytes()).sum(), before.context_bytes)
}

/// The likely reason of a miss.
fn reason(before: Option<&ThreadStep<'_, '_>>, step: &ThreadStep<'_, '_>) -> MissReason {
    let Some(before) = before else {
        return MissReason::FirstRequest;
    };
    let pause_us = step
        .entry
        .row
        .started_us
        .saturating_sub(before.entry.row.ended_us());
    let goes_on = step.shown.starts_with(&before.shown);
    if before.call.model != step.call.model {
        MissReason::OtherModel
    } else if before.call.kind == Kind::Compaction {
        MissReason::Compaction
    } else if tools_changed(before, step) {
        MissReason::ChangedTools
    } else if instructions_changed(before, step) {
        MissReason::ChangedInstructions
    } else if !goes_on {
        MissReason::ChangedInput
    } else if pause_us > CACHE_LIFE_US {
        MissReason::LongPause
    } else {
        MissReason::Unexplained
    }
}

/// Providers say that an unused entry may expire after five minutes.
const CACHE_LIFE_US: i64 = 300_000_000;
