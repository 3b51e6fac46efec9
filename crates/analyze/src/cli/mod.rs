//! The command line of `analyze`: options in, a report out.

mod interrupt;
mod latest;
mod output;
mod output_format;
mod progress;
mod recordings;
mod target;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use analyze::{Assertion, Comparison, Filter, Prices, Report, Section};
use anyhow::{Context, Result, ensure};
use clap::{CommandFactory, Parser, Subcommand};
use clap_complete::Shell;

use output_format::OutputFormat;
use recordings::Recordings;
use target::{Inputs, Target};

/// Turn recordings of an agent's traffic into a report
#[derive(Debug, Parser)]
#[command(
    version,
    args_conflicts_with_subcommands = true,
    after_help = EXAMPLES
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    /// Recordings to read; `-` is standard input, gzip and Zstandard are detected by content
    /// [default: the latest session of `wrap`]
    #[arg(value_name = "RECORDING")]
    recordings: Vec<PathBuf>,
    /// Output format: md, html, json, csv (one row per exchange), or har
    #[arg(short, long, default_value = "md", value_name = "FORMAT")]
    format: OutputFormat,
    /// Write to this file [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Report only this section (repeatable): glance, endpoints, model, hosts, …
    #[arg(long = "section", value_name = "NAME")]
    sections: Vec<Section>,
    /// Read only exchanges that match (repeatable, all must match): host=*.openai.com, path~^/v1,
    /// status>=400, kind=model, duration>2s
    #[arg(long = "filter", value_name = "EXPR")]
    filters: Vec<Filter>,
    /// Fail unless this holds (repeatable): p95(ttft)<2s, cache_hit>0.6, errors==0
    #[arg(long = "assert", value_name = "EXPR")]
    assertions: Vec<Assertion>,
    /// Compare with this recording instead of reporting: what is new, gone or changed since
    #[arg(long, value_name = "RECORDING")]
    baseline: Option<PathBuf>,
    /// Fail if the comparison finds a change other than in figures
    #[arg(long, requires = "baseline")]
    fail_on_change: bool,
    /// Add the cost, at the prices in this JSON file (format: docs/analyze-options.md)
    #[arg(long, value_name = "FILE")]
    prices: Option<PathBuf>,
    /// Write the JSON Schema of each endpoint's bodies and each event type into this folder
    #[arg(long, value_name = "DIR")]
    schema: Option<PathBuf>,
    /// Show credentials that a recording kept (`wrap --keep-secrets`) instead of fingerprints
    #[arg(long)]
    keep_secrets: bool,
    /// Treat an unreadable line as an error instead of skipping and counting it
    #[arg(long)]
    strict: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print a completion script for a shell
    Completions {
        /// Which shell
        shell: Shell,
    },
}

/// The outcome of a command that ran without errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// All assertions hold.
    Good,
    /// An assertion does not hold, or `--fail-on-change` found a change.
    Failed,
}

/// Runs the command.
pub(crate) fn run(cli: Cli) -> Result<Outcome> {
    if let Some(Command::Completions { shell }) = cli.command {
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut Cli::command(), "analyze", &mut script);
        io::stdout().write_all(&script)?;
        return Ok(Outcome::Good);
    }
    let recordings = Recordings::of(&cli)?;
    // Checked before anything is read: a wrong name should not take minutes to be reported.
    let inputs = Inputs::of(&cli, &recordings.paths());
    let target = Target::of(cli.output.as_deref(), &inputs)?;
    let OutputFormat::Report(format) = cli.format else {
        output::write_har(&cli, &recordings, &target)?;
        return Ok(Outcome::Good);
    };
    ensure!(
        cli.baseline.is_none() || cli.sections.is_empty(),
        "--section cannot be combined with --baseline: a comparison covers all sections"
    );
    ensure!(
        cli.prices.is_some() || !cli.sections.contains(&Section::Cost),
        "the section cost needs --prices: no prices are built in"
    );
    // Read before the recordings, so that a mistake in it is reported at once.
    let prices = cli.prices.as_deref().map(read_prices).transpose()?;
    let mut report = recordings.read(&cli)?.finish();
    report.cost = prices
        .zip(report.model.as_ref())
        .map(|(prices, models)| prices.cost(models));
    // Before sections are dropped: assertions need all of them.
    let outcome = check(&report, &cli.assertions);
    if let (Some(folder), Some(structure)) = (&cli.schema, &report.structure) {
        output::write_schemas(folder, structure, &inputs)?;
    }
    if let Some(baseline) = &cli.baseline {
        let baseline = Recordings::of_one(baseline).read(&cli)?.finish();
        let comparison = Comparison::of(&baseline, &report);
        output::write_comparison(format, &comparison, &target)?;
        let failed = cli.fail_on_change && comparison.is_changed();
        return Ok(if failed { Outcome::Failed } else { outcome });
    }
    if !cli.sections.is_empty() {
        report.keep(&cli.sections);
    }
    output::write_report(format, &report, &target)?;
    // The process ends here: freeing the many small pieces of a large report would only take time.
    std::mem::forget(report);
    Ok(outcome)
}

/// Prints the assertions that do not hold to standard error.
fn check(report: &Report, assertions: &[Assertion]) -> Outcome {
    let mut outcome = Outcome::Good;
    for assertion in assertions {
        let verdict = assertion.check(report);
        if !verdict.holds {
            eprintln!("analyze: {verdict}");
            outcome = Outcome::Failed;
        }
    }
    outcome
}

/// Reads a list of prices.
fn read_prices(path: &Path) -> Result<Prices> {
    let text =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    Prices::from_json(&text).with_context(|| format!("cannot use {}", path.display()))
}

/// Whether the reader of our output has closed it, which is not a failure.
pub(crate) fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let mut causes = error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>());
    causes.any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}

const EXAMPLES: &str = "\
Examples:
  analyze                                   the latest session, as Markdown
  analyze traffic.jsonl -f json | jq .glance
  analyze a.jsonl b.jsonl.zst --section model --section endpoints
  analyze --filter 'host=*.openai.com' --filter 'status>=400'
  analyze --assert 'p95(ttft)<2s' --assert 'cache_hit>0.6' --assert errors==0
  analyze new.jsonl --baseline old.jsonl --fail-on-change
  analyze traffic.jsonl -f har -o traffic.har
  zcat traffic.jsonl.gz | analyze -

Exit code: 0; 1 if an assertion does not hold or --fail-on-change finds a change; 2 if the usage is wrong or a recording cannot be read.";
