//! One run of `wrap` around a program, in a home of its own.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::codex;
use crate::recording::Recording;
use crate::stand_in_log::{self, Entry};

/// A folder with all that one run needs, and leaves.
pub(crate) struct Home {
    folder: TempDir,
    variables: Vec<(String, String)>,
}

/// What a run left.
pub(crate) struct Finished {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// Where `wrap` wrote its session.
    pub(crate) session: PathBuf,
    log: PathBuf,
}

impl Home {
    /// A home with nothing in it.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir_in(codex::build_folder()).unwrap();
        for name in ["work", "codex", "data"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        Self {
            folder,
            variables: Vec::new(),
        }
    }

    /// A home where the agent finds an API key.
    pub(crate) fn with_api_key(key: &str) -> Self {
        let mut home = Self::new();
        home.variables
            .push(("CODEX_API_KEY".to_owned(), key.to_owned()));
        home
    }

    /// codex's own folder.
    pub(crate) fn codex_home(&self) -> PathBuf {
        self.folder.path().join("codex")
    }

    /// Runs `wrap OPTIONS AGENT`, with the log of the stand-in, to its end.
    ///
    /// The folder is gone with `self`, so `self` has to outlive what is looked at.
    pub(crate) fn wrap(&self, options: &[&str], agent: &[&str]) -> Finished {
        let place = |name: &str| self.folder.path().join(name);
        let path = std::env::var("PATH").unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_wrap"));
        command
            .arg("--offline")
            .arg("--stand-in-log")
            .arg(place("stand-in.jsonl"))
            .arg("--output")
            .arg(place("session"))
            .args(options)
            .args(agent)
            .current_dir(place("work"))
            .env_clear()
            .env("PATH", format!("{}:{path}", codex::folder().display()))
            .env("HOME", self.folder.path())
            .env("XDG_DATA_HOME", place("data"))
            .env("CODEX_HOME", self.codex_home())
            .env("TERM", "dumb")
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(File::create(place("stdout")).unwrap())
            .stderr(File::create(place("stderr")).unwrap());
        let status = finish(&mut command);
        Finished {
            status,
            stdout: fs::read_to_string(place("stdout")).unwrap(),
            stderr: fs::read_to_string(place("stderr")).unwrap(),
            session: place("session"),
            log: place("stand-in.jsonl"),
        }
    }
}

impl Finished {
    /// The recording that `wrap` wrote.
    pub(crate) fn recording(&self) -> Recording {
        Recording::read(&self.session.join("traffic.jsonl"))
    }

    /// What the stand-in received and sent.
    pub(crate) fn log(&self) -> Vec<Entry> {
        stand_in_log::read(&self.log)
    }

    /// Fails, with all that was printed, unless the exit code is `code`.
    pub(crate) fn assert_code(&self, code: i32) {
        let Self { stdout, stderr, .. } = self;
        let found = self.status.code();
        assert_eq!(found, Some(code), "stdout: {stdout}\nstderr: {stderr}");
    }

    /// Fails if `secret` stands in any file of the session.
    pub(crate) fn assert_nowhere(&self, secret: &str) {
        for file in files(&self.session) {
            let content = fs::read(&file).unwrap();
            let found = content
                .windows(secret.len())
                .any(|part| part == secret.as_bytes());
            assert!(!found, "{secret} stands in {}", file.display());
        }
    }
}

/// Waits for a program, but not for ever.
fn finish(command: &mut Command) -> ExitStatus {
    let mut child = command.spawn().unwrap();
    let end = Instant::now() + TIME_LIMIT;
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if Instant::now() > end {
            child.kill().unwrap();
            panic!("{command:?} did not end within {TIME_LIMIT:?}");
        }
        thread::sleep(POLL);
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files.extend(self::files(&path)),
            false => files.push(path),
        }
    }
    files
}

/// A run takes two seconds; a loaded machine may take many more.
const TIME_LIMIT: Duration = Duration::from_secs(120);

const POLL: Duration = Duration::from_millis(20);
