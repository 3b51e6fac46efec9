//! Other agents than codex, far enough to see their requests on record.

use crate::install;
use crate::launch::{Finished, Home};

#[test]
fn claude_code_calls_its_shell_and_answers() {
    let home = Home::new()
        .program(install::CLAUDE.folder())
        .variable("ANTHROPIC_API_KEY", KEY);
    let run = home.wrap(&[], &["claude", "--print", "say hi"]);
    assert_turns(&run, "/v1/messages");
}

#[test]
fn opencode_calls_its_shell_and_answers() {
    let home = Home::new()
        .program(install::OPENCODE.folder())
        .variable("OPENAI_API_KEY", KEY);
    let run = home.wrap(
        &[],
        &["opencode", "run", "--model", "openai/gpt-5", "say hi"],
    );
    assert_turns(&run, "/v1/responses");
}

/// Fails unless the agent ran its tool, said what the stand-in said, and both turns are on record.
fn assert_turns(run: &Finished, path: &str) {
    run.assert_code(0);
    assert!(
        run.stdout.contains("Hello from the stand-in"),
        "{}",
        run.stdout
    );
    let recording = run.recording();
    let log = run.log();
    let turns: Vec<_> = log
        .iter()
        .filter(|entry| entry.method == "POST" && entry.path.starts_with(path))
        .map(|entry| recording.assert_turn(entry))
        .collect();
    assert!(turns.len() >= 2, "a tool call and an answer");
    run.assert_nowhere(KEY);
}

const KEY: &str = "sk-ant-made-up-agent-key-93fe01";
