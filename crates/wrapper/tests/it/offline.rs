//! Offline runs: refusals show in the summary, a bad script stops the run.

use std::fs;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::wrap::{Machine, stderr, stdout};

#[test]
fn a_run_without_trouble_logs_nothing_and_sums_up_its_tokens() {
    let machine = Machine::new();
    // No codex is there, nor anything else.
    let mut demo = machine.wrap(["--demo"]);
    let said = stderr(&demo.env("PATH", machine.home()).output().unwrap());
    assert!(said.contains("of it cached"), "{said}");
    assert!(
        said.contains(": 4 requests · 0 turns · 1 tool call · TTFT"),
        "{said}"
    );
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
fn the_summary_names_four_hosts_and_counts_the_others() {
    for (hosts, is_more) in [("a b c d", false), ("a b c d e", true)] {
        let machine = Machine::new();
        let script =
            format!("for host in {hosts}; do curl -s -o /dev/null https://$host.example/; done");
        let said = stderr(&machine.run(["--offline", "sh", "-c", &script]));
        assert!(said.contains("d.example 1"), "{said}");
        assert!(!said.contains("e.example 1"), "{said}");
        assert!(!said.contains("0 more"), "{said}");
        assert_eq!(said.contains("1 more"), is_more, "{said}");
    }
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

#[test]
fn a_script_that_is_too_long_is_refused_and_not_cut() {
    let machine = Machine::new();
    let script = machine.home().join("script.json");
    let long = format!("[{{\"say\": \"hi\"}}]{}", " ".repeat(4 << 20));
    fs::write(&script, long).unwrap();
    let output = machine.run(["--script", script.to_str().unwrap(), "true"]);
    assert_eq!(output.status.code(), Some(125));
    assert!(
        stderr(&output).contains("longer than 4194304 bytes"),
        "{output:?}"
    );
}

#[test]
fn who_does_not_accept_the_certificate_is_named_with_host_and_alert() {
    let machine = Machine::new();
    let made = rcgen::generate_simple_self_signed(["other.example".to_owned()]).unwrap();
    let roots = machine.home().join("other.pem");
    fs::write(&roots, made.cert.pem()).unwrap();
    let wrap = env!("CARGO_BIN_EXE_wrap");
    let script = format!(
        "SSL_CERT_FILE='{}' exec '{wrap}' __demo-agent",
        roots.display()
    );
    let output = machine.run(["--offline", "sh", "-c", &script]);
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    let expected = "did not accept wrap's certificate for chatgpt.com (unknown_ca)";
    assert!(said.contains(expected), "{said}");
    assert!(said.contains("wrap doctor"), "{said}");
}

#[test]
#[cfg_attr(
    not(target_os = "linux"),
    ignore = "only Linux shows the environment of other processes"
)]
fn a_process_that_outlives_the_proxy_is_named() {
    let machine = Machine::new();
    let script = "sleep 60 >/dev/null 2>&1 & echo $!";
    let output = machine.run(["sh", "-c", script]);
    let id: i32 = stdout(&output).trim().parse().unwrap();
    kill(Pid::from_raw(id), Signal::SIGKILL).unwrap();
    let said = stderr(&output);
    assert!(said.contains(&format!("sleep ({id})")), "{said}");
}
