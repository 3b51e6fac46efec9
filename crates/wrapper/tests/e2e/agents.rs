//! Agents other than codex, as far as their requests on record.

use std::fs;

use analyze::{Scan, units};
use serde_json::{Value, json};

use crate::install;
use crate::launch::{Finished, Home};
use crate::stand_in_log::Entry;

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

/// A provider of the user's own that speaks Chat Completions.
#[test]
fn opencode_calls_its_shell_and_answers_in_chat_completions() {
    let home = Home::new().program(install::OPENCODE.folder());
    let config = json!({"provider": {"own": {
        "npm": "@ai-sdk/openai-compatible",
        "options": {"baseURL": "https://models.example/v1", "apiKey": KEY},
        "models": {"some-model": {}},
    }}});
    fs::write(home.place("work").join("opencode.json"), config.to_string()).unwrap();
    let run = home.wrap(
        &[],
        &["opencode", "run", "--model", "own/some-model", "say hi"],
    );
    assert_turns(&run, CHAT.path);
    assert_tokens(&run, &CHAT);
}

#[test]
fn opencode_calls_its_shell_and_answers_with_gemini() {
    let home = Home::new()
        .program(install::OPENCODE.folder())
        .variable("GOOGLE_GENERATIVE_AI_API_KEY", KEY);
    let run = home.wrap(
        &[],
        &[
            "opencode",
            "run",
            "--model",
            "google/gemini-2.5-pro",
            "say hi",
        ],
    );
    assert_turns(&run, GEMINI.path);
    assert_tokens(&run, &GEMINI);
}

/// Fails unless the report has every request of the stand-in's log, with its final counts and its tool call.
fn assert_tokens(run: &Finished, counts: &Counts) {
    let scan = Scan::default().read(&run.session.join("traffic.jsonl"), 0);
    let glance = scan.unwrap().finish().glance.unwrap();
    let log = run.log();
    let asked = log
        .iter()
        .filter(|entry| entry.path.starts_with(counts.path));
    let last: Vec<Value> = asked
        .map(|entry| last_counts(entry, counts.input))
        .collect();
    let sum = |pointer: &str| -> u64 {
        let found = last.iter().map(|event| event.pointer(pointer));
        found.map(|count| count.unwrap().as_u64().unwrap()).sum()
    };
    assert_eq!(glance.model_requests, last.len() as u64);
    assert!(sum(counts.input) > 0, "the stand-in counts every request");
    assert_eq!(glance.tokens.input, sum(counts.input));
    let output: u64 = counts.output.iter().map(|pointer| sum(pointer)).sum();
    assert_eq!(glance.tokens.output, output);
    assert_eq!(glance.tool_calls, 1);
    let summary = format!("tokens     {} in", units::count(sum(counts.input)));
    assert!(run.stderr.contains(&summary), "{}", run.stderr);
}

/// Where an API puts its token counts.
struct Counts {
    /// The prefix of its requests' paths.
    path: &'static str,
    input: &'static str,
    /// What to add up.
    output: &'static [&'static str],
}

const CHAT: Counts = Counts {
    path: "/v1/chat/completions",
    input: "/usage/prompt_tokens",
    output: &["/usage/completion_tokens"],
};

const GEMINI: Counts = Counts {
    path: "/v1beta/models/",
    input: "/usageMetadata/promptTokenCount",
    output: &[
        "/usageMetadata/candidatesTokenCount",
        "/usageMetadata/thoughtsTokenCount",
    ],
};

/// The last event of an answer that has a count at `pointer`.
fn last_counts(entry: &Entry, pointer: &str) -> Value {
    let events = entry.sent.iter().rev();
    events
        .filter_map(|event| serde_json::from_str::<Value>(event).ok())
        .find(|event| event.pointer(pointer).is_some())
        .unwrap_or_else(|| panic!("no counts for {}", entry.path))
}

/// Fails unless the agent ran its tool, printed the stand-in's answer, and both turns are on record.
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
