//! Anthropic's Claude Code.
//!
//! Its trap: `env` in its settings overrides the environment.

use std::path::PathBuf;

use serde_json::Value;

use super::config_text::{base_url_hosts, read_text};
use crate::environment::VARIABLES;
use crate::host::host_of_url;
use crate::profile::{LaunchContext, Placeholder, Profile};
use crate::warning::Warning;

pub(super) const PROFILE: Profile = Profile {
    name: "claude",
    about: "Anthropic Claude Code",
    programs: &["claude"],
    hosts: &[
        "anthropic.com",
        "*.anthropic.com",
        "claude.ai",
        "*.claude.ai",
        "claude.com",
        "*.claude.com",
    ],
    sends_password: true,
    extra_arguments: |_| Vec::new(),
    own_hosts,
    traps,
    notes: |_| Vec::new(),
    placeholder,
    discovered_hosts: |_| Vec::new(),
    self_test: Some(&["--print", "Say hi."]),
};

fn own_hosts(launch: &LaunchContext<'_>) -> Vec<String> {
    let mut hosts: Vec<String> = launch
        .variable("ANTHROPIC_BASE_URL")
        .and_then(|url| host_of_url(url.to_str()?))
        .into_iter()
        .collect();
    for path in settings(launch) {
        hosts.extend(base_url_hosts(&read_text(&path).unwrap_or_default()));
    }
    // With models hosted by a cloud, the hosts are that cloud's.
    for (variable, pattern) in CLOUDS {
        if launch.variable(variable).is_some() {
            hosts.push((*pattern).to_owned());
        }
    }
    hosts
}

fn traps(launch: &LaunchContext<'_>) -> Vec<Warning> {
    settings(launch)
        .into_iter()
        .filter_map(|path| {
            let settings: Value = serde_json::from_str(&read_text(&path)?).ok()?;
            let env = settings.get("env")?.as_object()?;
            let names: Vec<&str> = VARIABLES
                .iter()
                .map(|variable| variable.name)
                .filter(|name| env.contains_key(*name))
                .collect();
            (!names.is_empty()).then(|| {
                Warning::new(
                    format!(
                        "the settings in {} set {}, which overrides what wrap sets",
                        path.display(),
                        names.join(", ")
                    ),
                    "remove them from its `env` while recording",
                )
            })
        })
        .collect()
}

fn placeholder(launch: &LaunchContext<'_>) -> Placeholder {
    let has_login = [
        "ANTHROPIC_API_KEY",
        "ANTHROPIC_AUTH_TOKEN",
        "CLAUDE_CODE_OAUTH_TOKEN",
    ]
    .iter()
    .any(|name| launch.variable(name).is_some())
        || config(launch).is_some_and(|folder| folder.join(".credentials.json").exists());
    if has_login {
        return Placeholder::default();
    }
    Placeholder {
        variables: vec![("ANTHROPIC_API_KEY", PLACEHOLDER_KEY.to_owned())],
        arguments: Vec::new(),
    }
}

fn config(launch: &LaunchContext<'_>) -> Option<PathBuf> {
    launch.config_folder("CLAUDE_CONFIG_DIR", ".claude")
}

/// The user's settings, then the project's.
fn settings(launch: &LaunchContext<'_>) -> Vec<PathBuf> {
    let project = launch.folder.join(".claude");
    let mut paths: Vec<PathBuf> = config(launch)
        .map(|folder| folder.join("settings.json"))
        .into_iter()
        .collect();
    paths.push(project.join("settings.json"));
    paths.push(project.join("settings.local.json"));
    paths
}

/// Switches that move the models to a cloud, and the cloud's hosts.
const CLOUDS: &[(&str, &str)] = &[
    ("CLAUDE_CODE_USE_BEDROCK", "*.amazonaws.com"),
    ("CLAUDE_CODE_USE_VERTEX", "*.googleapis.com"),
];

/// Explains itself where it shows up in a recording.
const PLACEHOLDER_KEY: &str = "sk-ant-placeholder-of-wrap-offline";

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::environment::Environment;

    fn with_config<T>(folder: &Path, look: impl FnOnce(&LaunchContext<'_>) -> T) -> T {
        let inherited = Environment::from([
            ("CLAUDE_CONFIG_DIR".into(), folder.into()),
            ("CLAUDE_CODE_USE_BEDROCK".into(), "1".into()),
        ]);
        look(&LaunchContext {
            inherited: &inherited,
            folder: Path::new("/"),
            arguments: &[],
        })
    }

    #[test]
    fn settings_that_override_us_are_a_trap_and_their_base_url_is_intercepted() {
        let folder = tempfile::tempdir().unwrap();
        let settings =
            r#"{"env":{"HTTPS_PROXY":"http://x","ANTHROPIC_BASE_URL":"https://gate.example"}}"#;
        fs::write(folder.path().join("settings.json"), settings).unwrap();
        let found = with_config(folder.path(), traps);
        assert_eq!(found.len(), 1);
        assert!(found[0].what.contains("set HTTPS_PROXY,"), "{found:?}");
        let hosts = with_config(folder.path(), own_hosts);
        assert_eq!(hosts, ["gate.example", "*.amazonaws.com"]);
    }

    #[test]
    fn settings_that_cannot_be_read_are_no_trap() {
        let folder = tempfile::tempdir().unwrap();
        for text in ["", "{", "[]", r#"{"env":7}"#] {
            fs::write(folder.path().join("settings.json"), text).unwrap();
            assert!(with_config(folder.path(), traps).is_empty(), "{text}");
        }
    }
}
