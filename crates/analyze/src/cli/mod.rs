//! The command line of `analyze`: options in, a report out.

mod latest;
mod progress;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use analyze::{Aggregate, Format, Scan, Section};
use anyhow::{Context, Result};
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
    /// How to write the report: md or json
    #[arg(short, long, default_value = "md", value_name = "FORMAT")]
    format: Format,
    /// Where to write it [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Only this section (repeatable): glance, endpoints, model, hosts, …
    #[arg(long = "section", value_name = "NAME")]
    sections: Vec<Section>,
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

/// Does what the command line asks for.
pub(crate) fn run(cli: Cli) -> Result<()> {
    if let Some(Command::Completions { shell }) = cli.command {
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut Cli::command(), "analyze", &mut script);
        return Ok(io::stdout().write_all(&script)?);
    }
    let mut report = read(&cli)?.finish();
    if !cli.sections.is_empty() {
        report.keep(&cli.sections);
    }
    match &cli.output {
        Some(path) if path != Path::new("-") => {
            let writing = || format!("cannot write {}", path.display());
            let mut file = BufWriter::new(File::create(path).with_context(writing)?);
            cli.format.write(&report, &mut file).with_context(writing)?;
            file.flush().with_context(writing)
        }
        _ => {
            let mut out = BufWriter::new(io::stdout().lock());
            cli.format.write(&report, &mut out)?;
            Ok(out.flush()?)
        }
    }
}

/// Reads every recording that was named, or the latest.
fn read(cli: &Cli) -> Result<Aggregate> {
    let scan = Scan::default().strict(cli.strict);
    let recordings = match cli.recordings.as_slice() {
        [] => vec![latest::recording()?],
        named => named.to_vec(),
    };
    let mut all = Aggregate::default();
    for (source, path) in (0..).zip(&recordings) {
        let aggregate = if path == Path::new("-") {
            scan.read_from(
                progress::watched(io::stdin(), None),
                "standard input".as_ref(),
                source,
            )
        } else {
            let file =
                File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
            let size = file.metadata().ok().map(|metadata| metadata.len());
            scan.read_from(progress::watched(file, size), path, source)
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
  zcat traffic.jsonl.gz | analyze -

Exit code: 0; 2 when the usage is wrong or a recording cannot be read.";
