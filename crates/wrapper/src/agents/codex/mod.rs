//! OpenAI's codex, as it behaves from 0.169 on.
//!
//! Its traps: the TUI hands the network to a background server, and `$CODEX_HOME/.env`
//! overrides the environment.

mod backend;
mod command_line;
mod login;
mod settings;

use crate::profile::{LaunchContext, Profile};
use crate::warning::Warning;

pub(super) const PROFILE: Profile = Profile {
    name: "codex",
    about: "OpenAI Codex CLI",
    programs: &["codex"],
    hosts: capture::cli::DEFAULT_INTERCEPT,
    sends_password: true,
    extra_arguments: command_line::extra_arguments,
    own_hosts: settings::own_hosts,
    traps,
    notes: settings::notes,
    placeholder: login::placeholder,
    discovered_hosts: backend::discovered_hosts,
    self_test: Some(&[
        "exec",
        "--ephemeral",
        "--skip-git-repo-check",
        "--sandbox",
        "read-only",
        "Say hi.",
    ]),
};

fn traps(launch: &LaunchContext<'_>) -> Vec<Warning> {
    let mut traps = settings::traps(launch);
    traps.extend(command_line::remote_server(launch.arguments));
    traps
}
