//! The command under test: `wrap` with its own data folder and none of the user's settings.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A user's machine as `wrap` sees it.
pub(crate) struct Machine {
    home: TempDir,
}

impl Machine {
    pub(crate) fn new() -> Self {
        Self {
            home: tempfile::tempdir().unwrap(),
        }
    }

    /// A folder that is removed after the test.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// `wrap` with these arguments, not started yet. It sees only the variables of this machine.
    pub(crate) fn wrap<T: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = T>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wrap"));
        command
            .args(arguments)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("HOME", self.home())
            .env("XDG_DATA_HOME", self.data())
            .stdin(Stdio::null());
        command
    }

    /// Runs `wrap` with these arguments; returns its output and status.
    pub(crate) fn run<T: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = T>) -> Output {
        self.wrap(arguments).output().unwrap()
    }

    /// Where sessions are kept.
    pub(crate) fn sessions(&self) -> PathBuf {
        self.data().join("codex-dissect/sessions")
    }

    fn data(&self) -> PathBuf {
        self.home().join("data")
    }
}

/// The path of a program in `fixtures/agents`.
pub(crate) fn agent(name: &str) -> String {
    format!(
        "{}/../../fixtures/agents/{name}",
        env!("CARGO_MANIFEST_DIR")
    )
}

/// Standard output, as text.
pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Standard error, as text.
pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}
