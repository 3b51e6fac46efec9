//! Where the three commands keep their data: `$XDG_DATA_HOME/codex-dissect`.

use std::path::PathBuf;

use etcetera::BaseStrategy;

/// The folder of `wrap`'s sessions; `None` without a home folder.
pub fn sessions() -> Option<PathBuf> {
    Some(data_folder()?.join("sessions"))
}

/// The folder of a standing proxy's root certificate and key; `None` without a home folder.
pub fn ca() -> Option<PathBuf> {
    Some(data_folder()?.join("ca"))
}

fn data_folder() -> Option<PathBuf> {
    let folders = etcetera::choose_base_strategy().ok()?;
    Some(folders.data_dir().join("codex-dissect"))
}
