//! `wrap doctor`: a healthy setup, and each way to break it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::wrap::{Machine, stdout};

/// `wrap doctor codex` on a machine where codex is this script.
fn doctor(machine: &Machine, codex: &str) -> Command {
    let programs = machine.home().join("bin");
    fs::create_dir(&programs).unwrap();
    let program = programs.join("codex");
    let script = format!("#!/bin/sh\n[ \"$1\" = --version ] && exec echo fake-codex 1\n{codex}\n");
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
    let mut command = machine.wrap(["doctor"]);
    command.env("PATH", path);
    command
}

/// An agent that talks as codex does.
fn healthy() -> String {
    format!("exec '{}' __demo-agent", env!("CARGO_BIN_EXE_wrap"))
}

/// The lines of a kind, as in `bad   settings    …`.
fn lines(text: &str, kind: &str) -> Vec<String> {
    let lines = text.lines().filter(|line| line.starts_with(kind));
    lines.map(str::to_owned).collect()
}

#[test]
fn a_healthy_chain_is_good_from_end_to_end() {
    let machine = Machine::new();
    let output = doctor(&machine, &healthy()).output().unwrap();
    let said = stdout(&output);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("fake-codex 1"), "{said}");
    assert!(said.contains("model requests on record"), "{said}");
    assert!(lines(&said, "bad").is_empty(), "{said}");
    // The check leaves no session behind.
    assert_eq!(fs::read_dir(machine.sessions()).unwrap().count(), 0);
}

#[test]
fn settings_that_lead_around_the_proxy_and_a_dead_next_proxy_are_bad() {
    let machine = Machine::new();
    fs::create_dir(machine.home().join(".codex")).unwrap();
    fs::write(machine.home().join(".codex/.env"), "HTTPS_PROXY=x\n").unwrap();
    let mut command = doctor(&machine, &healthy());
    // Nothing listens on the port for "discard".
    let output = command
        .env("HTTPS_PROXY", "http://127.0.0.1:9")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let bad = lines(&stdout(&output), "bad");
    assert_eq!(bad.len(), 2, "{bad:?}");
    assert!(bad[0].contains(".env sets HTTPS_PROXY"), "{bad:?}");
    assert!(bad[1].contains("127.0.0.1:9"), "{bad:?}");
}

#[test]
fn an_agent_that_asks_no_model_is_bad_and_its_last_words_are_shown() {
    let machine = Machine::new();
    let output = doctor(&machine, "echo no prompt >&2; exit 1")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let bad = lines(&stdout(&output), "bad");
    assert_eq!(bad.len(), 1, "{bad:?}");
    assert!(bad[0].contains("no prompt"), "{bad:?}");
}

#[test]
fn an_agent_that_is_not_there_is_bad() {
    let output = Machine::new().run(["doctor", "no-such-agent"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).contains("no-such-agent is not found"));
}

#[test]
fn variables_that_the_agent_gets_anew_are_named() {
    let machine = Machine::new();
    let mut doctor = doctor(&machine, &healthy());
    let said = stdout(&doctor.env("NODE_EXTRA_CA_CERTS", "/none").output().unwrap());
    assert!(
        said.contains("replaced for the agent: NODE_EXTRA_CA_CERTS"),
        "{said}"
    );
}
