//! Finds the recording of the latest session.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use capture::data_folder;

/// The recording of the latest session of `wrap`, and its name in reports.
///
/// Reports are shared, so the name must not contain this machine's paths.
pub(super) fn recording() -> Result<(PathBuf, PathBuf)> {
    let sessions = data_folder::sessions().context("cannot find the home folder")?;
    let recording = sessions.join("latest").join("traffic.jsonl");
    if !recording.exists() {
        bail!(
            "there is no session yet: {} does not exist; record one with `wrap` or name a recording",
            recording.display()
        );
    }
    let session = sessions.join("latest").canonicalize().ok();
    let name = session.as_deref().and_then(Path::file_name);
    let name = Path::new(name.unwrap_or("latest".as_ref())).join("traffic.jsonl");
    Ok((recording, name))
}
