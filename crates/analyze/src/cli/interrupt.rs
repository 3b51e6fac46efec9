//! Removes unfinished files if a signal ends the program.
//!
//! If that cannot be arranged, a signal leaves them behind; the report is written all the same.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};
use std::thread;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

/// Removes the file if a signal ends the program before the guard is dropped.
pub(super) fn guard(path: &Path) -> Guard {
    static STARTED: Once = Once::new();
    STARTED.call_once(start);
    unfinished().push(path.to_owned());
    Guard(path.to_owned())
}

/// Unregisters the file when it is dropped.
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
            // Ends the process as the signal would have.
            emulate_default_handler(signal).ok();
        }
    });
    // Without the thread, signals would be caught and lost; a system this short of threads is not
    // worth handling.
    drop(started);
}

/// The signals that were ignored when the process started, as with `nohup`: they must stay ignored.
/// One bit each, the lowest for signal 1.
fn ignored() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or(0)
}
