//! Removes unfinished files when a signal ends the program.
//!
//! Where that cannot be arranged they stay behind, which is no reason not to write a report.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};
use std::thread;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

/// Keeps a file from being left behind for as long as this is held.
pub(super) fn guard(path: &Path) -> Guard {
    static STARTED: Once = Once::new();
    STARTED.call_once(start);
    unfinished().push(path.to_owned());
    Guard(path.to_owned())
}

/// Forgets the file when it is dropped.
pub(super) struct Guard(PathBuf);

impl Drop for Guard {
    fn drop(&mut self) {
        unfinished().retain(|path| *path != self.0);
    }
}

static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn unfinished() -> MutexGuard<'static, Vec<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}

fn start() {
    let ignored = ignored();
    let wanted = [SIGINT, SIGTERM].into_iter();
    let wanted = wanted.filter(|signal| ignored >> (signal - 1) & 1 == 0);
    let Ok(mut signals) = Signals::new(wanted) else {
        return;
    };
    let handler = thread::Builder::new().name("signals".into());
    let started = handler.spawn(move || {
        for signal in signals.forever() {
            for path in unfinished().iter() {
                fs::remove_file(path).ok();
            }
            // Ends us as the signal would have.
            emulate_default_handler(signal).ok();
        }
    });
    // Without the thread signals would be caught and lost; it is the last that a system refuses.
    drop(started);
}

/// The signals that were ignored when we were started, as `nohup` and shells do it: they are
/// to stay so. A bit each, the first for signal 1.
fn ignored() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or(0)
}
