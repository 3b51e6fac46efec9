//! Sessions: what a run leaves behind, the list of sessions, their removal.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::screen::Screen;
use crate::wrap::{Machine, stderr, stdout};

#[test]
fn a_run_leaves_a_private_folder_with_recording_report_and_log_and_no_certificate() {
    let machine = Machine::new();
    assert!(machine.run(["true"]).status.success());
    let latest = machine.sessions().join("latest");
    let mode = fs::metadata(&latest).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
    let mut names: Vec<_> = fs::read_dir(&latest)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "analysis_report.html",
            "analysis_report.md",
            "traffic.jsonl",
            "wrap.log"
        ]
    );
    for name in names {
        let mode = fs::metadata(latest.join(&name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[test]
fn the_certificates_of_a_run_that_was_killed_are_gone_with_the_next() {
    let machine = Machine::new();
    let mut killed = machine
        .wrap(["sh", "-c", "echo $SSL_CERT_FILE; read -r _"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(killed.stdout.take().unwrap());
    let mut bundle = String::new();
    said.read_line(&mut bundle).unwrap();
    let bundle = Path::new(bundle.trim_end());
    // Another run leaves a session in use alone.
    assert!(machine.run(["true"]).status.success());
    assert!(bundle.exists());
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert!(bundle.exists());
    assert!(machine.run(["true"]).status.success());
    assert!(!bundle.exists());
    assert!(bundle.with_file_name("traffic.jsonl").exists());
}

#[test]
fn a_named_folder_is_used_and_one_with_a_recording_refused() {
    let machine = Machine::new();
    let folder = machine.home().join("mine");
    let folder = folder.to_str().unwrap();
    assert!(
        machine
            .run(["-o", folder, "--no-report", "true"])
            .status
            .success()
    );
    let recording = fs::read(machine.home().join("mine/traffic.jsonl")).unwrap();
    assert!(!machine.home().join("mine/analysis_report.md").exists());

    let again = machine.run(["-o", folder, "true"]);
    assert_eq!(again.status.code(), Some(125));
    assert!(stderr(&again).contains("already holds a recording"));
    assert_eq!(
        fs::read(machine.home().join("mine/traffic.jsonl")).unwrap(),
        recording
    );
}

#[test]
fn the_report_is_opened_with_the_users_program() {
    let machine = Machine::new();
    let programs = machine.home().join("bin");
    fs::create_dir(&programs).unwrap();
    let opener = if cfg!(target_os = "macos") {
        "open"
    } else {
        "xdg-open"
    };
    let opened = machine.home().join("opened");
    let told = machine.home().join("told");
    assert!(
        Command::new("mkfifo")
            .arg(&told)
            .status()
            .unwrap()
            .success()
    );
    let script = format!("#!/bin/sh\necho \"$1\" >'{}'\n", told.display());
    fs::write(programs.join(opener), script).unwrap();
    fs::set_permissions(programs.join(opener), fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
    let closed = machine.home().join("closed");
    for arguments in [
        &["-o", closed.to_str().unwrap(), "true"][..],
        &["--open", "-o", opened.to_str().unwrap(), "true"],
    ] {
        let mut wrap = machine.wrap(arguments);
        assert!(wrap.env("PATH", &path).status().unwrap().success());
    }
    // Reading waits for the opener, which `wrap` does not.
    let (send, shown) = mpsc::channel();
    thread::spawn(move || send.send(fs::read_to_string(&told).unwrap()));
    let shown = shown.recv_timeout(Duration::from_secs(30)).unwrap();
    assert!(
        shown.trim_end().ends_with("opened/analysis_report.html"),
        "{shown}"
    );
    assert_eq!(
        shown.lines().count(),
        1,
        "only where it is asked for: {shown}"
    );
}

#[test]
fn past_sessions_are_listed() {
    let machine = Machine::new();
    assert!(stdout(&machine.run(["--list"])).starts_with("no sessions"));
    // The first line of a recording holds the whole command.
    machine.run(["true", &"long ".repeat(20_000)]);
    machine.run(["cat"]);
    let list = stdout(&machine.run(["--list"]));
    assert_eq!(list.lines().count(), 3, "{list}");
    assert!(list.contains(" true "), "{list}");
    assert!(list.contains(" cat "), "{list}");
    assert!(list.contains(" KiB ") && !list.contains(" 0 B "), "{list}");
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let machine = Machine::new();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut wrap = machine.wrap(["--list-agents"]);
    let output = wrap.stdout(writer).stderr(Stdio::piped()).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(output.stderr.is_empty());
}

#[test]
fn removal_asks_and_without_a_terminal_removes_nothing() {
    let machine = Machine::new();
    machine.run(["true"]);
    let asked = machine.run(["--remove", "0d"]);
    assert_eq!(asked.status.code(), Some(125));
    assert!(stderr(&asked).contains("--yes"));
    assert_eq!(stdout(&machine.run(["--list"])).lines().count(), 2);

    let young = machine.run(["--remove", "1d", "--yes"]);
    assert!(young.status.success());
    assert_eq!(stdout(&machine.run(["--list"])).lines().count(), 2);

    let removed = machine.run(["--remove", "0d", "--yes"]);
    assert!(removed.status.success(), "{removed:?}");
    assert!(stdout(&machine.run(["--list"])).starts_with("no sessions"));
}

#[test]
fn on_a_terminal_a_yes_removes_and_anything_else_does_not() {
    let machine = Machine::new();
    machine.run(["true"]);
    for (answer, said) in [("\n", "nothing was removed"), ("y\n", "removed 1 session")] {
        let mut screen = Screen::start(&machine.wrap(["--remove", "0d"]));
        screen.wait_for("[y/N]");
        screen.press(answer);
        screen.wait_for(said);
        assert_eq!(screen.exit_code(), 0);
    }
    assert!(stdout(&machine.run(["--list"])).starts_with("no sessions"));
}

#[test]
fn a_session_that_is_being_recorded_is_not_removed() {
    let machine = Machine::new();
    let inner = env!("CARGO_BIN_EXE_wrap");
    let script = format!("'{inner}' --remove 0d --yes 2>&1; '{inner}' --list");
    let output = machine.run(["sh", "-c", &script]);
    let said = stdout(&output);
    assert!(said.contains("is that old"), "{said}");
    assert!(said.contains("running"), "{said}");
}
