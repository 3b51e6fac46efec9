//! Google's Gemini CLI.
//!
//! Its trap: in its container sandbox it cannot reach a proxy on our loopback.

use crate::host::host_of_url;
use crate::profile::{LaunchContext, Placeholder, Profile};
use crate::warning::Warning;

pub(super) const PROFILE: Profile = Profile {
    name: "gemini",
    about: "Google Gemini CLI",
    programs: &["gemini"],
    hosts: &["googleapis.com", "*.googleapis.com", "accounts.google.com"],
    sends_password: true,
    extra_arguments: |_| Vec::new(),
    own_hosts,
    traps,
    notes: |_| Vec::new(),
    placeholder,
    discovered_hosts: |_| Vec::new(),
    self_test: Some(&["--prompt", "Say hi."]),
};

fn own_hosts(launch: &LaunchContext<'_>) -> Vec<String> {
    ["GOOGLE_GEMINI_BASE_URL", "GOOGLE_VERTEX_BASE_URL"]
        .iter()
        .filter_map(|name| host_of_url(launch.variable(name)?.to_str()?))
        .collect()
}

fn traps(launch: &LaunchContext<'_>) -> Vec<Warning> {
    let by_variable = launch.variable("GEMINI_SANDBOX").is_some_and(|value| {
        !["false", "0", "sandbox-exec"]
            .iter()
            .any(|off| value == *off)
    });
    let by_argument = launch
        .arguments
        .iter()
        .any(|argument| argument == "--sandbox" || argument == "-s");
    if !by_variable && !by_argument {
        return Vec::new();
    }
    vec![Warning::new(
        "in its container sandbox, Gemini CLI cannot reach the proxy on this machine's loopback",
        "drop --sandbox and GEMINI_SANDBOX while recording",
    )]
}

fn placeholder(launch: &LaunchContext<'_>) -> Placeholder {
    let has_login = ["GEMINI_API_KEY", "GOOGLE_API_KEY"]
        .iter()
        .any(|name| launch.variable(name).is_some())
        || launch
            .config_folder("", ".gemini")
            .is_some_and(|folder| folder.join("oauth_creds.json").exists());
    if has_login {
        return Placeholder::default();
    }
    Placeholder {
        variables: vec![("GEMINI_API_KEY", "placeholder-of-wrap-offline".to_owned())],
        arguments: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::environment::Environment;

    #[test]
    fn the_container_sandbox_is_a_trap() {
        for (value, count) in [("docker", 1), ("true", 1), ("false", 0), ("", 0)] {
            let inherited = Environment::from([("GEMINI_SANDBOX".into(), value.into())]);
            let found = traps(&LaunchContext {
                inherited: &inherited,
                folder: Path::new("/"),
                arguments: &[],
            });
            assert_eq!(found.len(), count, "{value}");
        }
    }
}
