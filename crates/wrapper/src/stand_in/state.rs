//! What all requests to the stand-in share: the script, the failures, the log, a counter.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use super::failure::Failures;
use super::log::Log;
use super::model_request::ModelRequest;
use super::reply::Reply;
use super::script::Script;
use super::usage::Usage;

/// Shared by all connections of a stand-in.
#[derive(Debug)]
pub(super) struct ServerState {
    /// The answers.
    pub(super) script: Script,
    /// The failures to inject.
    pub(super) failures: Failures,
    /// Where requests and answers are logged.
    pub(super) log: Log,
    /// Answers given so far.
    replies: AtomicU64,
}

impl ServerState {
    pub(super) fn new(script: Script, failures: Failures, log: Log) -> Self {
        Self {
            script,
            failures,
            log,
            replies: AtomicU64::new(0),
        }
    }

    /// The answer to `request`, numbered and dated.
    pub(super) fn reply(&self, request: ModelRequest) -> Reply {
        let item = self.script.answer(&request);
        Reply {
            number: self.replies.fetch_add(1, Ordering::Relaxed) + 1,
            created_at: unix_seconds(),
            usage: Usage::of(&request, &item),
            request,
            item,
        }
    }
}

/// The wall clock; 0 if it is before 1970.
pub(super) fn unix_seconds() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}
