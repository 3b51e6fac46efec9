//! Runs a short program: collects its output, and ends it when it takes too long.

use std::io;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// Runs `command` with empty input, and collects its output.
///
/// # Errors
///
/// When it cannot be started, and [`io::ErrorKind::TimedOut`] when it takes longer than
/// `limit`: it then gets a SIGTERM, and [`TERMINATION_GRACE`] to end.
pub(crate) fn run_with_timeout(mut command: Command, limit: Duration) -> io::Result<Output> {
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let id = Pid::from_raw(child.id().cast_signed());
    let (send, finished) = mpsc::channel();
    thread::Builder::new().spawn(move || send.send(child.wait_with_output()))?;
    if let Ok(output) = finished.recv_timeout(limit) {
        return output;
    }
    if let Err(error) = kill(id, Signal::SIGTERM) {
        tracing::debug!(%error, "it ended on its own");
    }
    // Even if it ends now, it took too long.
    drop(finished.recv_timeout(TERMINATION_GRACE));
    Err(io::Error::new(
        io::ErrorKind::TimedOut,
        format!("it took longer than {limit:?}"),
    ))
}

/// Time for a program to clean up.
const TERMINATION_GRACE: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_is_collected_and_input_is_empty() {
        let output = run_with_timeout(Command::new("cat"), Duration::from_secs(30)).unwrap();
        assert!(output.status.success());
        assert!(output.stdout.is_empty());
    }

    #[test]
    fn what_takes_too_long_is_an_error_that_says_so() {
        let mut command = Command::new("sleep");
        command.arg("60");
        let error = run_with_timeout(command, Duration::from_millis(20)).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }
}
