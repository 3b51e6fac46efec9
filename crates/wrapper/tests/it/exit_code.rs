//! Exit codes: the agent's own, or ours if it never ran.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::wrap::{Machine, agent, stderr, stdout};

#[test]
fn the_agents_exit_code_is_ours() {
    for code in [0, 1, 2, 125, 255] {
        let output = Machine::new().run([agent("exit.sh"), code.to_string()]);
        assert_eq!(output.status.code(), Some(code));
    }
}

#[test]
fn a_signal_that_kills_the_agent_is_128_and_its_number() {
    for (signal, code) in [
        ("-TERM", 143),
        ("-KILL", 137),
        ("-INT", 130),
        ("-PIPE", 141),
    ] {
        let output = Machine::new().run([agent("exit.sh"), signal.to_owned()]);
        assert_eq!(output.status.code(), Some(code), "{signal}");
    }
}

#[test]
fn an_agent_that_is_not_found_is_127_and_leaves_no_session() {
    let machine = Machine::new();
    let output = machine.run(["no-such-agent", "--help"]);
    assert_eq!(output.status.code(), Some(127));
    assert!(stderr(&output).contains("no-such-agent is not found"));
    assert!(!machine.sessions().exists());
}

#[test]
fn a_file_that_cannot_be_executed_is_126() {
    let machine = Machine::new();
    let file = machine.home().join("agent");
    fs::write(&file, "#!/bin/sh\n").unwrap();
    let output = machine.run([&file]);
    assert_eq!(output.status.code(), Some(126));
    assert!(stderr(&output).contains("cannot be executed"));
}

#[test]
fn a_script_without_its_interpreter_is_127() {
    let machine = Machine::new();
    let file = machine.home().join("agent");
    fs::write(&file, "#!/no/such/interpreter\n").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    let output = machine.run([&file]);
    assert_eq!(output.status.code(), Some(127));
    assert!(stderr(&output).contains("the interpreter of"), "{output:?}");
}

#[test]
fn bad_usage_is_125_and_never_the_agents_2() {
    let machine = Machine::new();
    for (arguments, said) in [
        (&["--no-such-option", "true"][..], "--no-such-option"),
        (&["--grace", "soon", "true"], "seconds"),
        (&["--intercept", "https://x/", "true"], "https://x/"),
        (&["--fail", "418", "true"], "ws-426"),
        (&["--quiet"], "name the agent"),
        (&[], "Usage: wrap [OPTIONS] AGENT"),
    ] {
        let output = machine.run(arguments);
        assert_eq!(output.status.code(), Some(125), "{arguments:?}");
        assert!(stderr(&output).contains(said), "{output:?}");
        assert!(stdout(&output).is_empty());
    }
}

#[test]
fn help_and_version_are_results() {
    let machine = Machine::new();
    for option in ["--help", "--version"] {
        let output = machine.run([option]);
        assert_eq!(output.status.code(), Some(0));
        assert!(stdout(&output).contains("wrap"), "{option}");
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_125_and_named_with_the_way_out() {
    let machine = Machine::new();
    let file = machine.home().join("file");
    fs::write(&file, "").unwrap();
    let folder = file.join("session");
    let output = machine.run(["--output".as_ref(), folder.as_path(), "true".as_ref()]);
    assert_eq!(output.status.code(), Some(125));
    let said = stderr(&output);
    assert!(said.contains(folder.to_str().unwrap()), "{said}");
    assert!(said.contains("--output"), "{said}");
}

#[test]
fn a_broken_file_of_roots_is_125_and_named_with_its_variable() {
    let machine = Machine::new();
    let file = machine.home().join("roots.pem");
    fs::write(&file, "no certificate").unwrap();
    let output = machine
        .wrap(["true"])
        .env("SSL_CERT_FILE", &file)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(125));
    let said = stderr(&output);
    assert!(said.contains(file.to_str().unwrap()), "{said}");
    assert!(said.contains("SSL_CERT_FILE"), "{said}");
}
