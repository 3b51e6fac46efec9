//! OpenAI's codex, as it behaves from 0.169 on.
//!
//! Its traps: the TUI hands the network to a background server, and `$CODEX_HOME/.env`
//! overrides the environment.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use capture::record::Exchange;
use nix::sys::signal::kill;
use nix::unistd::Pid;
use serde_json::Value;

use crate::environment::VARIABLES;
use crate::profile::{
    Placeholder, Profile, Surroundings, assigned, base_url_hosts, read_text, url_host,
};
use crate::warning::Warning;

pub(super) const PROFILE: Profile = Profile {
    name: "codex",
    about: "OpenAI Codex CLI",
    programs: &["codex"],
    hosts: capture::cli::DEFAULT_INTERCEPT,
    sends_password: true,
    variables: &[],
    extra_arguments,
    own_hosts,
    traps,
    notes,
    placeholder,
    told_hosts,
    self_test: Some(&[
        "exec",
        "--ephemeral",
        "--skip-git-repo-check",
        "--sandbox",
        "read-only",
        "Say hi.",
    ]),
};

/// `--no-daemon` for the TUI: its background server would keep the environment that it was
/// first started with, go around this proxy, and outlive it.
fn extra_arguments(arguments: &[OsString]) -> Vec<OsString> {
    let options = arguments.iter().take_while(|argument| *argument != "--");
    let settled = options
        .clone()
        .any(|option| SETTLE_THE_SERVER.iter().any(|settling| option == settling))
        || options
            .clone()
            .any(|option| is_long_with_value(option, "--remote"));
    match subcommand(arguments) {
        _ if settled => Vec::new(),
        None | Some("resume" | "fork" | "agents") => vec!["--no-daemon".into()],
        Some(_) => Vec::new(),
    }
}

