//! What a program needs to be wrapped; the form that each file in `agents/` fills in.
//!
//! Where an agent's own files or variables lead it around the proxy, its profile says so in
//! a [`Warning`] before the agent starts.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use capture::record::Exchange;

use crate::environment::{Environment, value};
use crate::warning::Warning;

/// One kind of agent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Profile {
    /// As the record and `--list-agents` name it.
    pub(crate) name: &'static str,
    /// What it is, for people.
    pub(crate) about: &'static str,
    /// Programs that are this agent; empty for the profile that takes all others.
    pub(crate) programs: &'static [&'static str],
    /// Host patterns to intercept; empty for every host.
    pub(crate) hosts: &'static [&'static str],
    /// Whether it sends the password that stands in the proxy's URL, without being asked.
    pub(crate) sends_password: bool,
    /// Arguments to put before the user's own.
    pub(crate) extra_arguments: fn(&[OsString]) -> Vec<OsString>,
    /// Hosts that the user's configuration adds, as in another provider's URL.
    pub(crate) own_hosts: fn(&LaunchContext<'_>) -> Vec<String>,
    /// What would lead it around the proxy.
    pub(crate) traps: fn(&LaunchContext<'_>) -> Vec<Warning>,
    /// What is worth knowing, and no trap.
    pub(crate) notes: fn(&LaunchContext<'_>) -> Vec<String>,
    /// What it needs to run offline without a login.
    pub(crate) placeholder: fn(&LaunchContext<'_>) -> Placeholder,
    /// Hosts that an answer sends it to, for its further requests.
    pub(crate) discovered_hosts: fn(&Exchange) -> Vec<String>,
    /// Arguments that make it ask the model once and end, for `wrap doctor`.
    pub(crate) self_test: Option<&'static [&'static str]>,
}

/// Where the agent is about to run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LaunchContext<'a> {
    /// The variables that we were started with.
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

    /// A folder that `variable` names, or else `fallback` below the home directory.
    pub(crate) fn config_folder(&self, variable: &str, fallback: &str) -> Option<PathBuf> {
        match self.variable(variable) {
            Some(folder) => Some(self.folder.join(folder)),
            None => Some(Path::new(self.variable("HOME")?).join(fallback)),
        }
    }
}

/// What stands in for a login while nothing leaves the machine.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Placeholder {
    /// Variables, for the agent alone.
    pub(crate) variables: Vec<(&'static str, String)>,
    /// Arguments to put before the user's own.
    pub(crate) arguments: Vec<OsString>,
}
