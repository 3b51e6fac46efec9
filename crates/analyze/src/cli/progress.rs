//! Shows how much has been read, on a terminal and only if it takes a while.

use std::io::{self, IsTerminal, Read, Write};
use std::time::{Duration, Instant};

/// `input`, with progress on standard error if that is a terminal.
pub(super) fn watched<R: Read>(input: R, size: Option<u64>) -> Watched<R> {
    Watched {
        input,
        size: size.filter(|size| *size > 0),
        read: 0,
        shown: io::stderr()
            .is_terminal()
            .then(|| Instant::now() + PATIENCE),
        visible: false,
    }
}

/// A reader that shows its progress.
pub(super) struct Watched<R> {
    input: R,
    size: Option<u64>,
    read: u64,
    /// When to show it next; `None` for never.
    shown: Option<Instant>,
    visible: bool,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.input.read(buffer)?;
        self.read += length as u64;
        if self.shown.is_some_and(|due| Instant::now() >= due) {
            self.show();
        }
        Ok(length)
    }
}

impl<R> Watched<R> {
    fn show(&mut self) {
        let mebibytes = self.read >> 20;
        let text = match self.size {
            Some(size) => format!("{mebibytes} MiB, {} %", self.read.min(size) * 100 / size),
            None => format!("{mebibytes} MiB"),
        };
        self.visible |= write!(io::stderr(), "\rreading: {text} ").is_ok();
        self.shown = Some(Instant::now() + INTERVAL);
    }
}

impl<R> Drop for Watched<R> {
    fn drop(&mut self) {
        if self.visible {
            // Clears the line; a terminal that is gone is not worth failing for.
            drop(write!(io::stderr(), "\r\x1b[2K"));
        }
    }
}

/// Shorter waits need no comment.
const PATIENCE: Duration = Duration::from_secs(1);
/// Often enough to see progress.
const INTERVAL: Duration = Duration::from_millis(200);