/// The subcommand, when the first argument that is neither an option nor an option's value
/// is the name of one; the TUI's prompt otherwise.
fn subcommand(arguments: &[OsString]) -> Option<&str> {
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

fn own_hosts(surroundings: &Surroundings<'_>) -> Vec<String> {
    home(surroundings)
        .and_then(|home| read_text(&home.join("config.toml")))
        .map(|config| base_url_hosts(&config))
        .unwrap_or_default()
}

fn traps(surroundings: &Surroundings<'_>) -> Vec<Warning> {
    let mut traps = Vec::new();
    if let Some(home) = home(surroundings) {
        traps.extend(overriding_dotenv(&home.join(".env")));
    }
    traps.extend(remote_server(surroundings.arguments));
    traps
}

/// codex reads `$CODEX_HOME/.env` over the environment that we give it, but for its own names.
fn overriding_dotenv(path: &Path) -> Option<Warning> {
    let text = read_text(path)?;
    let ours = VARIABLES.iter().map(|variable| variable.name);
    let names = assigned(&text, ours.filter(|name| !name.starts_with("CODEX_")));
    if names.is_empty() {
        return None;
    }
    Some(Warning::new(
        format!(
            "{} sets {}, which codex takes instead of what wrap sets",
            path.display(),
            names.join(", ")
        ),
        "take these lines out while recording; what comes past the proxy is not recorded",
    ))
}

/// With `--remote`, another process speaks to the model.
fn remote_server(arguments: &[OsString]) -> Option<Warning> {
    let remote = arguments
        .iter()
        .take_while(|argument| *argument != "--")
        .any(|argument| argument == "--remote" || is_long_with_value(argument, "--remote"));
    remote.then(|| {
        Warning::new(
            "with --remote, codex leaves the model traffic to a server that is not wrapped",
            "leave --remote out, or start that server with wrap",
        )
    })
}

/// A background server that is up already: no trap, since `--no-daemon` keeps away from it.
fn notes(surroundings: &Surroundings<'_>) -> Vec<String> {
    let server = home(surroundings)
        .and_then(|home| read_text(&home.join("app-server-daemon/daemon.pid")))
        .and_then(|text| serde_json::from_str::<Value>(&text).ok())
        .and_then(|file| i32::try_from(file.get("pid")?.as_i64()?).ok())
        .filter(|id| *id > 0 && kill(Pid::from_raw(*id), None).is_ok());
    server
        .map(|id| {
            format!(
                "codex's background server is running (process {id}); wrap keeps the TUI away from it"
            )
        })
        .into_iter()
        .collect()
}

/// `codex exec` takes a key from the environment. The TUI does not: it asks for a login first,
/// unless a provider of the user's own brings its key along.
fn placeholder(surroundings: &Surroundings<'_>) -> Placeholder {
    let Some(home) = home(surroundings) else {
        return Placeholder::default();
    };
    let config = read_text(&home.join("config.toml")).unwrap_or_default();
    let has_login = home.join("auth.json").exists()
        || config.contains("cli_auth_credentials_store")
        || config
            .lines()
            .any(|line| line.trim_start().starts_with("model_provider"));
    if has_login {
        return Placeholder::default();
    }
    let mut placeholder = Placeholder::default();
    let interactive = matches!(
        subcommand(surroundings.arguments),
        None | Some("resume" | "fork")
    );
    if interactive {
        placeholder.arguments = PLACEHOLDER_PROVIDER.iter().map(OsString::from).collect();
    }
    for name in ["OPENAI_API_KEY", "CODEX_API_KEY"] {
        if surroundings.variable(name).is_none() {
            placeholder
                .variables
                .push((name, PLACEHOLDER_KEY.to_owned()));
        }
    }
    placeholder
}

/// With a ChatGPT login, the answer to the account check can move the backend elsewhere.
fn told_hosts(exchange: &Exchange) -> Vec<String> {
    if !exchange.request.url.contains("/wham/accounts/check") {
        return Vec::new();
    }
    exchange
        .response
        .as_ref()
        .and_then(|response| response.body.as_ref()?.json.as_ref())
        .map(|json| values_of(json.get(), "\"workspace_backend_origin\""))
        .unwrap_or_default()
        .into_iter()
        .filter_map(|value| url_host(&value))
        .collect()
}

/// The string values of every `key` in `json`, at any depth.
fn values_of(json: &str, key: &str) -> Vec<String> {
    json.match_indices(key)
        .filter_map(|(at, key)| {
            let value = json[at + key.len()..].trim_start().strip_prefix(':')?;
            let mut values = serde_json::Deserializer::from_str(value).into_iter();
            values.next()?.ok()
        })
        .collect()
}

fn home(surroundings: &Surroundings<'_>) -> Option<PathBuf> {
    surroundings.config_folder("CODEX_HOME", ".codex")
}

/// Arguments with which the user has decided about the server, or wants no TUI at all.
const SETTLE_THE_SERVER: &[&str] = &["--no-daemon", "--remote", "--help", "-h", "--version", "-V"];

/// The TUI's options that take a value as an argument of its own.
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

/// The usual origin under another name, with a key from the environment: no login is asked for.
const PLACEHOLDER_PROVIDER: &[&str] = &[
    "-c",
    "model_provider=\"offline\"",
    "-c",
    "model_providers.offline={name=\"OpenAI\",base_url=\"https://api.openai.com/v1\",env_key=\"OPENAI_API_KEY\",wire_api=\"responses\",supports_websockets=true}",
];

/// Says what it is to whoever meets it in a recording.
const PLACEHOLDER_KEY: &str = "sk-placeholder-of-wrap-offline";

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::environment::Environment;

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
    fn other_commands_and_decided_users_are_left_alone() {
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

    /// The surroundings of `wrap codex ARGUMENTS` with `folder` as its home.
    fn with_home<T>(folder: &Path, line: &str, look: impl FnOnce(&Surroundings<'_>) -> T) -> T {
        let inherited = Environment::from([("CODEX_HOME".into(), folder.into())]);
        look(&Surroundings {
            inherited: &inherited,
            folder: Path::new("/"),
            arguments: &arguments(line),
        })
    }

    #[test]
    fn a_dotenv_file_that_overrides_us_is_a_trap() {
        let folder = tempfile::tempdir().unwrap();
        assert!(with_home(folder.path(), "", traps).is_empty());
        fs::write(folder.path().join(".env"), "MINE=1\nhttps_proxy=http://x\n").unwrap();
        let found = with_home(folder.path(), "", traps);
        assert_eq!(found.len(), 1);
        assert!(
            found[0].what.contains(".env sets https_proxy,"),
            "{found:?}"
        );
    }

    #[test]
    fn a_background_server_is_noted_while_it_runs() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("app-server-daemon")).unwrap();
        let file = folder.path().join("app-server-daemon/daemon.pid");
        let our_own = std::process::id();
        for (text, count) in [
            (format!(r#"{{"pid":{our_own}}}"#), 1),
            (r#"{"pid":-1}"#.to_owned(), 0),
            (r#"{"pid":"x"}"#.to_owned(), 0),
            (String::new(), 0),
        ] {
            fs::write(&file, &text).unwrap();
            assert_eq!(with_home(folder.path(), "", notes).len(), count, "{text}");
        }
    }

    #[test]
    fn a_remote_server_is_a_trap() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(with_home(folder.path(), "--remote ws://x", traps).len(), 1);
        assert!(with_home(folder.path(), "-- --remote", traps).is_empty());
    }

    #[test]
    fn only_who_has_no_login_gets_a_placeholder() {
        let folder = tempfile::tempdir().unwrap();
        let exec = with_home(folder.path(), "exec hi", placeholder);
        assert!(exec.arguments.is_empty());
        assert_eq!(exec.variables.len(), 2);
        let tui = with_home(folder.path(), "", placeholder);
        assert_eq!(tui.arguments.len(), 4);

        fs::write(folder.path().join("auth.json"), "{}").unwrap();
        assert_eq!(
            with_home(folder.path(), "", placeholder),
            Placeholder::default()
        );
    }

    #[test]
    fn the_backend_that_the_server_chose_is_found() {
        let check = |body: &str| -> Exchange {
            serde_json::from_str(&format!(
                r#"{{"id":1,"connection":1,"started_at":"2026-11-23T02:34:00Z","transport":"http","request":{{"method":"GET","url":"https://chatgpt.com/backend-api/wham/accounts/check","http_version":"HTTP/2"}},"response":{{"status":200,"http_version":"HTTP/2","start_us":1,"body":{{"json":{body}}}}},"outcome":{{"state":"complete"}}}}"#
            ))
            .unwrap()
        };
        let moved = r#"{"accounts":[{"workspace_backend_origin": "https://eu.example/x"}]}"#;
        assert_eq!(told_hosts(&check(moved)), ["eu.example"]);
        for stays in [
            r#"{"workspace_backend_origin":"NO_CONSTRAINT"}"#,
            r#"{"workspace_backend_origin":null}"#,
            "{}",
        ] {
            assert!(told_hosts(&check(stays)).is_empty(), "{stays}");
        }
    }

    #[test]
    fn a_provider_of_the_users_own_is_intercepted_too() {
        let folder = tempfile::tempdir().unwrap();
        let config =
            "model_provider = \"x\"\n[model_providers.x]\nbase_url = \"https://x.example/v1\"\n";
        fs::write(folder.path().join("config.toml"), config).unwrap();
        assert_eq!(with_home(folder.path(), "", own_hosts), ["x.example"]);
        assert_eq!(
            with_home(folder.path(), "", placeholder),
            Placeholder::default()
        );
    }
}
