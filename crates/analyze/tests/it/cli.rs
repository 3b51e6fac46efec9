//! The command: what it prints where, and its exit codes.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use crate::fixtures;

fn analyze(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_analyze"));
    command.args(arguments).stdin(Stdio::null());
    command
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn path(name: &str) -> String {
    fixtures::path(name).display().to_string()
}

#[test]
fn the_report_goes_to_standard_output_and_nothing_else_anywhere() {
    let output = analyze(&[&path("hand-websocket")]);
    assert_eq!(code(&output), 0);
    assert!(output.stdout.starts_with(b"# What the agent said\n"));
    assert_eq!(output.stderr, b"");
}

#[test]
fn standard_input_reads_like_a_file() {
    let mut child = command(&["-", "-f", "json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let text = fixtures::text("hand-sse");
    child
        .stdin
        .take()
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["glance"]["exchanges"], 3);
    assert_eq!(report["recordings"][0]["name"], "standard input");
}

#[test]
fn several_recordings_make_one_report() {
    let output = analyze(&[&path("hand-sse"), &path("hand-websocket"), "-f", "json"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["glance"]["exchanges"], 3 + 6);
    assert_eq!(report["recordings"].as_array().unwrap().len(), 2);
}

#[test]
fn sections_that_were_not_asked_for_are_left_out() {
    let output = analyze(&[
        &path("hand-sse"),
        "--section",
        "cache",
        "--section",
        "model",
    ]);
    let text = String::from_utf8(output.stdout).unwrap();
    let headings: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("## "))
        .collect();
    assert_eq!(headings, ["## Model requests", "## Cache"]);
    let output = analyze(&[&path("hand-sse"), "--section", "nonsense"]);
    assert_eq!(code(&output), 2);
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(
        message.contains("unknown section \"nonsense\": use one of glance"),
        "{message}"
    );
}

#[test]
fn the_output_file_holds_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.md");
    let printed = analyze(&[&path("hand-errors")]);
    let output = analyze(&[&path("hand-errors"), "-o", file.to_str().unwrap()]);
    assert_eq!((code(&output), output.stdout.len()), (0, 0));
    assert_eq!(std::fs::read(file).unwrap(), printed.stdout);
}

#[test]
fn what_cannot_be_read_or_written_is_named_with_code_2() {
    for (arguments, message) in [
        (vec!["/no/such/file"], "cannot read /no/such/file"),
        (vec!["--no-such-option"], "--no-such-option"),
        (
            vec!["-f", "nonsense"],
            "unknown format \"nonsense\": use one of md, html, json, csv, har",
        ),
    ] {
        let output = analyze(&arguments);
        assert_eq!(code(&output), 2, "{arguments:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(message), "{said}");
        assert_eq!(output.stdout, b"");
    }
    let output = analyze(&[&path("hand-sse"), "-o", "/no/such/folder/report.md"]);
    assert_eq!(code(&output), 2);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("cannot write /no/such/folder/report.md"),
        "{said}"
    );
}

#[test]
fn strict_stops_at_the_first_line_that_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("damaged.jsonl");
    let text = fixtures::text("hand-sse").replacen("\"kind\":\"connection\"", "\"kind", 1);
    std::fs::write(&file, text).unwrap();
    let file = file.to_str().unwrap();
    assert_eq!(code(&analyze(&[file])), 0);
    let output = analyze(&[file, "--strict"]);
    assert_eq!(code(&output), 2);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("damaged.jsonl:3: "), "{said}");
}

