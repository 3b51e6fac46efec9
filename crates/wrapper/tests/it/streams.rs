//! Standard input and output of the agent: byte for byte, in both directions.

use std::io::Write;
use std::process::Stdio;

use crate::wrap::{Machine, stderr};

/// Every byte, including line ends and invalid UTF-8.
fn every_byte() -> Vec<u8> {
    (0..=255).cycle().take(70_000).collect()
}

#[test]
fn standard_input_reaches_the_agent_and_its_output_comes_back_unchanged() {
    let machine = Machine::new();
    let mut wrap = machine
        .wrap(["cat"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = wrap.stdin.take().unwrap();
    let writer = std::thread::spawn(move || input.write_all(&every_byte()).unwrap());
    let output = wrap.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.stdout == every_byte());
}

#[test]
fn standard_error_is_the_agents_and_then_the_summary() {
    let output = Machine::new().run(["sh", "-c", "printf 'mine\\r\\n' >&2"]);
    let said = stderr(&output);
    assert!(
        said.starts_with("mine\r\nwrap: sh ended with exit code 0"),
        "{said}"
    );
    assert!(said.contains("traffic.jsonl"), "{said}");
    assert!(output.stdout.is_empty());
}

#[test]
fn a_quiet_run_adds_nothing() {
    let output = Machine::new().run(["--quiet", "sh", "-c", "echo out; echo error >&2"]);
    assert_eq!(output.stdout, b"out\n");
    assert_eq!(stderr(&output), "error\n");
}

#[test]
fn there_are_no_colours_where_there_is_no_terminal() {
    let output = Machine::new().run(["true"]);
    assert!(!stderr(&output).contains('\u{1b}'));
}
