//! What every request of the stand-in is handed: the script, the failures, the log, the numbers.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use super::failure::Failures;
use super::log::Log;
use super::model_request::ModelRequest;
use super::reply::Reply;
use super::script::Script;
use super::usage::Usage;

/// Shared by all connections of one stand-in.
#[derive(Debug)]
pub(super) struct ServerState {
    /// What is answered.
    pub(super) script: Script,
    /// What is refused.
    pub(super) failures: Failures,
    /// Where it is noted.
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

/// The wall clock; 0 where it stands before 1970.
pub(super) fn unix_seconds() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}
