//! `wrap`: runs a coding agent behind the recording proxy, then reports what it said.

mod demo;
#[cfg_attr(
    not(test),
    expect(dead_code, reason = "started by the run, which comes after it")
)]
#[expect(unused_imports, reason = "started by the run, which comes after it")]
mod offline;

use std::env;
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    if env::args().nth(1).as_deref() != Some("__demo-agent") {
        eprintln!("wrap: only the demo agent can be run as yet");
        return ExitCode::from(125);
    }
    match demo::run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("demo agent: {error:#}");
            ExitCode::FAILURE
        }
    }
}
