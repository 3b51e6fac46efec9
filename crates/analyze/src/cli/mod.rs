//! The command line of `analyze`: options in, a report out.

mod latest;
mod progress;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use analyze::{Aggregate, Assertion, Filter, Format, Report, Scan, Section};
use anyhow::{Context, Result, ensure};
use clap::{CommandFactory, Parser, Subcommand};
use clap_complete::Shell;

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
    /// What to read: `-` is standard input, .gz and .zst are told by their content [default: the
    /// latest session of `wrap`]
    #[arg(value_name = "RECORDING")]
    recordings: Vec<PathBuf>,
    /// How to write the report: md, html or json
    #[arg(short, long, default_value = "md", value_name = "FORMAT")]
    format: Format,
    /// Where to write it [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Only this section (repeatable): glance, endpoints, model, hosts, …
    #[arg(long = "section", value_name = "NAME")]
    sections: Vec<Section>,
    /// Only exchanges that match (repeatable, all must hold): host=*.openai.com, path~^/v1,
    /// status>=400, kind=model, duration>2s
    #[arg(long = "filter", value_name = "EXPR")]
    filters: Vec<Filter>,
    /// Fail unless this holds (repeatable): p95(ttft)<2s, cache_hit>0.6, errors==0
    #[arg(long = "assert", value_name = "EXPR")]
    assertions: Vec<Assertion>,
    /// Make a line that cannot be read an error, instead of skipping and counting it
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

/// What came of the command, when nothing went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Everything that was asked holds.
    Good,
    /// An assertion does not hold.
    Failed,
}

/// Does what the command line asks for.
pub(crate) fn run(cli: Cli) -> Result<Outcome> {
    if let Some(Command::Completions { shell }) = cli.command {
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut Cli::command(), "analyze", &mut script);
        io::stdout().write_all(&script)?;
        return Ok(Outcome::Good);
    }
    let mut report = read(&cli)?.finish();
    // Before sections are left out: assertions are about all of it.
    let outcome = check(&report, &cli.assertions);
    if !cli.sections.is_empty() {
        report.keep(&cli.sections);
    }
    write(&report, &cli)?;
    Ok(outcome)
}

/// Says on standard error which assertions do not hold.
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

/// Writes the report where it was asked for.
fn write(report: &Report, cli: &Cli) -> Result<()> {
    match &cli.output {
        Some(path) if path != Path::new("-") => {
            let writing = || format!("cannot write {}", path.display());
            let mut file = BufWriter::new(File::create(path).with_context(writing)?);
            cli.format.write(report, &mut file).with_context(writing)?;
            file.flush().with_context(writing)
        }
        _ => {
            let mut out = BufWriter::new(io::stdout().lock());
            cli.format.write(report, &mut out)?;
            Ok(out.flush()?)
        }
    }
}

/// Reads every recording that was named, or the latest.
fn read(cli: &Cli) -> Result<Aggregate> {
    let scan = Scan::default()
        .strict(cli.strict)
        .filters(cli.filters.clone());
    let by_process = cli.filters.iter().any(Filter::needs_process);
    let recordings = match cli.recordings.as_slice() {
        [] => vec![latest::recording()?],
        named => named
            .iter()
            .map(|path| (path.clone(), path.clone()))
            .collect(),
    };
    let mut all = Aggregate::default();
    for (source, (path, name)) in (0..).zip(&recordings) {
        let aggregate = if path == Path::new("-") {
            ensure!(
                !by_process,
                "a filter by process reads the recording twice: name a file, not standard input"
            );
            scan.read_from(
                progress::watched(io::stdin(), None),
                "standard input".as_ref(),
                source,
            )
        } else if by_process {
            scan.read(path, source)
        } else {
            let file =
                File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
            let size = file.metadata().ok().map(|metadata| metadata.len());
            scan.read_from(progress::watched(file, size), name, source)
        };
        all.merge(aggregate?);
    }
    Ok(all)
}

/// Whether nobody reads on: the reader had enough, and that is no failure.
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
  zcat traffic.jsonl.gz | analyze -

Exit code: 0; 1 when an assertion does not hold; 2 when the usage is wrong or a recording cannot be read.";
