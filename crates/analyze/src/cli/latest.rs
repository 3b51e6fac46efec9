//! Where the latest session's recording is.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use etcetera::BaseStrategy;

/// The recording of the latest session of `wrap`.
pub(super) fn recording() -> Result<PathBuf> {
    let folders = etcetera::choose_base_strategy().context("cannot tell the home folder")?;
    let sessions = folders.data_dir().join("codex-dissect").join("sessions");
    let recording = sessions.join("latest").join("traffic.jsonl");
    if !recording.exists() {
        bail!(
            "there is no session yet: {} does not exist; record one with `wrap`, or name a recording",
            recording.display()
        );
    }
    Ok(recording)
}