#[test]
fn without_an_argument_the_latest_session_is_read() {
    let home = tempfile::tempdir().unwrap();
    let output = command(&[])
        .env("XDG_DATA_HOME", home.path())
        .output()
        .unwrap();
    assert_eq!(code(&output), 2);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("there is no session yet"), "{said}");

    let session = home.path().join("codex-dissect/sessions/latest");
    std::fs::create_dir_all(&session).unwrap();
    std::fs::copy(fixtures::path("hand-sse"), session.join("traffic.jsonl")).unwrap();
    let output = command(&[])
        .env("XDG_DATA_HOME", home.path())
        .output()
        .unwrap();
    assert_eq!(code(&output), 0);
    let text = String::from_utf8(output.stdout).unwrap();
    let home = home.path().display().to_string();
    assert!(
        !text.contains(&home),
        "reports are shared: no paths of this machine"
    );
}

#[test]
fn a_closed_pipe_is_success() {
    let mut child = command(&[&path("hand-websocket")])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((code(&output), output.stderr), (0, Vec::new()));
}

#[test]
fn completions_and_help_come_from_the_same_definitions() {
    for shell in ["bash", "zsh", "fish"] {
        let output = analyze(&["completions", shell]);
        assert_eq!(code(&output), 0);
        assert!(
            String::from_utf8(output.stdout).unwrap().contains("strict"),
            "{shell}"
        );
    }
    let help = String::from_utf8(analyze(&["--help"]).stdout).unwrap();
    assert!(help.contains("Examples:"), "{help}");
}

#[test]
fn an_assertion_that_does_not_hold_is_printed_to_standard_error_and_fails() {
    let file = path("hand-sse");
    let output = analyze(&[
        &file,
        "--assert",
        "exchanges>0",
        "--assert",
        "max(ttft)<1us",
    ]);
    assert_eq!(code(&output), 1);
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(
        told.starts_with("analyze: max(ttft)<1us: failed, it is "),
        "{told}"
    );
    assert!(output.stdout.starts_with(b"# What the agent said\n"));

    let output = analyze(&[&file, "--assert", "exchanges>0"]);
    assert_eq!((code(&output), output.stderr.as_slice()), (0, &b""[..]));
}

#[test]
fn a_wrong_expression_is_wrong_usage_and_points_at_the_spot() {
    for (option, expression, mark) in [
        ("--filter", "staus>=400", "  ^^^^^\n"),
        ("--assert", "p95(ttft)<2", "            ^\n"),
    ] {
        let output = analyze(&[option, expression]);
        assert_eq!(code(&output), 2);
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.contains(&format!("  {expression}\n{mark}")), "{told}");
    }
}

#[test]
fn a_comparison_fails_only_when_asked_to() {
    let (sse, websocket) = (path("hand-sse"), path("hand-websocket"));
    let output = analyze(&[&sse, "--baseline", &websocket]);
    assert_eq!(code(&output), 0);
    assert!(output.stdout.starts_with(b"# What changed\n"));
    let output = analyze(&[&sse, "--baseline", &websocket, "--fail-on-change"]);
    assert_eq!(code(&output), 1);
    let output = analyze(&[&sse, "--baseline", &sse, "--fail-on-change"]);
    assert_eq!(code(&output), 0);
    let output = analyze(&[&sse, "--fail-on-change"]);
    assert_eq!(code(&output), 2);
    let output = analyze(&[&sse, "--baseline", "no/such/file"]);
    assert_eq!(code(&output), 2);
}

#[test]
fn the_cost_is_a_section_where_prices_are_given() {
    let folder = tempfile::tempdir().unwrap();
    let prices = folder.path().join("prices.json");
    let text =
        r#"{"currency": "EUR", "per_tokens": 1000000, "models": {"*": {"input": 1, "output": 2}}}"#;
    std::fs::write(&prices, text).unwrap();
    let prices = prices.display().to_string();
    let output = analyze(&[&path("hand-sse"), "--prices", &prices, "--section", "cost"]);
    assert_eq!(code(&output), 0);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        said.contains("## Cost\n") && said.contains("`EUR`** in total"),
        "{said}"
    );

    let output = analyze(&[&path("hand-sse"), "--section", "cost"]);
    assert_eq!(code(&output), 2);
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("--prices")
    );
}
