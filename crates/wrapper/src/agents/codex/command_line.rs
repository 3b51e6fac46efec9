//! codex's command line: whether it starts the TUI, and what to add if so.

use std::ffi::{OsStr, OsString};

use crate::warning::Warning;

/// `--no-daemon` for the TUI: its background server would keep the environment of its first
/// start, bypass this proxy, and outlive it.
pub(super) fn extra_arguments(arguments: &[OsString]) -> Vec<OsString> {
    let options = arguments.iter().take_while(|argument| *argument != "--");
    let settled = options
        .clone()
        .any(|option| SERVER_ARGUMENTS.iter().any(|settling| option == settling))
        || options
            .clone()
            .any(|option| is_long_with_value(option, "--remote"));
    match subcommand(arguments) {
        _ if settled => Vec::new(),
        None | Some("resume" | "fork" | "agents") => vec!["--no-daemon".into()],
        Some(_) => Vec::new(),
    }
}

/// The subcommand, if the first argument that is neither an option nor an option's value
/// names one; any other such argument is the TUI's prompt.
pub(super) fn subcommand(arguments: &[OsString]) -> Option<&str> {
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let argument = argument.to_str()?;
        if argument == "--" {
            return None;
        }
        if OPTIONS_WITH_VALUE.contains(&argument) {
            arguments.next();
        } else if !argument.starts_with('-') {
            return SUBCOMMANDS.contains(&argument).then_some(argument);
        }
    }
    None
}

fn is_long_with_value(argument: &OsStr, name: &str) -> bool {
    argument
        .to_str()
        .and_then(|argument| argument.strip_prefix(name))
        .is_some_and(|rest| rest.starts_with('='))
}

/// With `--remote`, another process talks to the model.
pub(super) fn remote_server(arguments: &[OsString]) -> Option<Warning> {
    let remote = arguments
        .iter()
        .take_while(|argument| *argument != "--")
        .any(|argument| argument == "--remote" || is_long_with_value(argument, "--remote"));
    remote.then(|| {
        Warning::new(
            "with --remote, a server that is not wrapped sends the model requests",
            "drop --remote, or start that server under wrap",
        )
    })
}

/// Arguments that decide about the server, or that start no TUI.
const SERVER_ARGUMENTS: &[&str] = &["--no-daemon", "--remote", "--help", "-h", "--version", "-V"];

/// The TUI's options whose value is a separate argument.
const OPTIONS_WITH_VALUE: &[&str] = &[
    "-c",
    "--config",
    "--enable",
    "--disable",
    "--remote",
    "--remote-auth-token-env",
    "-i",
    "--image",
    "-m",
    "--model",
    "--local-provider",
    "-p",
    "--profile",
    "-s",
    "--sandbox",
    "-C",
    "--cd",
    "--add-dir",
    "-a",
    "--ask-for-approval",
];

/// As `codex --help` lists them, with their aliases.
const SUBCOMMANDS: &[&str] = &[
    "agents",
    "exec",
    "e",
    "review",
    "login",
    "logout",
    "mcp",
    "plugin",
    "app-server",
    "remote-control",
    "completion",
    "update",
    "doctor",
    "sandbox",
    "debug",
    "apply",
    "a",
    "resume",
    "queue",
    "archive",
    "delete",
    "migrate-rollouts",
    "migrate-nfs-db",
    "unarchive",
    "fork",
    "cloud",
    "exec-server",
    "features",
    "help",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(text: &str) -> Vec<OsString> {
        text.split_whitespace().map(OsString::from).collect()
    }

    #[test]
    fn the_tui_runs_without_its_server() {
        for line in [
            "",
            "fix",
            "-m gpt-5 fix",
            "--search",
            "-C exec",
            "-p review fix",
            "resume --last",
            "fork",
            "-- exec",
        ] {
            assert_eq!(extra_arguments(&arguments(line)), ["--no-daemon"], "{line}");
        }
    }

    #[test]
    fn other_commands_and_explicit_choices_are_left_alone() {
        for line in [
            "exec hi",
            "e hi",
            "-m gpt-5 exec hi",
            "--config=a=b exec hi",
            "login status",
            "--no-daemon fix",
            "fix --no-daemon",
            "--remote unix:// fix",
            "--remote=unix:// fix",
            "--help",
            "-V",
        ] {
            assert!(extra_arguments(&arguments(line)).is_empty(), "{line}");
        }
    }

    #[test]
    fn a_remote_server_is_a_trap() {
        assert!(remote_server(&arguments("--remote ws://x")).is_some());
        assert!(remote_server(&arguments("--remote=unix://")).is_some());
        assert!(remote_server(&arguments("-- --remote")).is_none());
    }
}
