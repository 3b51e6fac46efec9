//! A real terminal, tmux: types keys, reads the screen.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use crate::launch::Home;

/// A separate terminal that ends with the test.
pub(crate) struct Terminal {
    socket: PathBuf,
}

impl Terminal {
    /// Runs `wrap AGENT` on a new terminal.
    pub(crate) fn start(home: &Home, agent: &[&str]) -> Self {
        let script = home.place("run.sh");
        let quote = |word: &std::ffi::OsStr| format!("'{}'", word.to_str().unwrap());
        let arguments = home.arguments(&[], agent);
        let arguments: Vec<String> = arguments.iter().map(|word| quote(word)).collect();
        let line = format!(
            "'{}' {} 2>'{}'\necho wrap ended with $?\nexec sleep {}\n",
            env!("CARGO_BIN_EXE_wrap"),
            arguments.join(" "),
            home.place("stderr").display(),
            TIME_LIMIT.as_secs(),
        );
        fs::write(&script, line).unwrap();
        let terminal = Self {
            socket: home.place("tmux"),
        };
        let mut tmux = terminal.tmux(&[
            "-f",
            "/dev/null",
            "new-session",
            "-d",
            "-x",
            "120",
            "-y",
            "40",
        ]);
        tmux.arg("sh").arg(script).current_dir(home.place("work"));
        tmux.env_clear().envs(home.environment());
        tmux.env("TERM", "xterm-256color").env("LANG", "C.UTF-8");
        assert!(tmux.status().unwrap().success(), "tmux started nothing");
        terminal
    }

    /// Types a line as a person does: the words, then Enter on its own.
    pub(crate) fn type_line(&self, line: &str) {
        assert!(
            self.tmux(&["send-keys", "-l", line])
                .status()
                .unwrap()
                .success()
        );
        self.wait_for(line);
        self.press("Enter");
    }

    /// Presses a key, by tmux's name for it.
    pub(crate) fn press(&self, key: &str) {
        let pressed = self.tmux(&["send-keys", key]).status().unwrap();
        assert!(pressed.success());
    }

    /// Waits until `text` is on the screen.
    pub(crate) fn wait_for(&self, text: &str) {
        self.wait_for_times(text, 1);
    }

    /// Waits until `text` is on the screen a number of times.
    pub(crate) fn wait_for_times(&self, text: &str, times: usize) {
        let end = Instant::now() + TIME_LIMIT;
        loop {
            let screen = self.tmux(&["capture-pane", "-p"]).output().unwrap();
            let screen = String::from_utf8_lossy(&screen.stdout).into_owned();
            if screen.matches(text).count() >= times {
                return;
            }
            assert!(Instant::now() < end, "no `{text}` on the screen:\n{screen}");
            thread::sleep(POLL);
        }
    }

    fn tmux(&self, arguments: &[&str]) -> Command {
        let mut tmux = Command::new("tmux");
        tmux.arg("-S").arg(&self.socket).args(arguments);
        tmux
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // A closed terminal needs no end.
        let _gone = self.tmux(&["kill-server"]).status();
    }
}

/// The TUI is up in two seconds; a loaded machine may take many more.
const TIME_LIMIT: Duration = Duration::from_secs(60);

const POLL: Duration = Duration::from_millis(50);
