//! `wrap`: runs a coding agent behind the recording proxy, then reports what it said.

mod agent;
mod agents;
mod cli;
mod environment;
mod findings;
mod host;
mod log;
mod options;
mod parent_proxy;
mod plan;
mod process;
mod profile;
mod run;
mod sessions;
mod stand_in;
mod style;
mod trust;
mod warning;

use std::io;
use std::process::ExitCode;

use clap::Parser;

use crate::cli::Cli;
use crate::process::program::ProgramError;
use crate::warning::print_stderr;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    match cli.run() {
        Ok(code) => ExitCode::from(code),
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            print_stderr(&format!("wrap: {error:#}\n"));
            ExitCode::from(match error.downcast_ref() {
                Some(ProgramError::NotFound(_)) => NOT_FOUND,
                Some(ProgramError::NotExecutable(_)) => NOT_EXECUTABLE,
                None => OUR_FAILURE,
            })
        }
    }
}

/// Prints clap's message. Help and version succeed; a usage error ends with 125, so that a code
/// of 2 is always the agent's.
fn usage(error: &clap::Error) -> ExitCode {
    match error.print() {
        Ok(()) if !error.use_stderr() => ExitCode::SUCCESS,
        _ => ExitCode::from(OUR_FAILURE),
    }
}

/// Whether the reader of our output closed the pipe, as `head` does.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// `wrap` failed before the agent ran.
const OUR_FAILURE: u8 = 125;
/// The agent's program cannot be executed.
const NOT_EXECUTABLE: u8 = 126;
/// There is no such program.
const NOT_FOUND: u8 = 127;
