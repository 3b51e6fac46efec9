//! Offline runs: what the stand-in refuses shows in the summary, a bad script stops the run.

use std::fs;

use crate::wrap::{Machine, stderr};

#[test]
fn a_run_without_trouble_logs_nothing_and_sums_up_its_tokens() {
    let machine = Machine::new();
    // No codex is found there, nor anything else.
    let mut demo = machine.wrap(["--demo"]);
    let said = stderr(&demo.env("PATH", machine.home()).output().unwrap());
    assert!(said.contains("of it cached"), "{said}");
    let log = fs::read_to_string(machine.sessions().join("latest/wrap.log")).unwrap();
    assert_eq!(log, "");
}

#[test]
fn a_model_that_refuses_is_in_the_summary() {
    let machine = Machine::new();
    let mut demo = machine.wrap(["--demo", "--fail", "500:1"]);
    let output = demo.env("PATH", machine.home()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains("1 without a model's whole answer"),
        "{output:?}"
    );
}

#[test]
fn an_unusable_script_is_an_error_that_names_it() {
    let machine = Machine::new();
    let script = machine.home().join("script.json");
    fs::write(&script, "[").unwrap();
    let output = machine.run(["--script", script.to_str().unwrap(), "true"]);
    assert_eq!(output.status.code(), Some(125));
    assert!(stderr(&output).contains("script.json"), "{output:?}");
}
