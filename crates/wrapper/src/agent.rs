//! The agent of one run: its program, its profile, and the command line that starts it.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::agents;
use crate::environment::Environment;
use crate::process::program;
use crate::profile::{LaunchContext, Profile};
use crate::stand_in::demo_agent;

/// The program to run, and its profile.
#[derive(Debug)]
pub(crate) struct Agent {
    /// As typed; becomes `argv[0]`.
    pub(crate) typed: OsString,
    /// Where the program is.
    pub(crate) program: PathBuf,
    /// What it needs in order to be wrapped.
    pub(crate) profile: &'static Profile,
    /// The user's arguments.
    pub(crate) arguments: Vec<OsString>,
}

impl Agent {
    /// Finds the program named by the first word of `command`.
    ///
    /// # Errors
    ///
    /// [`program::ProgramError`] when it cannot be run.
    pub(crate) fn find(
        command: impl IntoIterator<Item = OsString>,
        inherited: &Environment,
    ) -> Result<Self> {
        let mut command = command.into_iter();
        let typed = command.next().unwrap_or_default();
        let path = inherited.get(OsStr::new("PATH")).map(OsString::as_os_str);
        let program = program::find(&typed, path)?;
        Ok(Self {
            profile: agents::profile_of(&program::base_name(&typed)),
            program,
            arguments: command.collect(),
            typed,
        })
    }

    /// What `wrap --demo` runs: codex if it is installed, the built-in agent otherwise.
    ///
    /// # Errors
    ///
    /// When the path of our own executable is unknown.
    pub(crate) fn demo(inherited: &Environment) -> Result<Self> {
        let codex = DEMO.iter().map(OsString::from);
        if let Ok(agent) = Self::find(codex, inherited) {
            return Ok(agent);
        }
        Ok(Self {
            typed: "wrap".into(),
            program: env::current_exe().context("cannot find wrap's own executable")?,
            profile: agents::profile_of(demo_agent::ARGUMENT),
            arguments: vec![demo_agent::ARGUMENT.into()],
        })
    }

    /// The name for the session's folder: the profile's, or the program's if it has none.
    pub(crate) fn label(&self) -> String {
        if !self.profile.programs.is_empty() {
            return self.profile.name.to_owned();
        }
        program::base_name(&self.typed)
            .chars()
            .map(|c| match c {
                'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '_' | '.' => c,
                _ => '_',
            })
            .take(MAX_LABEL)
            .collect()
    }

    /// The start of the agent as its profile sees it.
    pub(crate) fn launch_context<'a>(
        &'a self,
        inherited: &'a Environment,
        folder: &'a Path,
    ) -> LaunchContext<'a> {
        LaunchContext {
            inherited,
            folder,
            arguments: &self.arguments,
        }
    }

    /// The command line for the recording, with what `wrap` adds.
    pub(crate) fn command_line(&self, added: &[OsString]) -> Vec<String> {
        [&self.typed]
            .into_iter()
            .chain(added)
            .chain(&self.arguments)
            .map(|argument| argument.to_string_lossy().into_owned())
            .collect()
    }
}

/// A prompt for codex that works in any folder.
const DEMO: &[&str] = &[
    "codex",
    "exec",
    "--skip-git-repo-check",
    "What is in this folder?",
];
/// File systems allow names of 255 bytes; the start time and a number take some.
const MAX_LABEL: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    fn agent(typed: &str, arguments: &[&str]) -> Agent {
        Agent {
            typed: typed.into(),
            program: PathBuf::from(typed),
            profile: agents::profile_of(&program::base_name(OsStr::new(typed))),
            arguments: arguments.iter().map(OsString::from).collect(),
        }
    }

    #[test]
    fn a_label_is_fit_for_a_folders_name() {
        assert_eq!(agent("/opt/bin/codex", &[]).label(), "codex");
        assert_eq!(agent("./my tool", &[]).label(), "my_tool");
        assert_eq!(agent(&"x".repeat(300), &[]).label().len(), MAX_LABEL);
    }

    #[test]
    fn added_arguments_come_before_the_users() {
        assert_eq!(
            agent("codex", &["fix"]).command_line(&["--no-daemon".into()]),
            ["codex", "--no-daemon", "fix"]
        );
    }
}
