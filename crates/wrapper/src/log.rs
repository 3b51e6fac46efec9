//! The session's log: what `wrap` and the proxy have to say while the terminal is the agent's.

use std::fs::File;
use std::sync::Mutex;

use tracing::level_filters::LevelFilter;

/// Sends everything from `level` on to `file`. Bodies and secrets are never logged.
///
/// A second call, as by a test, leaves the first in place.
pub(crate) fn start(file: File, level: LevelFilter) {
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_ansi(false)
        .with_writer(Mutex::new(file))
        .finish();
    if tracing::subscriber::set_global_default(subscriber).is_err() {
        tracing::debug!("logging has begun before");
    }
}
