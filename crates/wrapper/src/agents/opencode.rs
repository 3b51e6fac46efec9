//! OpenCode, which talks to whichever provider the user has configured.
//!
//! Its trap: with `attach`, another process talks to the model.

use super::config_text::{base_url_hosts, read_text};
use crate::profile::{LaunchContext, Placeholder, Profile};
use crate::warning::Warning;

pub(super) const PROFILE: Profile = Profile {
    name: "opencode",
    about: "OpenCode",
    programs: &["opencode"],
    hosts: &[
        "opencode.ai",
        "*.opencode.ai",
        "models.dev",
        "*.openai.com",
        "chatgpt.com",
        "*.anthropic.com",
        "*.googleapis.com",
        "*.githubcopilot.com",
        "openrouter.ai",
        "*.x.ai",
        "*.groq.com",
        "*.mistral.ai",
        "*.deepseek.com",
    ],
    sends_password: true,
    extra_arguments: |_| Vec::new(),
    own_hosts,
    traps,
    notes: |_| Vec::new(),
    placeholder,
    discovered_hosts: |_| Vec::new(),
    self_test: Some(&["run", "Say hi."]),
};

fn own_hosts(launch: &LaunchContext<'_>) -> Vec<String> {
    let global = launch
        .config_folder("XDG_CONFIG_HOME", ".config")
        .map(|folder| folder.join("opencode"));
    let folders = global.into_iter().chain([launch.folder.to_owned()]);
    let mut hosts = Vec::new();
    for folder in folders {
        for name in ["opencode.json", "opencode.jsonc"] {
            let text = read_text(&folder.join(name)).unwrap_or_default();
            hosts.extend(base_url_hosts(&text));
        }
    }
    hosts
}

fn traps(launch: &LaunchContext<'_>) -> Vec<Warning> {
    if launch
        .arguments
        .first()
        .is_none_or(|first| first != "attach")
    {
        return Vec::new();
    }
    vec![Warning::new(
        "with `opencode attach`, a server that is not wrapped sends the model requests",
        "start that server under wrap: `wrap opencode serve`",
    )]
}

/// Its own models need no key, so there is no login to replace.
fn placeholder(_: &LaunchContext<'_>) -> Placeholder {
    Placeholder::default()
}
