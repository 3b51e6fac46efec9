//! What one program has done at one host, and whether that means that it distrusts us.

use crate::proxy::wire::Stamp;

/// Connections of the same program count together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Program {
    /// All processes of this program that this user runs.
    Named { name: String, user: u32 },
    /// Every process, on a system that cannot name any. An alert counts there like an end without one.
    Any,
}

/// Why a program's connections to a host are relayed unread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Distrust {
    /// It sent a certificate alert.
    Refused,
    /// Its last connections ended without an alert and without a request.
    Silent,
}

/// What a refused or silently ended connection means for later ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Later connections are read.
    Nothing,
    /// It counts for this connection only, because its program is unknown. `news` the first time.
    Alone { news: bool },
    /// Later connections of the program to the host are relayed unread. `news` the first time.
    Distrusted { why: Distrust, news: bool },
}

/// What one program has done at one host.
#[derive(Debug)]
pub(crate) struct ProgramHistory {
    pub(crate) program: Program,
    refused: bool,
    /// Whether it has spoken to this host in this run.
    spoke: bool,
    /// Connections in a row that ended without an alert, and when the last of them did.
    silent: u32,
    silent_at: Stamp,
    /// Whether the user has been warned about it.
    told: bool,
    /// When it was last changed: the oldest makes room for others.
    pub(crate) changed: Stamp,
}

impl ProgramHistory {
    pub(crate) fn new(program: Program) -> Self {
        Self {
            program,
            refused: false,
            spoke: false,
            silent: 0,
            silent_at: 0,
            told: false,
            changed: 0,
        }
    }

    /// Why the program's connections are to be relayed unread, if they are.
    pub(crate) fn distrust(&self, now: Stamp) -> Option<Distrust> {
        let is_fresh = now.saturating_sub(self.silent_at) < EXPIRY_US;
        match () {
            () if self.refused => Some(Distrust::Refused),
            () if self.silent >= MAX_SILENT && is_fresh => Some(Distrust::Silent),
            () => None,
        }
    }

    /// Counts an end without an alert.
    pub(crate) fn count(&mut self, offered: Stamp, now: Stamp) -> Verdict {
        // One cancellation may end several connections at once, which are not in a row.
        let overlaps = self.silent > 0 && offered < self.silent_at;
        if self.spoke || overlaps {
            return Verdict::Nothing;
        }
        // A program that was distrusted and is tried again needs only one more such end.
        let is_old = now.saturating_sub(self.silent_at) >= EXPIRY_US;
        if is_old && self.silent < MAX_SILENT {
            self.silent = 0;
        }
        self.silent = self.silent.saturating_add(1);
        self.silent_at = now;
        if self.silent < MAX_SILENT {
            return Verdict::Nothing;
        }
        self.verdict(Distrust::Silent)
    }

    /// It has sent a certificate alert.
    pub(crate) fn refuse(&mut self) -> Verdict {
        self.refused = true;
        self.verdict(Distrust::Refused)
    }

    /// It has sent a request: it accepts our certificate.
    pub(crate) fn speak(&mut self) {
        (self.spoke, self.silent) = (true, 0);
    }

    fn verdict(&mut self, why: Distrust) -> Verdict {
        Verdict::Distrusted {
            why,
            news: !std::mem::replace(&mut self.told, true),
        }
    }
}

/// A person cancels a request once or twice; a program that cannot get through keeps trying.
pub(crate) const MAX_SILENT: u32 = 3;

/// How long ends without an alert count against a program.
pub(crate) const EXPIRY_MINUTES: u64 = 10;

const EXPIRY_US: Stamp = EXPIRY_MINUTES * 60 * 1_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    /// An end without an alert at each of these times, of connections that began just before.
    fn after(entry: &mut ProgramHistory, ends: &[Stamp]) -> Vec<Verdict> {
        let ends = ends.iter();
        ends.map(|&end| entry.count(end - 1, end)).collect()
    }

    const SILENT: Verdict = Verdict::Distrusted {
        why: Distrust::Silent,
        news: true,
    };

    #[test]
    fn ends_without_an_alert_count_after_several_in_a_row_and_expire() {
        let mut entry = ProgramHistory::new(Program::Any);
        let verdicts = after(&mut entry, &[10, 20, 30]);
        assert_eq!(verdicts, [Verdict::Nothing, Verdict::Nothing, SILENT]);
        assert_eq!(entry.distrust(31), Some(Distrust::Silent));
        let tried = 30 + EXPIRY_US;
        assert_eq!(entry.distrust(tried - 1), Some(Distrust::Silent));
        assert_eq!(entry.distrust(tried), None, "it is tried again");
        let Verdict::Distrusted { news: false, .. } = entry.count(tried, tried + 1) else {
            panic!("the fourth in a row is no news, and counts at once");
        };
        assert_eq!(entry.distrust(tried + 2), Some(Distrust::Silent));
    }

    #[test]
    fn whoever_speaks_to_a_host_never_loses_it_without_an_alert() {
        let mut entry = ProgramHistory::new(Program::Any);
        after(&mut entry, &[10, 20]);
        entry.speak();
        let verdicts = after(&mut entry, &[30, 40, 50, 60]);
        assert_eq!(verdicts, [Verdict::Nothing; 4]);
        assert_eq!(entry.distrust(61), None);
        assert!(matches!(entry.refuse(), Verdict::Distrusted { .. }));
        assert_eq!(entry.distrust(Stamp::MAX), Some(Distrust::Refused));
    }

    #[test]
    fn a_program_that_speaks_when_it_is_tried_again_is_trusted() {
        let mut entry = ProgramHistory::new(Program::Any);
        after(&mut entry, &[10, 20, 30]);
        entry.speak();
        assert_eq!(entry.distrust(31), None);
    }

    #[test]
    fn connections_that_one_cancellation_ends_count_once() {
        let mut entry = ProgramHistory::new(Program::Any);
        let verdicts = [10, 11, 12, 13].map(|end| entry.count(5, end));
        assert_eq!(verdicts, [Verdict::Nothing; 4]);
        assert_eq!(entry.silent, 1);
    }

    #[test]
    fn ends_that_are_far_apart_are_not_in_a_row() {
        let mut entry = ProgramHistory::new(Program::Any);
        let far = [EXPIRY_US, 2 * EXPIRY_US, 3 * EXPIRY_US, 4 * EXPIRY_US];
        assert_eq!(after(&mut entry, &far), [Verdict::Nothing; 4]);
    }
}
