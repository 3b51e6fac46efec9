//! What all programs have done so far, by host.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::proxy::tls::trust::program::{Distrust, Program, ProgramHistory, Verdict};
use crate::proxy::wire::Stamp;

/// What programs have done so far, by host.
#[derive(Debug, Default)]
pub(crate) struct TrustHistory(Mutex<HistoryByHost>);

#[derive(Debug, Default)]
struct HistoryByHost {
    hosts: HashMap<String, Vec<ProgramHistory>>,
    /// Whether a process that could not be named has refused our certificate.
    alone: bool,
}

impl TrustHistory {
    /// Whether any program distrusts us for this host; if not, it does not matter which one connects.
    pub(crate) fn is_doubtful(&self, host: &str, now: Stamp) -> bool {
        let known = self.lock();
        let entries = known.hosts.get(host);
        entries.is_some_and(|entries| entries.iter().any(|entry| entry.distrust(now).is_some()))
    }

    /// Why connections of `program` to `host` are to be relayed unread, if they are.
    pub(crate) fn distrust(
        &self,
        host: &str,
        program: Option<&Program>,
        now: Stamp,
    ) -> Option<Distrust> {
        let (known, program) = (self.lock(), program?);
        let mut entries = known.hosts.get(host)?.iter();
        entries
            .find(|entry| entry.program == *program)?
            .distrust(now)
    }

    /// `program` has sent a certificate alert on a connection that was offered our certificate at
    /// `offered`.
    pub(crate) fn refuse(
        &self,
        host: &str,
        program: Option<&Program>,
        offered: Stamp,
        now: Stamp,
    ) -> Verdict {
        let mut known = self.lock();
        match program {
            None => Verdict::Alone {
                news: !std::mem::replace(&mut known.alone, true),
            },
            Some(Program::Any) => known.entry(host, &Program::Any, now).count(offered, now),
            Some(program) => known.entry(host, program, now).refuse(),
        }
    }

    /// A connection of `program`, which was offered our certificate at `offered`, has ended without
    /// an alert and without a request.
    pub(crate) fn ended_silently(
        &self,
        host: &str,
        program: Option<&Program>,
        offered: Stamp,
        now: Stamp,
    ) -> Verdict {
        match program {
            Some(program) => self.lock().entry(host, program, now).count(offered, now),
            None => Verdict::Nothing,
        }
    }

    /// `program` speaks to `host` through us: it accepts our certificate.
    pub(crate) fn spoke(&self, host: &str, program: &Program, now: Stamp) {
        self.lock().entry(host, program, now).speak();
    }

    fn lock(&self) -> MutexGuard<'_, HistoryByHost> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl HistoryByHost {
    /// The entry of `program` at `host`. The oldest entry makes room if there is none; a program that
    /// is forgotten is simply tried again.
    fn entry(&mut self, host: &str, program: &Program, now: Stamp) -> &mut ProgramHistory {
        if !self.hosts.contains_key(host) && self.hosts.len() >= MAX_HOSTS {
            let newest =
                |entries: &Vec<ProgramHistory>| entries.iter().map(|entry| entry.changed).max();
            let oldest = self.hosts.iter().min_by_key(|(_, entries)| newest(entries));
            let oldest = oldest.map(|(host, _)| host.clone());
            oldest.and_then(|host| self.hosts.remove(&host));
        }
        let entries = self.hosts.entry(host.to_owned()).or_default();
        let found = entries.iter().position(|entry| entry.program == *program);
        let at = found.unwrap_or_else(|| {
            if entries.len() >= MAX_PROGRAMS {
                let oldest = (0..entries.len()).min_by_key(|at| entries[*at].changed);
                oldest.map(|at| entries.swap_remove(at));
            }
            entries.push(ProgramHistory::new(program.clone()));
            entries.len() - 1
        });
        let entry = &mut entries[at];
        entry.changed = now;
        entry
    }
}

/// Bounds what an agent can make us hold.
const MAX_HOSTS: usize = 4096;

/// The same, for each host.
const MAX_PROGRAMS: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str, user: u32) -> Program {
        let name = name.to_owned();
        Program::Named { name, user }
    }

    #[test]
    fn a_refusal_counts_for_the_program_and_the_user_that_refused() {
        let trust = TrustHistory::default();
        let (git, other) = (named("git", 1000), named("git", 1001));
        let refused = trust.refuse("a", Some(&git), 1, 2);
        let why = Distrust::Refused;
        assert_eq!(refused, Verdict::Distrusted { why, news: true });
        assert_eq!(trust.distrust("a", Some(&git), 3), Some(why));
        assert_eq!(trust.distrust("a", Some(&other), 3), None, "another user's");
        assert_eq!(trust.distrust("a", Some(&named("codex", 1000)), 3), None);
        assert_eq!(trust.distrust("b", Some(&git), 3), None);
        assert!(trust.is_doubtful("a", 3) && !trust.is_doubtful("b", 3));
    }

    #[test]
    fn a_process_without_a_name_counts_for_itself_alone() {
        let trust = TrustHistory::default();
        for news in [true, false] {
            let alone = Verdict::Alone { news };
            assert_eq!(trust.refuse("a", None, 1, 2), alone);
            assert_eq!(trust.ended_silently("a", None, 1, 2), Verdict::Nothing);
        }
        assert!(!trust.is_doubtful("a", 3));
        let git = named("git", 1000);
        trust.refuse("a", Some(&git), 1, 2);
        assert_eq!(trust.distrust("a", None, 3), None);
    }

    #[test]
    fn where_no_process_has_a_name_alerts_count_as_ends_without_one() {
        let trust = TrustHistory::default();
        let any = Some(&Program::Any);
        for round in 1..3 {
            let at = round * 10;
            assert_eq!(trust.refuse("a", any, at, at + 1), Verdict::Nothing);
        }
        assert_eq!(trust.distrust("a", any, 30), None);
        let why = Distrust::Silent;
        let third = trust.refuse("a", any, 30, 31);
        assert_eq!(third, Verdict::Distrusted { why, news: true });
        assert_eq!(trust.distrust("a", any, 32), Some(why));
        trust.spoke("b", &Program::Any, 1);
        for round in 1..5 {
            let at = round * 10;
            assert_eq!(trust.refuse("b", any, at, at + 1), Verdict::Nothing);
        }
    }

    #[test]
    fn hosts_and_programs_are_bounded_and_the_oldest_makes_room() {
        let trust = TrustHistory::default();
        let git = named("git", 0);
        for at in 0..=MAX_HOSTS as u64 {
            trust.refuse(&at.to_string(), Some(&git), at, at);
        }
        assert_eq!(trust.lock().hosts.len(), MAX_HOSTS);
        assert!(!trust.is_doubtful("0", 0) && trust.is_doubtful("1", 0));
        let trust = TrustHistory::default();
        for user in 0..=MAX_PROGRAMS as u32 {
            let at = u64::from(user);
            trust.refuse("a", Some(&named("git", user)), at, at);
        }
        assert_eq!(trust.lock().hosts["a"].len(), MAX_PROGRAMS);
        assert_eq!(trust.distrust("a", Some(&named("git", 0)), 0), None);
        assert!(trust.distrust("a", Some(&named("git", 1)), 0).is_some());
    }
}
