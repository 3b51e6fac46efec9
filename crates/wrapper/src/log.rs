//! The session's log: takes the messages of `wrap` and the proxy while the agent has the terminal.

use std::fs::File;
use std::sync::Mutex;

use tracing::level_filters::LevelFilter;

/// Logs everything from `level` up to `file`. Bodies and secrets are never logged.
///
/// A second call has no effect.
pub(crate) fn start(file: File, level: LevelFilter) {
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_ansi(false)
        .with_writer(Mutex::new(file))
        .finish();
    if tracing::subscriber::set_global_default(subscriber).is_err() {
        tracing::debug!("logging has started already");
    }
}
