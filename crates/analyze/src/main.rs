//! The command `analyze`: parse, run, exit code.

mod cli;

use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Outcome};

fn main() -> ExitCode {
    match cli::run(Cli::parse()) {
        Ok(Outcome::Good) => ExitCode::SUCCESS,
        Ok(Outcome::Failed) => ExitCode::FAILURE,
        Err(error) if cli::is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("analyze: {error:#}");
            ExitCode::from(2)
        }
    }
}
