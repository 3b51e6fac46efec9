//! The binary `capture`: a standing proxy that records.

use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;

use anyhow::{Context, Result, bail};
use capture::cli::{DEFAULT_INTERCEPT, Options};
use capture::{JsonlSink, Proxy, RootCa, Roots, Summary, data_folder};
use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};

/// Record what passes through a standing proxy, for any agent
///
/// Prints its address and what to paste into another shell. Ctrl-C stops it once what is
/// under way is done; a second Ctrl-C stops it at once.
#[derive(Debug, Parser)]
#[command(version, after_help = EXAMPLES)]
struct Cli {
    /// Where to listen; beyond loopback this needs --allow-remote and --proxy-password
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,

    /// Let other machines use the proxy
    #[arg(long, requires = "proxy_password")]
    allow_remote: bool,

    /// The recording: appended to; `-` is standard output; `.zst` and `.gz` compress
    #[arg(short, long, value_name = "FILE", default_value = "traffic.jsonl")]
    output: PathBuf,

    /// Where the root certificate and its key live [default: codex-dissect/ca in the user's data folder]
    #[arg(long, value_name = "DIR")]
    ca_dir: Option<PathBuf>,

    #[command(flatten)]
    options: Options,
}

const EXAMPLES: &str = "\
Examples:
  capture                                   record codex's hosts into traffic.jsonl
  capture --intercept api.anthropic.com     record another host
  capture -o - | jq .request.url            look at URLs as they come
  capture -o traffic.jsonl.zst              compress while recording";

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = capture::cli::runtime().context("cannot start the proxy's threads");
    match runtime.and_then(|runtime| runtime.block_on(run(&cli))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("capture: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: &Cli) -> Result<()> {
    tracing_subscriber::fmt()
        .with_max_level(cli.options.log)
        .with_writer(std::io::stderr)
        .init();
    if !cli.listen.ip().is_loopback() && !cli.allow_remote {
        bail!(
            "{} is not a loopback address: add --allow-remote and --proxy-password if others shall use the proxy",
            cli.listen
        );
    }
    let hosts = cli.options.hosts(DEFAULT_INTERCEPT)?;
    let ca_dir = match &cli.ca_dir {
        Some(dir) => dir.clone(),
        None => data_folder::ca()
            .context("there is no home folder to keep the root in: name one with --ca-dir")?,
    };
    // The system's roots are some two hundred files: read them while the rest is prepared.
    let roots = thread::spawn(Roots::system);
    let root = RootCa::load_or_create(&ca_dir, &hosts)?;
    let sink = JsonlSink::open(&cli.output)?;
    let roots = roots.join().unwrap_or_default();
    let upstream = cli
        .options
        .upstream(&roots, |name| std::env::var(name).ok())?;
    // The path must be absolute: it is pasted into shells in other folders.
    let agent_roots = cli.options.agent_roots(roots);
    let bundle = root.write_bundle(&std::path::absolute(&ca_dir)?, &agent_roots)?;
    let builder = Proxy::builder(root, sink)
        .listen(cli.listen)
        .intercept(hosts.clone())
        .upstream(upstream);
    let proxy = cli
        .options
        .apply(builder)
        .bind()
        .await
        .context("another program may have the port: choose one with --listen 127.0.0.1:0")?;
    announce(&proxy.url(), &hosts.to_string(), &bundle, &cli.output);
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let abort = proxy.abort_handle();
    let summary = proxy
        .run(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            abort.on(async move {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
            });
        })
        .await?;
    conclude(&summary, &cli.output);
    Ok(())
}

/// To standard error: the recording itself may go to standard output.
fn announce(url: &str, hosts: &str, bundle: &Path, output: &Path) {
    let text = format!(
        "capture: listening; records {hosts} into {}\n\
         Paste into the agent's shell:\n\
         \x20 export HTTPS_PROXY={url} https_proxy={url} ALL_PROXY={url} all_proxy={url} NO_PROXY= no_proxy=\n\
         \x20 export SSL_CERT_FILE={bundle} NODE_EXTRA_CA_CERTS={bundle} REQUESTS_CA_BUNDLE={bundle} GIT_SSL_CAINFO={bundle}\n",
        output.display(),
        bundle = bundle.display(),
    );
    say(&text);
}

fn conclude(summary: &Summary, output: &Path) {
    let mut text = format!(
        "capture: {} exchanges in {} ({} aborted, {} failed, {} truncated, {} lost)\n",
        summary.exchanges,
        output.display(),
        summary.aborted,
        summary.failed,
        summary.truncated,
        summary.lost,
    );
    if let Some(loss) = &summary.first_loss {
        text.push_str(&format!("capture: records were lost: {loss}\n"));
    }
    for warning in &summary.warnings {
        text.push_str(&format!("capture: {warning}\n"));
    }
    say(&text);
}

fn say(text: &str) {
    // A closed standard error must not stop the recording.
    drop(std::io::stderr().write_all(text.as_bytes()));
}
