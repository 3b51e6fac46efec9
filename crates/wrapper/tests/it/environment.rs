//! What the agent gets: variables, certificates, arguments.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use crate::wrap::{Machine, agent, stderr, stdout};

/// What `look.sh` saw under `wrap`, with these variables in addition to the usual ones.
fn seen(
    machine: &Machine,
    options: &[&str],
    variables: &[(&str, &str)],
) -> BTreeMap<String, String> {
    let look = agent("look.sh");
    let mut command = machine.wrap(options.iter().copied().chain([look.as_str()]));
    command.env("SSL_CERT_FILE", roots(machine));
    command.envs(variables.iter().copied());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    stdout(&output)
        .lines()
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// A file with one root, to be independent of the system's.
fn roots(machine: &Machine) -> PathBuf {
    let made = rcgen::generate_simple_self_signed(["root.example".to_owned()]).unwrap();
    let path = machine.home().join("roots.pem");
    fs::write(&path, made.cert.pem()).unwrap();
    path
}

#[test]
fn offline_gemini_gets_a_key_unless_it_has_one() {
    let machine = Machine::new();
    let gemini = machine.home().join("gemini");
    symlink(agent("look.sh"), &gemini).unwrap();
    let key = |variable: Option<(&str, &str)>| {
        let mut wrap = machine.wrap(["--offline", gemini.to_str().unwrap()]);
        wrap.env("SSL_CERT_FILE", roots(&machine)).envs(variable);
        let said = stdout(&wrap.output().unwrap());
        let key = said
            .lines()
            .find_map(|line| line.strip_prefix("GEMINI_API_KEY="));
        key.map(str::to_owned)
    };
    assert!(key(None).unwrap().contains("placeholder"));
    assert_eq!(key(Some(("GEMINI_API_KEY", "mine"))).unwrap(), "mine");
    assert_eq!(key(Some(("GOOGLE_API_KEY", "mine"))), None);
    fs::create_dir(machine.home().join(".gemini")).unwrap();
    fs::write(machine.home().join(".gemini/oauth_creds.json"), "{}").unwrap();
    assert_eq!(key(None), None);
}

#[test]
fn a_sandbox_of_gemini_is_warned_of() {
    let machine = Machine::new();
    let gemini = machine.home().join("gemini");
    symlink("/bin/true", &gemini).unwrap();
    for (argument, is_warned) in [("--sandbox", true), ("-s", true), ("-p", false)] {
        let said = stderr(&machine.run([gemini.to_str().unwrap(), argument]));
        assert_eq!(said.contains("container sandbox"), is_warned, "{said}");
    }
}

#[test]
fn an_opencode_that_only_attaches_is_warned_of() {
    let machine = Machine::new();
    let opencode = machine.home().join("opencode");
    symlink("/bin/true", &opencode).unwrap();
    for (argument, is_warned) in [("attach", true), ("run", false)] {
        let output = machine.run([opencode.to_str().unwrap(), argument]);
        let said = stderr(&output);
        assert_eq!(said.contains("opencode attach"), is_warned, "{said}");
    }
}

#[test]
fn the_agent_finds_the_proxy_and_a_private_bundle_with_its_own_roots_and_ours() {
    let machine = Machine::new();
    let seen = seen(&machine, &[], &[("NO_PROXY", "*")]);
    assert!(seen["HTTPS_PROXY"].starts_with("http://127.0.0.1:"));
    assert_eq!(seen["HTTPS_PROXY"], seen["all_proxy"]);
    assert_eq!(seen["NO_PROXY"], "localhost,127.0.0.1,::1");
    assert_eq!(seen["bundle_mode"], "-rw-------");
    assert_eq!(seen["bundle_certificates"], "2");
    assert_eq!(seen["SSL_CERT_FILE"], seen["CODEX_CA_CERTIFICATE"]);
    assert!(!PathBuf::from(&seen["SSL_CERT_FILE"]).exists());
}

#[test]
fn what_wrap_does_not_set_is_inherited() {
    let seen = seen(&Machine::new(), &[], &[("MINE", "kept")]);
    assert_eq!(seen["MINE"], "kept");
}

#[test]
fn a_recorded_loopback_host_is_not_past_the_proxy() {
    let seen = seen(&Machine::new(), &["--intercept", "localhost"], &[]);
    assert_eq!(seen["NO_PROXY"], "127.0.0.1,::1");
}

#[test]
fn two_runs_at_once_do_not_meet() {
    let machine = Machine::new();
    let look = agent("look.sh");
    let runs: Vec<_> = (0..4)
        .map(|_| {
            let mut command = machine.wrap([&look]);
            command.stdout(std::process::Stdio::piped());
            command.stderr(std::process::Stdio::null());
            command.spawn().unwrap()
        })
        .collect();
    let mut proxies: Vec<String> = runs
        .into_iter()
        .map(|run| stdout(&run.wait_with_output().unwrap()))
        .filter_map(|text| {
            let proxy = text.lines().find(|line| line.starts_with("HTTPS_PROXY="));
            proxy.map(str::to_owned)
        })
        .collect();
    proxies.sort();
    proxies.dedup();
    assert_eq!(proxies.len(), 4);
    assert_eq!(fs::read_dir(machine.sessions()).unwrap().count(), 5);
}

#[test]
fn the_codex_tui_is_kept_from_its_server_and_codex_exec_is_left_alone() {
    let machine = Machine::new();
    let codex = machine.home().join("codex");
    symlink(agent("look.sh"), &codex).unwrap();
    for (arguments, first) in [
        (&["fix it"][..], "--no-daemon"),
        (&["exec", "fix it"], "exec"),
    ] {
        let all = [codex.to_str().unwrap()]
            .into_iter()
            .chain(arguments.iter().copied());
        let said = stdout(&machine.run(all));
        assert_eq!(
            said.lines().next(),
            Some(format!("argument={first}").as_str())
        );
        let proxy = said.lines().find(|line| line.starts_with("HTTPS_PROXY="));
        assert!(
            proxy.unwrap().contains("http://wrap:"),
            "the password is missing"
        );
    }
}

#[test]
fn offline_an_agent_without_a_login_gets_a_placeholder_and_one_with_keeps_its_own() {
    let machine = Machine::new();
    let codex = machine.home().join("codex");
    symlink(agent("look.sh"), &codex).unwrap();
    let key = |variables: &[(&str, &str)]| {
        let mut command = machine.wrap(["--offline".as_ref(), codex.as_os_str(), "exec".as_ref()]);
        let output = command.envs(variables.iter().copied()).output().unwrap();
        let text = stdout(&output);
        let key = text
            .lines()
            .find_map(|line| line.strip_prefix("CODEX_API_KEY="));
        key.map(str::to_owned)
    };
    assert!(key(&[]).unwrap().contains("placeholder"));
    assert_eq!(key(&[("CODEX_API_KEY", "mine")]).unwrap(), "mine");

    fs::create_dir(machine.home().join(".codex")).unwrap();
    fs::write(machine.home().join(".codex/auth.json"), "{}").unwrap();
    assert_eq!(key(&[]), None);
}
