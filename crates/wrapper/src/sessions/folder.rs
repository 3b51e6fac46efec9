//! A session's folder: its path, its files, and the lock that keeps other runs out.
//!
//! The folder is private (0700). Nothing in it is ever overwritten or deleted, except by
//! `wrap --remove`, which asks first, and the bundle, which is useless once its run is over.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt, symlink};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use capture::{data_folder, private_file};
use jiff::Timestamp;

/// One run of `wrap`, and its folder.
#[derive(Debug)]
pub(crate) struct Session {
    /// Absolute, so that it stays valid when the agent changes directory.
    folder: PathBuf,
    log: File,
}

impl Session {
    /// Creates a folder below `root`, named after the start time and the agent, and points
    /// `latest` at it.
    ///
    /// # Errors
    ///
    /// When no folder can be created there: the user can then name another with `--output`.
    pub(crate) fn create(root: &Path, agent: &str, now: Timestamp) -> Result<Self> {
        private_file::create_folder(root).with_context(|| unwritable(root))?;
        remove_stale_bundles(root);
        let name = format!("{}-{agent}", now.strftime("%Y-%m-%dT%H-%M-%SZ"));
        let folder = create_unique(root, &name).with_context(|| unwritable(root))?;
        let session = Self::open(folder)?;
        session.link_latest(root);
        Ok(session)
    }

    /// Uses `folder`, as named on the command line; creates it if it is missing.
    ///
    /// # Errors
    ///
    /// When it cannot be created or written, and when it holds a recording: two runs in one
    /// folder would overwrite each other's report.
    pub(crate) fn create_at(folder: &Path) -> Result<Self> {
        private_file::create_folder(folder).with_context(|| unwritable(folder))?;
        let folder =
            fs::canonicalize(folder).with_context(|| format!("cannot use {}", folder.display()))?;
        if folder.join(RECORDING).symlink_metadata().is_ok() {
            bail!(
                "{} already holds a recording: name another folder with --output",
                folder.display()
            );
        }
        Self::open(folder)
    }

    /// Where the traffic is recorded.
    pub(crate) fn recording(&self) -> PathBuf {
        recording_in(&self.folder)
    }

    /// The report's path; the format's name is its file extension.
    pub(crate) fn report(&self, format: &str) -> PathBuf {
        self.folder.join(format!("{REPORT_STEM}.{format}"))
    }

    /// The PEM file of roots for the agent; exists only while it runs.
    pub(crate) fn bundle(&self) -> PathBuf {
        self.folder.join(BUNDLE)
    }

    /// Our log, because the terminal belongs to the agent.
    ///
    /// # Errors
    ///
    /// When the system is out of file descriptors.
    pub(crate) fn log(&self) -> io::Result<File> {
        self.log.try_clone()
    }

    /// Opens the log and locks it for as long as the session lasts: `--remove` skips a locked
    /// session, and a second run in the same folder is refused.
    fn open(folder: PathBuf) -> Result<Self> {
        let path = folder.join(LOG);
        let log = private_file::append_to(&path)
            .with_context(|| format!("cannot write {}", path.display()))?;
        if log.try_lock().is_err() {
            bail!("{} is in use by another run of wrap", folder.display());
        }
        Ok(Self { folder, log })
    }

    /// Points `root/latest` here. A failure costs a convenience, not the run.
    fn link_latest(&self, root: &Path) {
        let Some(name) = self.folder.file_name() else {
            return;
        };
        let staged = root.join(format!(".latest-{}", std::process::id()));
        let linked = symlink(name, &staged).and_then(|()| fs::rename(&staged, root.join(LATEST)));
        if let Err(error) = linked {
            tracing::warn!(%error, "cannot link {LATEST} in {}", root.display());
        }
    }
}

/// The recording in a session's folder.
pub(crate) fn recording_in(folder: &Path) -> PathBuf {
    folder.join(RECORDING)
}

/// Whether a run of `wrap` is still writing to `folder`.
pub(super) fn is_in_use(folder: &Path) -> bool {
    File::open(folder.join(LOG)).is_ok_and(|log| log.try_lock().is_err())
}

