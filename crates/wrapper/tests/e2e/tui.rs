//! The real codex TUI on a real terminal: tmux's.

use std::fs;

use capture::record::Exchange;

use crate::launch::Home;
use crate::recording::json_sent;
use crate::terminal::Terminal;

#[test]
fn a_prompt_typed_into_the_tui_is_answered_on_screen_and_on_record() {
    let home = Home::for_tui(KEY);
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

/// The processes started in this home that still run; Linux only.
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
    // tmux, its shell and its sleep belong to the test.
    let agents = ours.map(command).filter(|line| line.contains("codex"));
    agents.filter(|line| !line.contains("tmux")).collect()
}

const KEY: &str = "sk-made-up-tui-key-51b0e7d2aa";
