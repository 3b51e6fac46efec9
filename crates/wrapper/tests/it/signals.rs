//! Signals: each reaches the agent once, whoever sent it; `wrap` loses none.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::wrap::{Machine, agent};

/// `wrap` around `signals.sh`, which prints the signals that reach it.
struct Listening {
    wrap: Child,
    input: ChildStdin,
    said: BufReader<ChildStdout>,
}

impl Listening {
    fn start(machine: &Machine) -> Self {
        let mut wrap = machine
            .wrap([agent("signals.sh")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut listening = Self {
            input: wrap.stdin.take().unwrap(),
            said: BufReader::new(wrap.stdout.take().unwrap()),
            wrap,
        };
        assert_eq!(listening.line(), "ready");
        listening
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.said.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    fn send(&self, signal: Signal) {
        kill(Pid::from_raw(self.wrap.id().cast_signed()), signal).unwrap();
    }
}

/// Whether this process, and so its children, started with a signal ignored; `false` where the
/// system does not tell.
fn is_ignored(signal: Signal) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|bits| u64::from_str_radix(bits.trim(), 16).ok());
    ignored.unwrap_or(0) >> (signal as u64 - 1) & 1 == 1
}

#[test]
fn each_signal_that_a_process_sends_reaches_the_agent_once() {
    let machine = Machine::new();
    let mut listening = Listening::start(&machine);
    for (signal, name) in [
        (Signal::SIGTERM, "TERM"),
        (Signal::SIGHUP, "HUP"),
        (Signal::SIGINT, "INT"),
        (Signal::SIGQUIT, "QUIT"),
        (Signal::SIGUSR1, "USR1"),
        (Signal::SIGUSR2, "USR2"),
    ] {
        // The agent ignores what the tests started with ignored, as a shell's background jobs do.
        if is_ignored(signal) {
            continue;
        }
        listening.send(signal);
        // A second delivery of an earlier one would show here.
        assert_eq!(listening.line(), format!("got {name}"));
    }
    listening.input.write_all(b"end\n").unwrap();
    assert_eq!(listening.line(), "");
    assert_eq!(listening.wrap.wait().unwrap().code(), Some(9));
}

#[test]
fn an_agent_that_ends_by_the_passed_signal_gives_128_and_leaves_no_certificate() {
    let machine = Machine::new();
    let mut wrap = machine
        .wrap(["sh", "-c", "echo $SSL_CERT_FILE; exec sleep 60"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut bundle = String::new();
    let mut said = BufReader::new(wrap.stdout.take().unwrap());
    said.read_line(&mut bundle).unwrap();
    assert!(std::path::Path::new(bundle.trim_end()).exists());
    kill(Pid::from_raw(wrap.id().cast_signed()), Signal::SIGTERM).unwrap();
    assert_eq!(wrap.wait().unwrap().code(), Some(143));
    assert!(!std::path::Path::new(bundle.trim_end()).exists());
}

#[cfg(target_os = "linux")]
#[test]
fn a_signal_that_wrap_was_told_to_ignore_is_ignored_by_the_agent_too() {
    let machine = Machine::new();
    let wrap = env!("CARGO_BIN_EXE_wrap");
    for signal in ["HUP", "TERM", "USR1"] {
        let script = format!("trap '' {signal}; exec '{wrap}' sh -c 'kill -{signal} $$; exit 4'");
        // The outer `wrap` only provides a clean environment.
        let output = machine.run(["sh", "-c", &script]);
        assert_eq!(output.status.code(), Some(4), "{signal}");
    }
}
