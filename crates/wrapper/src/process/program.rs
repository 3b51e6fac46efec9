//! Finds the agent's program as a shell would, before anything is set up.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Why a program cannot run; each reason has its own exit code, as in a shell.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ProgramError {
    /// No such file: 127.
    #[error("{0} is not found: install it, or check its spelling and PATH")]
    NotFound(String),
    /// Not an executable file, or not executable by us: 126.
    #[error("{0} cannot be executed: check that it is a program, and check its permissions")]
    NotExecutable(PathBuf),
}

/// Finds `name` in the folders of `path`; a name with a slash is a path already.
///
/// # Errors
///
/// [`ProgramError`]. As in a shell, a file that cannot be executed is reported only if no later
/// folder has one that can.
pub(crate) fn find(name: &OsStr, path: Option<&OsStr>) -> Result<PathBuf, ProgramError> {
    if name.as_bytes().contains(&b'/') {
        return check(PathBuf::from(name));
    }
    let mut missing = ProgramError::NotFound(name.to_string_lossy().into_owned());
    if name.is_empty() {
        return Err(missing);
    }
    for folder in env::split_paths(path.unwrap_or(OsStr::new(DEFAULT_PATH))) {
        match check(folder.join(name)) {
            Err(ProgramError::NotFound(_)) => {}
            Err(found) => missing = found,
            Ok(program) => return Ok(program),
        }
    }
    Err(missing)
}

/// The program's name without its folder, as profiles know it.
pub(crate) fn base_name(name: &OsStr) -> String {
    Path::new(name)
        .file_name()
        .unwrap_or(name)
        .to_string_lossy()
        .into_owned()
}

fn check(program: PathBuf) -> Result<PathBuf, ProgramError> {
    match fs::metadata(&program) {
        Err(_) => Err(ProgramError::NotFound(program.display().to_string())),
        Ok(file) if file.is_file() && file.permissions().mode() & 0o111 != 0 => Ok(program),
        Ok(_) => Err(ProgramError::NotExecutable(program)),
    }
}

/// What the C library searches where `PATH` is not set.
const DEFAULT_PATH: &str = "/bin:/usr/bin";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_found_behind_a_file_that_cannot_run() {
        let first = tempfile::tempdir().unwrap();
        let second = tempfile::tempdir().unwrap();
        fs::write(first.path().join("agent"), "").unwrap();
        let path = env::join_paths([first.path(), second.path()]).unwrap();
        assert_eq!(
            find(OsStr::new("agent"), Some(&path)),
            Err(ProgramError::NotExecutable(first.path().join("agent")))
        );

        let program = second.path().join("agent");
        fs::write(&program, "").unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(find(OsStr::new("agent"), Some(&path)), Ok(program));
    }

    #[test]
    fn a_folder_is_no_program() {
        let folder = tempfile::tempdir().unwrap();
        let found = find(folder.path().as_os_str(), None);
        assert_eq!(
            found,
            Err(ProgramError::NotExecutable(folder.path().to_path_buf()))
        );
    }

    #[test]
    fn an_empty_name_is_not_the_first_folder_of_the_path() {
        let missing = find(OsStr::new(""), Some(OsStr::new("/bin")));
        assert_eq!(missing, Err(ProgramError::NotFound(String::new())));
    }
}
