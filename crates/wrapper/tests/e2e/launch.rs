//! One run of `wrap` around a program, in its own home directory.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::install;
use crate::recording::Recording;
use crate::stand_in_log::{self, Entry};

/// A folder with everything that one run needs and leaves behind.
pub(crate) struct Home {
    folder: TempDir,
    /// Folders searched before the system's `PATH`.
    programs: Vec<PathBuf>,
    variables: Vec<(String, String)>,
}

/// What a run left behind.
pub(crate) struct Finished {
    pub(crate) status: Option<ExitStatus>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// Where `wrap` wrote its session.
    pub(crate) session: PathBuf,
    log: PathBuf,
}

impl Home {
    /// An empty home, with codex on its `PATH`.
    pub(crate) fn new() -> Self {
        Self::in_folder(tempfile::tempdir_in(install::build_folder()).unwrap())
    }

    /// A home in a place that reveals nothing about the machine; one at a time.
    pub(crate) fn neutral() -> Self {
        let mut builder = tempfile::Builder::new();
        builder.prefix("demo").rand_bytes(0);
        Self::in_folder(builder.tempdir_in("/tmp").unwrap()).variable("TZ", "Etc/UTC")
    }

    fn in_folder(folder: TempDir) -> Self {
        let home = Self {
            folder,
            programs: vec![install::CODEX.folder()],
            variables: Vec::new(),
        };
        home.clear();
        home
    }

    /// Empties it, in the same place.
    pub(crate) fn clear(&self) {
        for entry in fs::read_dir(self.folder.path()).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => fs::remove_dir_all(path).unwrap(),
                false => fs::remove_file(path).unwrap(),
            }
        }
        for name in ["work", "codex", "data"] {
            fs::create_dir(self.place(name)).unwrap();
        }
    }

    /// Adds a folder to the `PATH`.
    pub(crate) fn program(mut self, folder: PathBuf) -> Self {
        self.programs.push(folder);
        self
    }

    /// Adds a variable.
    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A home where codex finds an API key.
    pub(crate) fn with_api_key(key: &str) -> Self {
        Self::new().variable("CODEX_API_KEY", key)
    }

    /// A home where codex's TUI finds an API key, and trusts the folder that it works in.
    pub(crate) fn for_tui(key: &str) -> Self {
        let home = Self::new();
        let write = |name: &str, text: String| fs::write(home.codex_home().join(name), text);
        write("auth.json", format!(r#"{{"OPENAI_API_KEY":"{key}"}}"#)).unwrap();
        let work = home.place("work");
        let trusted = format!("[projects.{work:?}]\ntrust_level = \"trusted\"\n");
        write("config.toml", trusted).unwrap();
        home
    }

    /// codex's own folder.
    pub(crate) fn codex_home(&self) -> PathBuf {
        self.place("codex")
    }

    /// Runs `wrap OPTIONS AGENT`, with the log of the stand-in, to its end.
    ///
    /// Dropping `self` removes the folder, so `self` must outlive the result.
    pub(crate) fn wrap(&self, options: &[&str], agent: &[&str]) -> Finished {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wrap"));
        command
            .args(self.arguments(options, agent))
            .current_dir(self.place("work"))
            .env_clear()
            .envs(self.environment())
            .stdin(Stdio::null())
            .stdout(File::create(self.place("stdout")).unwrap())
            .stderr(File::create(self.place("stderr")).unwrap());
        let status = finish(&mut command);
        self.finished(Some(status))
    }

    /// The arguments of `wrap` for a run in this home.
    pub(crate) fn arguments(&self, options: &[&str], agent: &[&str]) -> Vec<OsString> {
        let mut arguments: Vec<OsString> = vec!["--offline".into(), "--stand-in-log".into()];
        arguments.push(self.place("stand-in.jsonl").into());
        arguments.push("--output".into());
        arguments.push(self.place("session").into());
        arguments.extend(options.iter().chain(agent).map(OsString::from));
        arguments
    }

    /// The whole environment of a run in this home.
    pub(crate) fn environment(&self) -> Vec<(String, OsString)> {
        let system = std::env::var_os("PATH").unwrap();
        let folders = self.programs.iter().cloned();
        let path = std::env::join_paths(folders.chain(std::env::split_paths(&system))).unwrap();
        let mut variables: Vec<(String, OsString)> = vec![
            ("PATH".to_owned(), path),
            ("HOME".to_owned(), self.folder.path().into()),
            ("XDG_DATA_HOME".to_owned(), self.place("data").into()),
            ("CODEX_HOME".to_owned(), self.codex_home().into()),
            ("TERM".to_owned(), "dumb".into()),
        ];
        let own = self.variables.iter();
        variables.extend(own.map(|(name, value)| (name.clone(), value.into())));
        variables
    }

    /// What a run left behind; without a status if its parent has it.
    pub(crate) fn finished(&self, status: Option<ExitStatus>) -> Finished {
        let read = |name| fs::read_to_string(self.place(name)).unwrap_or_default();
        Finished {
            status,
            stdout: read("stdout"),
            stderr: read("stderr"),
            session: self.place("session"),
            log: self.place("stand-in.jsonl"),
        }
    }

    /// A file or folder in this home.
    pub(crate) fn place(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
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
        let found = self.status.and_then(|status| status.code());
        assert_eq!(found, Some(code), "stdout: {stdout}\nstderr: {stderr}");
    }

    /// Fails if any file of the session contains `secret`.
    pub(crate) fn assert_nowhere(&self, secret: &str) {
        for file in files(&self.session) {
            let content = fs::read(&file).unwrap();
            let found = content
                .windows(secret.len())
                .any(|part| part == secret.as_bytes());
            assert!(!found, "{secret} is in {}", file.display());
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
