//! The real codex TUI on a real terminal: tmux's.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use capture::record::Exchange;

use crate::launch::Home;
use crate::recording::json_sent;

#[test]
fn a_prompt_typed_into_the_tui_is_answered_on_screen_and_on_record() {
    let home = Home::new();
    let work = home.place("work");
    fs::write(
        home.codex_home().join("auth.json"),
        format!(r#"{{"OPENAI_API_KEY":"{KEY}"}}"#),
    )
    .unwrap();
    let trusted = format!("[projects.{work:?}]\ntrust_level = \"trusted\"\n");
    fs::write(home.codex_home().join("config.toml"), trusted).unwrap();

    let terminal = Terminal::start(&home, &["codex"]);
    terminal.wait_for("Ask Codex to do anything");
    terminal.type_line("say hi");
    terminal.wait_for("Hello from the stand-in of codex-dissect");
    terminal.wait_for("Worked for");
    terminal.type_line("and once more");
    terminal.wait_for_times("Hello from the stand-in of codex-dissect", 2);
    terminal.type_line("/quit");
    terminal.wait_for("wrap ended with 0");

    let run = home.finished(None);
    let recording = run.recording();
    let turns = recording.assert_turns(&run.log());
    let count = turns.len();
    assert!(
        count >= 6,
        "{count}: prewarm, two turns with a tool result each, a title"
    );
    let says = |turn: &&&Exchange, words: &str| json_sent(turn).contains(words);
    let mut chained = turns
        .iter()
        .filter(|turn| says(turn, "previous_response_id"));
    let second = chained.find(|turn| says(turn, "and once more")).unwrap();
    assert!(
        !says(&second, "say hi"),
        "the second turn carries new items alone"
    );
    run.assert_nowhere(KEY);
    assert_eq!(left_over(&home), "", "a process outlived the TUI");
}

/// The processes that were started in this home and still run; only Linux tells.
fn left_over(home: &Home) -> String {
    if cfg!(not(target_os = "linux")) {
        return String::new();
    }
    let codex_home = format!("CODEX_HOME={}", home.codex_home().display());
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let ours = processes.filter(|process| {
        let environment = fs::read(process.path().join("environ")).unwrap_or_default();
        environment
            .split(|&byte| byte == 0)
            .any(|variable| variable == codex_home.as_bytes())
    });
    let command = |process: fs::DirEntry| {
        let line = fs::read(process.path().join("cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&line).replace('\0', " ")
    };
    // What is left of the terminal is the test's own: tmux, its shell, its sleep.
    let agents = ours.map(command).filter(|line| line.contains("codex"));
    agents.filter(|line| !line.contains("tmux")).collect()
}

/// A terminal of its own, which ends with the test.
struct Terminal {
    socket: PathBuf,
}

impl Terminal {
    /// Runs `wrap AGENT` on a new terminal.
    fn start(home: &Home, agent: &[&str]) -> Self {
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

    /// Types a line as a person does: the words, and then Enter by itself.
    fn type_line(&self, line: &str) {
        assert!(
            self.tmux(&["send-keys", "-l", line])
                .status()
                .unwrap()
                .success()
        );
        self.wait_for(line);
        assert!(
            self.tmux(&["send-keys", "Enter"])
                .status()
                .unwrap()
                .success()
        );
    }

    /// Waits until `text` is on the screen.
    fn wait_for(&self, text: &str) {
        self.wait_for_times(text, 1);
    }

    /// Waits until `text` is on the screen so many times.
    fn wait_for_times(&self, text: &str, times: usize) {
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
        // Where it is gone already there is nothing left to end.
        let _gone = self.tmux(&["kill-server"]).status();
    }
}

/// The TUI is up in two seconds; a loaded machine may take many more.
const TIME_LIMIT: Duration = Duration::from_secs(60);

const POLL: Duration = Duration::from_millis(50);

const KEY: &str = "sk-made-up-tui-key-51b0e7d2aa";
