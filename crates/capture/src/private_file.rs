//! Files that only their owner can read: mode 0600, never another user's, never opened through a link.
//!
//! For everything that holds traffic or is made from it: recordings, logs, reports, schemas.
//! [`append_to`] is for files that grow, [`Replacement`] for files that are written whole.
//! Errors say what is wrong and what to do; the caller adds the path.

use std::ffi::{OsStr, OsString};
use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::process;

/// Opens `path` for appending; creates it if it is missing.
///
/// # Errors
///
/// When it cannot be opened, is a symbolic link, belongs to another user, or is readable by others
/// and its mode cannot be changed. Pipes and devices keep their mode.
pub fn append_to(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    let file = private(options.append(true).create(true))
        .open(path)
        .map_err(explain)?;
    let metadata = file.metadata()?;
    refuse_foreign(&metadata)?;
    if metadata.is_file() {
        narrow(&file, &metadata)?;
    }
    Ok(file)
}

/// Creates a file.
///
/// # Errors
///
/// When the path exists, even as a dangling link, or the file cannot be created.
pub fn create_new(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    private(options.write(true).create_new(true)).open(path)
}

/// Creates a folder and its missing parents with mode 0700. An existing folder keeps its mode.
///
/// # Errors
///
/// When it cannot be created.
pub fn create_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.recursive(true).create(path)
}

/// Checks that `path` may be replaced, or written to if it is a pipe or a device.
///
/// # Errors
///
/// When it is a symbolic link, a folder, or belongs to another user.
pub fn check_writable(path: &Path) -> io::Result<Existing> {
    let metadata = match fs::symlink_metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Existing::Nothing),
        Err(error) => return Err(error),
    };
    if metadata.is_symlink() {
        return Err(is_link());
    }
    if metadata.is_dir() {
        let message = "it is a folder: name a file";
        return Err(io::Error::new(io::ErrorKind::IsADirectory, message));
    }
    refuse_foreign(&metadata)?;
    Ok(if metadata.is_file() {
        Existing::File
    } else {
        Existing::Stream
    })
}

/// What exists at a path that may be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// Nothing.
    Nothing,
    /// A regular file.
    File,
    /// A pipe or a device: it cannot be replaced, only written to.
    Stream,
}

/// Opens a pipe or a device for writing.
///
/// # Errors
///
/// When it cannot be opened, or is no longer what [`check_writable`] saw.
pub fn open_stream(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    let file = private(options.write(true)).open(path).map_err(explain)?;
    let metadata = file.metadata()?;
    refuse_foreign(&metadata)?;
    if metadata.is_file() {
        // Another program put a file there in the meantime: it would be overwritten in place.
        let message = "it was replaced by a file just now: try again";
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, message));
    }
    Ok(file)
}

/// A file that is written next to `target` and replaces it when complete.
///
/// Dropped before [`commit`](Self::commit), it leaves `target` as it was and removes itself.
#[derive(Debug)]
pub struct Replacement {
    file: File,
    temporary: PathBuf,
    target: PathBuf,
    is_committed: bool,
}

impl Replacement {
    /// Begins a file that will replace `target` or become it.
    ///
    /// # Errors
    ///
    /// As [`check_writable`]; when `target` is a pipe or a device; when no file can be created
    /// in its folder.
    pub fn create(target: &Path) -> io::Result<Self> {
        if check_writable(target)? == Existing::Stream {
            let message = "it is a pipe or a device, which cannot be replaced";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        let name = target.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        for attempt in 0..MAX_ATTEMPTS {
            let temporary = target.with_file_name(temporary_name(name, attempt));
            match create_new(&temporary) {
                Ok(file) => {
                    return Ok(Self {
                        file,
                        temporary,
                        target: target.to_owned(),
                        is_committed: false,
                    });
                }
                // Left by an earlier process with the same id when it was killed.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        let message = "too many unfinished files are in its folder: remove those that end in .tmp";
        Err(io::Error::new(io::ErrorKind::AlreadyExists, message))
    }

    /// The file to write to.
    pub fn file(&self) -> &File {
        &self.file
    }

    /// The path of the file until it is committed: a signal handler has to remove it.
    pub fn temporary(&self) -> &Path {
        &self.temporary
    }

    /// Puts the file in its place.
    ///
    /// # Errors
    ///
    /// When the target has become something that must not be replaced, or renaming fails.
    pub fn commit(mut self) -> io::Result<()> {
        check_writable(&self.target)?;
        fs::rename(&self.temporary, &self.target)?;
        self.is_committed = true;
        Ok(())
    }
}

impl Drop for Replacement {
    fn drop(&mut self) {
        if !self.is_committed {
            // The caller already has an error to report.
            fs::remove_file(&self.temporary).ok();
        }
    }
}

/// Hidden, and short enough for every file system whatever the target's name.
fn temporary_name(target: &OsStr, attempt: u32) -> OsString {
    let mut name = OsString::from(".");
    if target.len() <= MAX_NAME_BYTES {
        name.push(target);
    }
    name.push(format!(".{}-{attempt}.tmp", process::id()));
    name
}

/// Only for the owner, and not through a link that someone else may have put there.
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600).custom_flags(nix::libc::O_NOFOLLOW);
    }
    options
}

