//! The data of the section "Cache".

use serde::Serialize;

use crate::stats::Quantiles;

/// How much input came from the provider's prompt cache.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Cache {
    /// Requests with input tokens that are no miss.
    pub hits: u64,
    /// Requests that got less than half of what the cache could hold, and first requests that got nothing.
    pub misses: u64,
    /// Share of a request's input that came from the cache, in hundredths of a percent.
    pub share: Option<Quantiles>,
    /// Input tokens that a miss made the provider read again.
    pub missed_tokens: u64,
    /// Likely reasons for the misses, the most frequent first.
    pub reasons: Vec<MissCount>,
    /// Every request with input tokens, in order.
    pub requests: Vec<CacheUse>,
}

/// How often misses had one likely reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MissCount {
    /// The likely reason.
    pub reason: MissReason,
    /// How many misses.
    pub count: u64,
    /// Input tokens that the provider read again.
    pub missed_tokens: u64,
}

/// What one request got from the cache.
#[derive(Debug, Clone, Serialize)]
pub struct CacheUse {
    /// The exchange's number in its recording.
    pub exchange: u64,
    /// The number of its thread, counted from 1 in the order in which threads began.
    pub thread: u64,
    /// Input tokens.
    pub input: u64,
    /// Of these, from the cache.
    pub cached: u64,
    /// Input tokens of the previous request in its thread: what the cache could hold.
    pub expected: u64,
    /// The length in bytes of the prefix that the prompt shares with the previous one.
    pub common_bytes: u64,
    /// The length in bytes of the whole previous prompt.
    pub previous_bytes: u64,
    /// Why it is a miss; `None` for a hit.
    pub miss: Option<MissReason>,
}

/// The likely reason for a cache miss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MissReason {
    /// The first request of its thread: nothing was cached yet.
    FirstRequest,
    /// A different model than before.
    OtherModel,
    /// The history was replaced by a summary.
    Compaction,
    /// The tools changed: they come first in the prompt.
    ChangedTools,
    /// The instructions changed.
    ChangedInstructions,
    /// Earlier input was changed, moved or removed.
    ChangedInput,
    /// More than five minutes passed: caches expire.
    LongPause,
    /// The prompt starts as before, but the provider did not use its cache.
    Unexplained,
}
