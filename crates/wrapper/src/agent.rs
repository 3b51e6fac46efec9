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

/// What is to be run, found and understood.
#[derive(Debug)]
pub(crate) struct Agent {
    /// As typed; the program sees it as its own name.
    pub(crate) typed: OsString,
    /// Where the program is.
    pub(crate) program: PathBuf,
    /// What it needs.
    pub(crate) profile: &'static Profile,
    /// The user's arguments.
    pub(crate) arguments: Vec<OsString>,
}

impl Agent {
    /// Finds the program that `command` names first.
    ///
    /// # Errors
    ///
    /// [`program::ProgramError`], when there is none that can be run.
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

    /// What `wrap --demo` runs: codex if it is there, the built-in agent otherwise.
    ///
    /// # Errors
    ///
    /// When the system does not tell where we are ourselves.
    pub(crate) fn demo(inherited: &Environment) -> Result<Self> {
        let codex = DEMO.iter().map(OsString::from);
        if let Ok(agent) = Self::find(codex, inherited) {
            return Ok(agent);
        }
        Ok(Self {
            typed: "wrap".into(),
            program: env::current_exe().context("cannot tell where wrap itself is")?,
            profile: agents::profile_of(demo_agent::ARGUMENT),
            arguments: vec![demo_agent::ARGUMENT.into()],
        })
    }

    /// What names the session's folder: the profile, or any other program's own name.
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

    /// Where it is about to run, for its profile to look at.
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

    /// The whole command, with what `wrap` adds, for the record.
    pub(crate) fn command_line(&self, added: &[OsString]) -> Vec<String> {
        [&self.typed]
            .into_iter()
            .chain(added)
            .chain(&self.arguments)
            .map(|argument| argument.to_string_lossy().into_owned())
            .collect()
    }
}

/// What the demo asks of codex; it does not matter where it is started.
const DEMO: &[&str] = &[
    "codex",
    "exec",
    "--skip-git-repo-check",
    "What is in this folder?",
];
/// File systems allow names of 255 bytes; the start and a number stand beside it.
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
    fn what_is_added_stands_before_the_users_own_arguments() {
        assert_eq!(
            agent("codex", &["fix"]).command_line(&["--no-daemon".into()]),
            ["codex", "--no-daemon", "fix"]
        );
    }
}
