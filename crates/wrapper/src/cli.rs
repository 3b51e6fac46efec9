//! The command line: `wrap [OPTIONS] AGENT [ARGS]...`.
//!
//! The command line is parsed here and nowhere else. AGENT is an external
//! subcommand to clap, so nothing after it is parsed as ours; a `--` before it
//! allows wrapping even a program named `doctor`.

use std::env;
use std::ffi::OsString;
use std::io::{self, Write};
use std::time::SystemTime;

use anyhow::{Result, bail};
use clap::{Args, CommandFactory, Parser, Subcommand};
use clap_complete::Shell;

use crate::agent::Agent;
use crate::agents;
use crate::environment::Environment;
use crate::findings::doctor;
use crate::options::RunOptions;
use crate::run::{self, Run};
use crate::sessions::{self, Age};
use crate::stand_in::demo_agent;

/// Run a coding agent behind a recording proxy, then report what it said over the network
#[derive(Debug, Parser)]
#[command(
    name = "wrap",
    version,
    override_usage = "wrap [OPTIONS] AGENT [ARGS]...\n       wrap doctor [AGENT]",
    after_help = EXAMPLES,
    arg_required_else_help = true,
    disable_help_subcommand = true,
    max_term_width = 100
)]
pub(crate) struct Cli {
    /// A request that replaces a run.
    #[command(flatten)]
    instead: InsteadOfRun,
    /// How to run the agent, record it and report.
    #[command(flatten)]
    options: RunOptions,
    /// AGENT and its arguments, or one of our own commands.
    #[command(subcommand)]
    command: Option<Command>,
}

/// AGENT and its arguments, or one of our own commands.
#[derive(Debug, Subcommand)]
enum Command {
    /// Check the setup end to end: what is wrong, and how to fix it
    Doctor {
        /// The agent to check
        #[arg(default_value = "codex")]
        agent: OsString,
    },
    /// Print a shell completion script
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page in roff format
    Man,
    /// The built-in agent of `wrap --demo`
    #[command(name = demo_agent::ARGUMENT, hide = true)]
    DemoAgent,
    /// AGENT and its ARGS
    #[command(external_subcommand)]
    Agent(Vec<OsString>),
}

/// A request that replaces a run.
#[derive(Debug, Args)]
#[group(multiple = false)]
struct InsteadOfRun {
    /// List the agents that have a profile
    #[arg(long)]
    list_agents: bool,
    /// List past sessions: start, agent, exchanges, size, folder
    #[arg(long)]
    list: bool,
    /// Remove sessions older than this (`30d`, `12h`, `2w`), after confirmation
    #[arg(long, value_name = "OLDER-THAN")]
    remove: Option<Age>,
}

impl Cli {
    /// Does what the command line asks for; returns the exit code.
    ///
    /// # Errors
    ///
    /// When the request cannot be carried out.
    pub(crate) fn run(self) -> Result<u8> {
        let mut out = io::stdout().lock();
        if self.instead.list_agents {
            list_agents(&mut out)?;
        } else if self.instead.list {
            sessions::list(&sessions::root()?, &mut out)?;
        } else if let Some(age) = self.instead.remove {
            let now = SystemTime::now().into();
            sessions::remove(&sessions::root()?, age, now, self.options.yes)?;
        } else {
            drop(out);
            return self.run_agent();
        }
        Ok(0)
    }

    fn run_agent(self) -> Result<u8> {
        let inherited: Environment = env::vars_os().collect();
        let agent = match self.command {
            Some(Command::Completions { shell }) => return print_completions(shell),
            Some(Command::Man) => return print_manual(),
            Some(Command::DemoAgent) => return demo_agent::run_to_end(),
            Some(Command::Doctor { agent }) => {
                return doctor::run(agent, &self.options.recording, &inherited);
            }
            Some(Command::Agent(command)) => Agent::find(command, &inherited)?,
            None if self.options.stand_in.demo => Agent::demo(&inherited)?,
            None => bail!("name the agent to run, as in `wrap codex`; see `wrap --help`"),
        };
        run::run(&Run {
            agent: &agent,
            options: &self.options,
            inherited: &inherited,
        })
    }
}

fn list_agents(out: &mut impl Write) -> io::Result<()> {
    for profile in agents::ALL {
        let hosts = match profile.hosts {
            [] => "*".to_owned(),
            hosts => hosts.join(" "),
        };
        writeln!(
            out,
            "{:<9} {}\n          {hosts}",
            profile.name, profile.about
        )?;
    }
    Ok(())
}

fn print_completions(shell: Shell) -> Result<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "wrap", &mut script);
    io::stdout().write_all(&script)?;
    Ok(0)
}

fn print_manual() -> Result<u8> {
    clap_mangen::Man::new(Cli::command()).render(&mut io::stdout())?;
    Ok(0)
}

const EXAMPLES: &str = "\
AGENT is any program. Everything after it belongs to the agent, options included.

Examples:
  wrap codex                          the codex TUI
  wrap codex exec \"fix the test\"      codex without its TUI
  wrap --offline codex exec \"say hi\"  no key, no account: nothing leaves the machine
  wrap --demo                         the same, with a built-in agent where codex is missing
  wrap curl https://api.openai.com/   any other program
  wrap doctor codex                   check that everything is in place
  wrap --list                         past sessions

Exit code: the agent's own, 128 + N when signal N killed it; 125 when wrap itself failed before the
agent ran, 126 when AGENT cannot be executed, 127 when it is not found.";

#[cfg(test)]
mod tests {
    use super::*;

    fn agent(arguments: &[&str]) -> Vec<OsString> {
        let all = ["wrap"].iter().chain(arguments);
        match Cli::try_parse_from(all).unwrap().command {
            Some(Command::Agent(command)) => command,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_definition_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn no_option_after_the_agent_is_ours() {
        let line = ["codex", "--output", "x", "-q", "--help", "--", "-V"];
        assert_eq!(agent(&line), line);
        assert_eq!(agent(&[&["--offline"], &line[..]].concat()), line);
        assert_eq!(agent(&[&["--"], &line[..]].concat()), line);
    }

    #[test]
    fn a_program_named_as_one_of_our_commands_can_be_wrapped() {
        assert_eq!(agent(&["--", "man", "ls"]), ["man", "ls"]);
    }

    #[test]
    fn an_unknown_option_before_the_agent_is_named() {
        let error = Cli::try_parse_from(["wrap", "--json", "codex"]).unwrap_err();
        assert!(error.to_string().contains("--json"), "{error}");
    }
}
