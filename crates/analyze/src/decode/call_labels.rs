//! Ids for tool calls to which an API gives none.

use crate::call::Digest;

/// Numbers the calls and the results of one conversation.
///
/// Results come in the order of the calls, and every request brings the whole history: so the
/// position in it says which result belongs to which call. The beginning of the history tells
/// conversations apart.
#[derive(Debug)]
pub(super) struct CallLabels {
    conversation: Digest,
    calls: usize,
    results: usize,
}

impl CallLabels {
    /// Labels for the conversation whose history begins with `first`.
    pub(super) fn of(first: &str) -> Self {
        Self {
            conversation: Digest::of(first),
            calls: 0,
            results: 0,
        }
    }

    /// The id of the next call.
    pub(super) fn call(&mut self) -> String {
        self.calls += 1;
        format!("{}-{}", self.conversation, self.calls)
    }

    /// The id of the call that the next result belongs to.
    pub(super) fn result(&mut self) -> String {
        self.results += 1;
        format!("{}-{}", self.conversation, self.results)
    }
}

impl Default for CallLabels {
    fn default() -> Self {
        Self::of("")
    }
}
