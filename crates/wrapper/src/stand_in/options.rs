//! The options of `wrap` for the stand-in.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use super::failure::Failure;
use super::script::Script;
use super::server::{StandIn, StandInConfig};

/// Whether and how to answer from the stand-in.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct StandInOptions {
    /// Answer model traffic from the built-in stand-in: no key, no account, nothing leaves the machine
    #[arg(long)]
    pub(crate) offline: bool,
    /// As --offline; without AGENT, wraps codex if it is on PATH, else a built-in demo agent
    #[arg(long)]
    pub(crate) demo: bool,
    /// The answers of the stand-in: a JSON list of {"say": TEXT}, {"run": COMMAND} and {"call": {"name": TOOL, "input": TEXT}}
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,
    /// A failure to inject, to watch retries: ws-426, 429, 500 or cut; with :N, only the first N requests
    #[arg(long, value_name = "FAILURE")]
    fail: Option<Failure>,
    /// Log what the stand-in receives and sends, for tests
    #[arg(long, value_name = "FILE", hide = true)]
    stand_in_log: Option<PathBuf>,
}

impl StandInOptions {
    /// Whether the stand-in answers: named itself, or implied by one of its options.
    pub(crate) fn is_offline(&self) -> bool {
        self.offline
            || self.demo
            || self.script.is_some()
            || self.fail.is_some()
            || self.stand_in_log.is_some()
    }

    /// Starts the stand-in if it is asked for.
    ///
    /// # Errors
    ///
    /// When the script cannot be used, and as [`StandIn::start`].
    pub(crate) async fn start(&self) -> Result<Option<StandIn>> {
        if !self.is_offline() {
            return Ok(None);
        }
        StandIn::start(self.config()?).await.map(Some)
    }

    /// The configuration of the stand-in.
    ///
    /// # Errors
    ///
    /// When the script cannot be used.
    pub(crate) fn config(&self) -> Result<StandInConfig> {
        let script = self.script.as_deref().map(Script::load).transpose()?;
        Ok(StandInConfig {
            script: script.unwrap_or_default(),
            failure: self.fail,
            log: self.stand_in_log.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct OptionsParser {
        #[command(flatten)]
        options: StandInOptions,
    }

    fn parse(arguments: &[&str]) -> Result<StandInOptions, clap::Error> {
        let all = ["wrap"].iter().chain(arguments);
        OptionsParser::try_parse_from(all).map(|cli| cli.options)
    }

    #[test]
    fn an_option_about_the_stand_in_asks_for_it() {
        assert!(!parse(&[]).unwrap().is_offline());
        for arguments in [
            &["--offline"][..],
            &["--demo"],
            &["--fail", "429:2"],
            &["--script", "x"],
        ] {
            assert!(parse(arguments).unwrap().is_offline(), "{arguments:?}");
        }
    }

    #[test]
    fn a_missing_script_stops_the_run() {
        let options = parse(&["--script", "no-such-script.json"]).unwrap();
        assert!(options.config().is_err());
        assert!(parse(&["--offline"]).unwrap().config().is_ok());
    }

    #[test]
    fn an_unknown_failure_is_refused_with_the_known_ones() {
        let error = parse(&["--fail", "418"]).err().unwrap().to_string();
        assert!(error.contains("ws-426, 429, 500, cut"), "{error}");
    }
}
