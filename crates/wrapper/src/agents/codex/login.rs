//! A placeholder login for offline runs.

use std::ffi::OsString;

use super::command_line::subcommand;
use super::settings::home;
use crate::agents::config_text::read_text;
use crate::profile::{LaunchContext, Placeholder};

/// `codex exec` takes a key from the environment. The TUI does not: it asks for a login first,
/// unless the user has configured a provider with its own key.
pub(super) fn placeholder(launch: &LaunchContext<'_>) -> Placeholder {
    let Some(home) = home(launch) else {
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
    let interactive = matches!(subcommand(launch.arguments), None | Some("resume" | "fork"));
    if interactive {
        placeholder.arguments = PLACEHOLDER_PROVIDER.iter().map(OsString::from).collect();
    }
    for name in ["OPENAI_API_KEY", "CODEX_API_KEY"] {
        if launch.variable(name).is_none() {
            placeholder
                .variables
                .push((name, PLACEHOLDER_KEY.to_owned()));
        }
    }
    placeholder
}

/// The usual origin under another name, with a key from the environment: codex then asks for no login.
const PLACEHOLDER_PROVIDER: &[&str] = &[
    "-c",
    "model_provider=\"offline\"",
    "-c",
    "model_providers.offline={name=\"OpenAI\",base_url=\"https://api.openai.com/v1\",env_key=\"OPENAI_API_KEY\",wire_api=\"responses\",supports_websockets=true}",
];

/// Explains itself where it shows up in a recording.
const PLACEHOLDER_KEY: &str = "sk-placeholder-of-wrap-offline";

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::environment::Environment;

    /// What `wrap --offline codex ARGUMENT` adds, with `folder` as codex's own.
    fn added(folder: &Path, argument: &str) -> Placeholder {
        let inherited = Environment::from([("CODEX_HOME".into(), folder.into())]);
        placeholder(&LaunchContext {
            inherited: &inherited,
            folder: Path::new("/"),
            arguments: &[argument.into()],
        })
    }

    #[test]
    fn only_a_user_without_a_login_gets_a_placeholder() {
        let folder = tempfile::tempdir().unwrap();
        let exec = added(folder.path(), "exec");
        assert!(exec.arguments.is_empty());
        assert_eq!(exec.variables.len(), 2);
        assert_eq!(added(folder.path(), "fix it").arguments.len(), 4);

        fs::write(folder.path().join("auth.json"), "{}").unwrap();
        assert_eq!(added(folder.path(), "fix it"), Placeholder::default());
    }

    #[test]
    fn a_user_with_a_configured_provider_gets_no_placeholder() {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("config.toml");
        fs::write(config, "model_provider = \"x\"\n").unwrap();
        assert_eq!(added(folder.path(), "fix it"), Placeholder::default());
    }
}