/// Removes the bundles of killed runs. One that cannot be removed stays: it is public.
fn remove_stale_bundles(root: &Path) {
    let Ok(entries) = fs::read_dir(root) else {
        return;
    };
    for folder in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        let bundle = folder.join(BUNDLE);
        // A run takes its lock before it writes its bundle.
        if bundle.symlink_metadata().is_ok()
            && !is_in_use(&folder)
            && let Err(error) = fs::remove_file(&bundle)
        {
            tracing::debug!(%error, "cannot remove {}", bundle.display());
        }
    }
}

/// The folder of all sessions: `$XDG_DATA_HOME/codex-dissect/sessions`.
///
/// # Errors
///
/// When there is no home directory.
pub(crate) fn root() -> Result<PathBuf> {
    data_folder::sessions()
        .context("there is no home directory: set HOME, or name a folder with --output")
}

/// Checks that sessions can be created in `root`; creates it if it is missing.
///
/// # Errors
///
/// When they cannot be.
pub(crate) fn check_writable(root: &Path) -> Result<()> {
    private_file::create_folder(root).with_context(|| unwritable(root))?;
    let probe = root.join(format!(".probe-{}", std::process::id()));
    DirBuilder::new()
        .create(&probe)
        .and_then(|()| fs::remove_dir(&probe))
        .with_context(|| unwritable(root))
}

/// Creates a new folder below `root`, with a number appended if the name is taken.
fn create_unique(root: &Path, name: &str) -> io::Result<PathBuf> {
    let mut attempt = 1;
    loop {
        let folder = match attempt {
            1 => root.join(name),
            _ => root.join(format!("{name}-{attempt}")),
        };
        match DirBuilder::new().mode(0o700).create(&folder) {
            Err(error)
                if error.kind() == io::ErrorKind::AlreadyExists && attempt < MAX_ATTEMPTS =>
            {
                attempt += 1;
            }
            result => return result.map(|()| folder),
        }
    }
}

fn unwritable(folder: &Path) -> String {
    format!(
        "cannot write to {} (name another folder with --output)",
        folder.display()
    )
}

/// The recording's file name.
pub(super) const RECORDING: &str = "traffic.jsonl";
/// The link to the newest session.
pub(super) const LATEST: &str = "latest";
const LOG: &str = "wrap.log";
const BUNDLE: &str = "ca.pem";
const REPORT_STEM: &str = "analysis_report";
/// Runs that may start within one second; beyond that something else is wrong.
const MAX_ATTEMPTS: u32 = 1000;

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn two_sessions_of_one_second_get_different_folders() {
        let root = tempfile::tempdir().unwrap();
        let now = Timestamp::UNIX_EPOCH;
        let first = Session::create(root.path(), "codex", now).unwrap();
        let second = Session::create(root.path(), "codex", now).unwrap();
        assert_ne!(first.folder, second.folder);
        let latest = fs::read_link(root.path().join(LATEST)).unwrap();
        assert_eq!(latest, second.folder.file_name().unwrap());
    }

    #[test]
    fn a_session_is_private_and_named_for_its_start() {
        let root = tempfile::tempdir().unwrap();
        let session = Session::create(root.path(), "codex", Timestamp::UNIX_EPOCH).unwrap();
        assert!(session.folder.ends_with("1970-01-01T00-00-00Z-codex"));
        let mode = fs::metadata(&session.folder).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }

    #[test]
    fn a_folder_with_a_recording_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(RECORDING), "").unwrap();
        let error = Session::create_at(folder.path()).unwrap_err();
        assert!(error.to_string().contains("already holds a recording"));
    }

    #[test]
    fn the_log_follows_no_link_and_is_private() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join(LOG);
        symlink(folder.path().join("elsewhere"), &log).unwrap();
        let error = format!("{:#}", Session::create_at(folder.path()).unwrap_err());
        assert!(error.contains("symbolic link"), "{error}");
        assert!(!folder.path().join("elsewhere").exists());
        fs::remove_file(&log).unwrap();
        fs::write(&log, "").unwrap();
        fs::set_permissions(&log, fs::Permissions::from_mode(0o644)).unwrap();
        Session::create_at(folder.path()).unwrap();
        let mode = fs::metadata(&log).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_session_is_in_use_until_it_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let session = Session::create_at(folder.path()).unwrap();
        assert!(is_in_use(folder.path()));
        assert!(Session::create_at(folder.path()).is_err());
        drop(session);
        assert!(!is_in_use(folder.path()));
    }
}