/// The owner of a file or a pipe can read what is written to it. Devices belong to root.
fn refuse_foreign(metadata: &Metadata) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{FileTypeExt, MetadataExt};
        let can_be_planted = metadata.is_file() || metadata.file_type().is_fifo();
        if can_be_planted && metadata.uid() != nix::unistd::geteuid().as_raw() {
            let message = "it belongs to another user, who could read what is written to it: name another file";
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, message));
        }
    }
    #[cfg(not(unix))]
    let _ = metadata;
    Ok(())
}

/// Revokes the permissions of others on a file that existed before.
fn narrow(file: &File, metadata: &Metadata) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if metadata.permissions().mode() & 0o077 != 0 {
            file.set_permissions(fs::Permissions::from_mode(0o600))
                .map_err(|error| {
                    let message = format!(
                        "others may read it, and its mode cannot be changed ({error}): name another file"
                    );
                    io::Error::new(io::ErrorKind::PermissionDenied, message)
                })?;
        }
    }
    #[cfg(not(unix))]
    let _ = (file, metadata);
    Ok(())
}

fn explain(error: io::Error) -> io::Error {
    #[cfg(unix)]
    if error.raw_os_error() == Some(nix::libc::ELOOP) {
        return is_link();
    }
    error
}

fn is_link() -> io::Error {
    let message = "it is a symbolic link: give the name of the file itself";
    io::Error::new(io::ErrorKind::InvalidInput, message)
}

/// Names that crashes may have left behind; more than one is rare.
const MAX_ATTEMPTS: u32 = 100;
/// With the suffix, less than the 255 bytes that file systems allow.
const MAX_NAME_BYTES: usize = 200;

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::io::Write;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    fn names(folder: &Path) -> Vec<OsString> {
        let entries = fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name()).collect()
    }

    #[test]
    fn what_was_readable_for_others_is_narrowed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, "old\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).unwrap();
        append_to(&path).unwrap().write_all(b"new\n").unwrap();
        assert_eq!(mode(&path), 0o600);
        assert_eq!(fs::read(&path).unwrap(), b"old\nnew\n");

        fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).unwrap();
        let replacement = Replacement::create(&path).unwrap();
        replacement.file().write_all(b"whole\n").unwrap();
        replacement.commit().unwrap();
        assert_eq!(mode(&path), 0o600);
        assert_eq!(fs::read(&path).unwrap(), b"whole\n");
        assert_eq!(names(folder.path()), ["a"]);
    }

    #[test]
    fn links_and_files_of_other_users_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("a"), folder.path().join("b"));
        fs::write(&path, "kept").unwrap();
        symlink(&path, &link).unwrap();
        for error in [
            append_to(&link).unwrap_err(),
            Replacement::create(&link).unwrap_err(),
        ] {
            assert!(error.to_string().contains("symbolic link"), "{error}");
        }
        if chown(&path, Some(fs::metadata(&path).unwrap().uid() + 1), None).is_err() {
            println!("SKIPPED: only root can give a file to another user");
            return;
        }
        for error in [
            append_to(&path).unwrap_err(),
            Replacement::create(&path).unwrap_err(),
        ] {
            assert!(error.to_string().contains("another user"), "{error}");
        }
        assert_eq!(fs::read(&path).unwrap(), b"kept");
    }

    #[test]
    fn a_replacement_that_is_not_finished_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, "old").unwrap();
        let replacement = Replacement::create(&path).unwrap();
        replacement.file().write_all(b"half").unwrap();
        assert_eq!(mode(replacement.temporary()), 0o600);
        drop(replacement);
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(names(folder.path()), ["a"]);
    }

    #[test]
    fn files_left_by_a_killed_process_are_in_nobodys_way() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let first = Replacement::create(&path).unwrap();
        let second = Replacement::create(&path).unwrap();
        assert_ne!(first.temporary(), second.temporary());
    }

    #[test]
    fn folders_are_for_their_owner() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b");
        create_folder(&path).unwrap();
        assert_eq!(mode(&path), 0o700);
        create_folder(&path).unwrap();
    }
}
