//! What a program needs in order to be wrapped; each file in `agents/` fills in a [`Profile`].
//!
//! If an agent's own files or variables would make it bypass the proxy, its profile returns a
//! [`Warning`] before the agent starts.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use analyze::Exchange;

use crate::environment::{Environment, value};
use crate::warning::Warning;

/// One kind of agent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Profile {
    /// Its name in recordings and in `--list-agents`.
    pub(crate) name: &'static str,
    /// What it is, in a few words.
    pub(crate) about: &'static str,
    /// File names of its programs; empty for the profile of all other programs.
    pub(crate) programs: &'static [&'static str],
    /// Host patterns to intercept; empty for every host.
    pub(crate) hosts: &'static [&'static str],
    /// Whether it sends the password in the proxy's URL without waiting for a 407.
    pub(crate) sends_password: bool,
    /// Arguments to insert before the user's own.
    pub(crate) extra_arguments: fn(&[OsString]) -> Vec<OsString>,
    /// Hosts that the user's configuration adds, such as another provider's.
    pub(crate) own_hosts: fn(&LaunchContext<'_>) -> Vec<String>,
    /// Settings that would make it bypass the proxy.
    pub(crate) traps: fn(&LaunchContext<'_>) -> Vec<Warning>,
    /// What is worth knowing without being a trap.
    pub(crate) notes: fn(&LaunchContext<'_>) -> Vec<String>,
    /// What it needs to run offline without a login.
    pub(crate) placeholder: fn(&LaunchContext<'_>) -> Placeholder,
    /// Hosts that a response moves its further requests to.
    pub(crate) discovered_hosts: fn(&Exchange<'_>) -> Vec<String>,
    /// Arguments with which it asks the model once and exits; for `wrap doctor`.
    pub(crate) self_test: Option<&'static [&'static str]>,
}

/// How the agent is about to be started.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LaunchContext<'a> {
    /// Our own environment.
    pub(crate) inherited: &'a Environment,
    /// The working directory.
    pub(crate) folder: &'a Path,
    /// The user's arguments to the agent.
    pub(crate) arguments: &'a [OsString],
}

impl LaunchContext<'_> {
    /// The value of a variable that is set, and not empty.
    pub(crate) fn variable(&self, name: &str) -> Option<&OsStr> {
        value(self.inherited, name)
    }

    /// The folder that `variable` names, else `fallback` in the home directory.
    pub(crate) fn config_folder(&self, variable: &str, fallback: &str) -> Option<PathBuf> {
        match self.variable(variable) {
            Some(folder) => Some(self.folder.join(folder)),
            None => Some(Path::new(self.variable("HOME")?).join(fallback)),
        }
    }
}

/// A placeholder login for offline runs.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Placeholder {
    /// Variables for the agent.
    pub(crate) variables: Vec<(&'static str, String)>,
    /// Arguments to insert before the user's own.
    pub(crate) arguments: Vec<OsString>,
}
