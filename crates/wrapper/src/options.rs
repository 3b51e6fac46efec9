//! The options that decide how an agent is run, recorded and reported.
//!
//! `cli` parses them; `plan` and `run` read them.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::stand_in::StandInOptions;

/// How to run the agent, record it and report.
#[derive(Debug, Args)]
pub(crate) struct RunOptions {
    /// Session folder; must not hold a recording yet [default: a new folder in
    /// $XDG_DATA_HOME/codex-dissect/sessions]
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: Option<PathBuf>,
    /// Record without writing a report
    #[arg(long)]
    pub(crate) no_report: bool,
    /// Open the HTML report afterwards
    #[arg(long, conflicts_with = "no_report")]
    pub(crate) open: bool,
    /// Do not print the summary; warnings still appear
    #[arg(short, long)]
    pub(crate) quiet: bool,
    /// How long to wait for open requests once the agent has ended
    #[arg(long, value_name = "SECONDS", default_value = "2", value_parser = parse_seconds)]
    pub(crate) grace: Duration,
    /// Keep the agent's arguments out of the recording: they may contain a prompt
    #[arg(long)]
    pub(crate) no_command: bool,
    /// With --remove: skip the confirmation
    #[arg(long, requires = "remove")]
    pub(crate) yes: bool,
    /// Whether and how the stand-in answers.
    #[command(flatten)]
    pub(crate) stand_in: StandInOptions,
    /// What to record, and within which bounds.
    #[command(flatten)]
    pub(crate) recording: capture::cli::Options,
}

/// Parses seconds, with an optional fraction and an optional `s`.
fn parse_seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text
        .trim_end_matches('s')
        .parse()
        .map_err(|_| BAD_SECONDS)?;
    if !(0.0..=MAX_SECONDS).contains(&seconds) {
        return Err(BAD_SECONDS.to_owned());
    }
    Ok(Duration::from_secs_f64(seconds))
}

const BAD_SECONDS: &str = "expected 0 to 3600 seconds, as in `2` or `0.5`";
/// An hour: a longer wait means that the proxy should not end at all.
const MAX_SECONDS: f64 = 3600.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grace_is_given_in_seconds() {
        assert_eq!(parse_seconds("0.5"), Ok(Duration::from_millis(500)));
        assert_eq!(parse_seconds("2s"), Ok(Duration::from_secs(2)));
        for wrong in ["", "-1", "1h", "nan", "inf", "3601"] {
            assert!(parse_seconds(wrong).is_err(), "{wrong}");
        }
    }
}
