//! The terminal that the agent has, as far as `wrap` must know it.
//!
//! `wrap` never reads or writes it while the agent runs. It looks who is in the foreground,
//! and puts the modes back after an agent that died without doing so.

use std::fs::File;

use nix::sys::termios::{self, SetArg, Termios};
use nix::unistd::{getpgrp, tcgetpgrp};

/// The controlling terminal, and its modes before the agent began.
#[derive(Debug)]
pub(crate) struct Terminal {
    device: File,
    modes: Termios,
}

impl Terminal {
    /// The terminal that controls us; `None` where there is none, as in a service.
    pub(crate) fn controlling() -> Option<Self> {
        let device = File::options()
            .read(true)
            .write(true)
            .open("/dev/tty")
            .ok()?;
        let modes = termios::tcgetattr(&device).ok()?;
        Some(Self { device, modes })
    }

    /// Whether our process group has the terminal: the shell waits for us then.
    pub(crate) fn is_ours(&self) -> bool {
        tcgetpgrp(&self.device).is_ok_and(|foreground| foreground == getpgrp())
    }

    /// Puts the modes back as they were before the agent began: an agent that was killed left
    /// them raw.
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
