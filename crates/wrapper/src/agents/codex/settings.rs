//! codex's folder: how the user's settings and a running server there affect a recording.

use std::path::{Path, PathBuf};

use nix::sys::signal::kill;
use nix::unistd::Pid;
use serde_json::Value;

use crate::agents::config_text::{assigned, base_url_hosts, read_text};
use crate::environment::VARIABLES;
use crate::profile::LaunchContext;
use crate::warning::Warning;

/// codex's folder.
pub(super) fn home(launch: &LaunchContext<'_>) -> Option<PathBuf> {
    launch.config_folder("CODEX_HOME", ".codex")
}

/// Hosts of providers that the user has configured.
pub(super) fn own_hosts(launch: &LaunchContext<'_>) -> Vec<String> {
    home(launch)
        .and_then(|home| read_text(&home.join("config.toml")))
        .map(|config| base_url_hosts(&config))
        .unwrap_or_default()
}

/// Settings that would make codex bypass the proxy.
pub(super) fn traps(launch: &LaunchContext<'_>) -> Vec<Warning> {
    home(launch)
        .and_then(|home| overriding_dotenv(&home.join(".env")))
        .into_iter()
        .collect()
}

/// codex lets `$CODEX_HOME/.env` override the environment, except for names in `CODEX_`.
fn overriding_dotenv(path: &Path) -> Option<Warning> {
    let text = read_text(path)?;
    let ours = VARIABLES.iter().map(|variable| variable.name);
    let names = assigned(&text, ours.filter(|name| !name.starts_with("CODEX_")));
    if names.is_empty() {
        return None;
    }
    Some(Warning::new(
        format!(
            "{} sets {}, which overrides what wrap sets",
            path.display(),
            names.join(", ")
        ),
        "remove these lines while recording: traffic that bypasses the proxy is not recorded",
    ))
}

/// A background server that already runs: no trap, because `--no-daemon` avoids it.
pub(super) fn notes(launch: &LaunchContext<'_>) -> Vec<String> {
    let server = home(launch)
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

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::environment::Environment;

    /// Looks at `folder` as codex's own.
    fn with_home<T>(folder: &Path, look: impl FnOnce(&LaunchContext<'_>) -> T) -> T {
        let inherited = Environment::from([("CODEX_HOME".into(), folder.into())]);
        look(&LaunchContext {
            inherited: &inherited,
            folder: Path::new("/"),
            arguments: &[],
        })
    }

    #[test]
    fn a_dotenv_file_that_overrides_us_is_a_trap() {
        let folder = tempfile::tempdir().unwrap();
        assert!(with_home(folder.path(), traps).is_empty());
        fs::write(folder.path().join(".env"), "MINE=1\nhttps_proxy=http://x\n").unwrap();
        let found = with_home(folder.path(), traps);
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
            assert_eq!(with_home(folder.path(), notes).len(), count, "{text}");
        }
    }

    #[test]
    fn a_provider_of_the_users_own_is_intercepted_too() {
        let folder = tempfile::tempdir().unwrap();
        let config = "[model_providers.x]\nbase_url = \"https://x.example/v1\"\n";
        fs::write(folder.path().join("config.toml"), config).unwrap();
        assert_eq!(with_home(folder.path(), own_hosts), ["x.example"]);
    }
}
