//! The controlling terminal: who is in the foreground, and its modes.
//!
//! `wrap` never reads or writes it while the agent runs. It restores the modes after an agent
//! that was killed before doing so.

use std::fs::File;

use nix::sys::termios::{self, SetArg, Termios};
use nix::unistd::{getpgrp, tcgetpgrp};

/// The controlling terminal, and its modes before the agent started.
#[derive(Debug)]
pub(crate) struct Terminal {
    device: File,
    modes: Termios,
}

impl Terminal {
    /// Opens our controlling terminal; `None` without one, as in a service.
    pub(crate) fn controlling() -> Option<Self> {
        let device = File::options()
            .read(true)
            .write(true)
            .open("/dev/tty")
            .ok()?;
        let modes = termios::tcgetattr(&device).ok()?;
        Some(Self { device, modes })
    }

    /// Whether our process group is in the foreground: the shell then waits for us.
    pub(crate) fn is_ours(&self) -> bool {
        tcgetpgrp(&self.device).is_ok_and(|foreground| foreground == getpgrp())
    }

    /// Restores the modes from before the agent: a killed agent leaves them raw.
    pub(crate) fn restore(&self) {
        // In the background this would stop us; the shell has set its own modes by then.
        if !self.is_ours() {
            return;
        }
        if let Err(error) = termios::tcsetattr(&self.device, SetArg::TCSADRAIN, &self.modes) {
            tracing::warn!(%error, "cannot restore the terminal's modes");
        }
    }
}
