//! What `wrap` does about each signal while the agent runs.
//!
//! The agent is in our process group, so signals from the terminal (Ctrl-C, Ctrl-\, Ctrl-Z)
//! reach it without us; so does a hangup, unless we lead the session. Signals that a process
//! sends to `wrap` alone are forwarded. Pure, except for reading which signals we started with
//! ignored.

use std::ffi::c_int;
use std::fs;

use nix::unistd::Pid;
use signal_hook::consts::{
    SIGCHLD, SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGUSR1, SIGUSR2,
};

/// Who sent a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SignalSource {
    /// The terminal, or the system itself.
    Kernel {
        /// Whether we lead the session, as in a terminal window of our own: a hangup then goes
        /// to us alone, not to our process group.
        to_leader: bool,
    },
    /// A process, by `kill`.
    Process {
        /// Its id.
        id: Pid,
        /// Whether it is in our process group: it then most likely signalled the whole group,
        /// as codex does to stop itself.
        in_our_group: bool,
    },
}

/// Whether to forward `signal` to the process `agent`.
pub(crate) fn is_forwarded(signal: c_int, source: SignalSource, agent: Pid) -> bool {
    match (signal, source) {
        (SIGCHLD, _) => false,
        (SIGHUP, SignalSource::Kernel { to_leader }) => to_leader,
        (_, SignalSource::Kernel { .. }) => false,
        // `child` continues the agent whenever we are continued.
        (SIGCONT, _) => false,
        (SIGTSTP, SignalSource::Process { in_our_group, .. }) => !in_our_group,
        (_, SignalSource::Process { id, .. }) => id != agent,
    }
}

/// The signals to watch: all that may concern the agent, except those that we started with
/// ignored. These stay ignored, here and in the agent, as `nohup` intends.
pub(crate) fn watched() -> Vec<c_int> {
    let ignored = fs::read_to_string("/proc/self/status")
        .map(|status| ignored_mask(&status))
        .unwrap_or(0);
    let concerning = [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGUSR1, SIGUSR2];
    concerning
        .into_iter()
        .filter(|signal| ignored & (1 << (signal - 1)) == 0)
        .chain([SIGCHLD, SIGCONT])
        .collect()
}

/// Whether a signal that arrives after the agent's end asks us to end too.
pub(crate) fn is_fatal(signal: c_int) -> bool {
    matches!(
        signal,
        SIGHUP | SIGINT | SIGQUIT | SIGTERM | SIGUSR1 | SIGUSR2
    )
}

/// The ignored signals in Linux's `/proc/PID/status`; bit 0 is signal 1.
fn ignored_mask(status: &str) -> u64 {
    status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const AGENT: Pid = Pid::from_raw(42);
    const OTHER: SignalSource = SignalSource::Process {
        id: Pid::from_raw(7),
        in_our_group: false,
    };

    #[test]
    fn what_the_terminal_sends_reaches_the_agent_without_us() {
        let terminal = SignalSource::Kernel { to_leader: false };
        for signal in [SIGINT, SIGQUIT, SIGHUP, SIGTSTP] {
            assert!(!is_forwarded(signal, terminal, AGENT));
        }
    }

    #[test]
    fn a_hangup_that_only_the_session_leader_gets_is_forwarded() {
        let terminal = SignalSource::Kernel { to_leader: true };
        assert!(is_forwarded(SIGHUP, terminal, AGENT));
        assert!(!is_forwarded(SIGINT, terminal, AGENT));
    }

    #[test]
    fn what_a_process_sends_is_forwarded() {
        for signal in [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGTSTP] {
            assert!(is_forwarded(signal, OTHER, AGENT));
        }
    }

    #[test]
    fn what_the_agent_sends_to_its_group_does_not_come_back_to_it() {
        let itself = SignalSource::Process {
            id: AGENT,
            in_our_group: true,
        };
        assert!(!is_forwarded(SIGTERM, itself, AGENT));
        assert!(!is_forwarded(SIGTSTP, itself, AGENT));
    }

    #[test]
    fn the_ignored_signals_are_read_from_the_process_status() {
        let status = "Name:\twrap\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000001001\n";
        let mask = ignored_mask(status);
        assert_eq!(mask & (1 << (SIGHUP - 1)), 1);
        assert_eq!(mask & (1 << (SIGTERM - 1)), 0);
        for damaged in ["", "SigIgn:", "SigIgn:\tzz"] {
            assert_eq!(ignored_mask(damaged), 0);
        }
    }
}
