//! The wrapped command in the recording: without credentials, or without arguments.

use std::fs;

use crate::wrap::{Machine, stderr};

/// The arguments of the session's line.
fn recorded(options: &[&str], arguments: &[&str]) -> Vec<String> {
    let machine = Machine::new();
    let output = machine.run([options, &["true"], arguments].concat());
    assert!(output.status.success(), "{}", stderr(&output));
    let recording = machine.sessions().join("latest/traffic.jsonl");
    let recording = fs::read_to_string(recording).unwrap();
    let session: serde_json::Value =
        serde_json::from_str(recording.lines().next().unwrap()).unwrap();
    let command = session["command"].as_array().unwrap();
    command
        .iter()
        .map(|argument| argument.as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn credentials_among_the_arguments_are_replaced() {
    let secret = "q7Lm3fQ9xW2mT7vB5nR8";
    for arguments in [
        vec!["--api-key", secret],
        vec!["--token=q7Lm3fQ9xW2mT7vB5nR8"],
        vec!["--password", "-7Lm3fQ9xW2mT7vB5nR8x"],
        vec!["-H", "X-API-Key: q7Lm3fQ9xW2mT7vB5nR8"],
        vec![
            "-c",
            "mcp.http_headers={\"X-Api-Key\"=\"q7Lm3fQ9xW2mT7vB5nR8\"}",
        ],
        vec!["curl", "-u", "bob:q7Lm3fQ9xW2mT7vB5nR8"],
        vec!["sshpass", "-pq7Lm3fQ9xW2mT7vB5nR8", "ssh", "host"],
        vec!["docker", "login", "-u", "bob", "-p", secret],
        vec!["https://bob:q7Lm3fQ9xW2mT7vB5nR8@example.test/"],
    ] {
        let command = recorded(&["--no-report"], &arguments).join(" ");
        assert!(!command.contains("7Lm3fQ9xW2m"), "{command}");
        assert!(command.contains("<redacted:"), "{command}");
    }
}

#[test]
fn other_arguments_stay_as_they_are() {
    let arguments = [
        "exec",
        "--model",
        "m-1",
        "--max-tokens",
        "5",
        "-p",
        "fix the token count",
        "-C",
        "/tmp",
    ];
    let command = recorded(&["--no-report"], &arguments);
    assert_eq!(command[1..], arguments);
}

#[test]
fn no_command_leaves_the_arguments_out() {
    let command = recorded(
        &["--no-report", "--no-command"],
        &["the prompt", "--api-key", "x"],
    );
    assert_eq!(command, ["true"]);
}
