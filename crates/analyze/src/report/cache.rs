//! The data of the section "Cache".

use serde::Serialize;

use crate::stats::Quantiles;

/// How much input came from the provider's prompt cache.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Cache {
    /// Requests with input of which the cache gave at least what it could be expected to.
    pub hits: u64,
    /// Requests with input of which it gave less than half of that.
    pub misses: u64,
    /// Share of the input that came from the cache, in hundredths of a percent, over requests.
    pub share: Option<Quantiles>,
    /// Input tokens that a miss made the provider read again.
    pub missed_tokens: u64,
    /// Likely reasons of the misses, the most frequent first.
    pub reasons: Vec<MissCount>,
    /// Every request with input, in order.
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

/// What one request had from the cache.
#[derive(Debug, Clone, Serialize)]
pub struct CacheUse {
    /// The exchange's number in its recording.
    pub exchange: u64,
    /// Its thread, counted from 1 in the order in which they began.
    pub thread: u64,
    /// Input tokens.
    pub input: u64,
    /// Of these, from the cache.
    pub cached: u64,
    /// Input tokens of the request before in its thread: what the cache could hold.
    pub expected: u64,
    /// Bytes at the beginning of the prompt that are the same as in the request before.
    pub common_bytes: u64,
    /// Bytes of the whole prompt of the request before.
    pub previous_bytes: u64,
    /// Why the cache gave less than half of what it could hold.
    pub miss: Option<MissReason>,
}

/// The likely reason of a cache miss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MissReason {
    /// It is the first of its thread, and nothing was cached yet.
    FirstRequest,
    /// Another model than before was asked.
    OtherModel,
    /// The history was replaced by a summary.
    Compaction,
    /// The tools changed: they stand before everything else.
    ChangedTools,
    /// The instructions changed.
    ChangedInstructions,
    /// Earlier input changed, moved or went.
    ChangedInput,
    /// More than five minutes passed: caches forget.
    LongPause,
    /// The prompt begins as before; the provider did not use its cache.
    Unexplained,
}
