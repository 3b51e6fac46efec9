//! Which agents have refused our certificate for which host.
//!
//! An agent with a trust store of its own could never work through us. So once
//! a program has refused a host's leaf, its further connections to that host
//! are relayed unread.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Refusals so far.
#[derive(Debug, Default)]
pub(crate) struct Trust(Mutex<HashMap<String, Host>>);

/// One host's refusals, by program; `None` for a program that could not be named.
#[derive(Debug, Default)]
struct Host {
    refused: Vec<Option<String>>,
    /// Whether anyone has spoken to this host through us.
    accepted: bool,
    /// Connections that ended after the handshake without a word.
    silent: u32,
}

impl Trust {
    /// Whether anyone has refused this host: only then does the program matter.
    pub(crate) fn is_doubtful(&self, host: &str) -> bool {
        self.lock()
            .get(host)
            .is_some_and(|host| !host.refused.is_empty())
    }

    /// Whether `program` has refused this host, or may have.
    pub(crate) fn is_refused(&self, host: &str, program: Option<&str>) -> bool {
        self.lock().get(host).is_some_and(|host| {
            host.refused.iter().any(|refused| {
                refused.is_none() || program.is_none() || refused.as_deref() == program
            })
        })
    }

    /// `program` has refused our leaf for this host; says whether that is news.
    pub(crate) fn refuse(&self, host: &str, program: Option<String>) -> bool {
        let mut hosts = self.lock();
        if hosts.len() >= MAX_HOSTS && !hosts.contains_key(host) {
            return false;
        }
        let host = hosts.entry(host.to_owned()).or_default();
        if host.refused.contains(&program) || host.refused.len() >= MAX_PROGRAMS {
            return false;
        }
        host.refused.push(program);
        true
    }

    /// Someone has spoken to this host through us.
    pub(crate) fn accept(&self, host: &str) {
        let mut hosts = self.lock();
        if hosts.len() < MAX_HOSTS || hosts.contains_key(host) {
            hosts.entry(host.to_owned()).or_default().accepted = true;
        }
    }

    /// A connection ended after the handshake without a word: GnuTLS refuses so,
    /// and so ends a connection that was opened for nothing. Says whether it
    /// has to be taken for a refusal: nobody ever spoke to this host, and it is
    /// not the first time.
    pub(crate) fn stayed_silent(&self, host: &str) -> bool {
        let mut hosts = self.lock();
        if hosts.len() >= MAX_HOSTS && !hosts.contains_key(host) {
            return false;
        }
        let host = hosts.entry(host.to_owned()).or_default();
        host.silent += 1;
        !host.accepted && host.silent > 1
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Host>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Bounds what an agent can make us hold.
const MAX_HOSTS: usize = 4096;

/// Likewise, for each host.
const MAX_PROGRAMS: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_counts_for_the_program_that_refused() {
        let trust = Trust::default();
        assert!(!trust.is_doubtful("a"));
        assert!(trust.refuse("a", Some("git".to_owned())));
        assert!(!trust.refuse("a", Some("git".to_owned())));
        assert!(trust.is_refused("a", Some("git")));
        assert!(!trust.is_refused("a", Some("codex")));
        assert!(trust.is_refused("a", None));
        assert!(!trust.is_refused("b", Some("git")));
    }

    #[test]
    fn silence_is_a_refusal_only_where_nobody_spoke_and_not_at_once() {
        let trust = Trust::default();
        assert!(!trust.stayed_silent("a"));
        assert!(trust.stayed_silent("a"));
        trust.accept("b");
        assert!(!trust.stayed_silent("b"));
        assert!(!trust.stayed_silent("b"));
    }
}
