//! A run from start to end: session, proxy, agent, report.
//!
//! `wrap` writes nothing to the terminal while the agent runs: warnings come before, the
//! summary after. A failure of ours once the agent runs never changes its exit code.

use std::env;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

use anyhow::{Context, Error, Result};
use capture::{JsonlSink, Proxy, RootCa, Summary};
use jiff::Timestamp;

use crate::agent::Agent;
use crate::environment::Environment;
use crate::findings::diagnose::{self, RunResult};
use crate::findings::report;
use crate::findings::summary::{self, SummaryInput};
use crate::log;
use crate::options::RunOptions;
use crate::plan::Plan;
use crate::process::child::{self, Child};
use crate::process::orphans;
use crate::process::program::ProgramError;
use crate::sessions::{self, Session};
use crate::stand_in::StandIn;
use crate::trust::Bundle;
use crate::warning::{Warning, print_stderr};

/// How the agent ended, and what was recorded.
pub(crate) struct FinishedRun {
    /// How it ended.
    pub(crate) status: ExitStatus,
    /// How long it ran.
    pub(crate) lasted: Duration,
    /// The recording's counts, or why it failed.
    pub(crate) summary: Result<Summary>,
    /// The proxy's URL, as the agent's environment names it.
    pub(crate) proxy_url: String,
}

/// What to run, and how.
pub(crate) struct Run<'a> {
    /// The agent.
    pub(crate) agent: &'a Agent,
    /// How to run it.
    pub(crate) options: &'a RunOptions,
    /// Our own environment.
    pub(crate) inherited: &'a Environment,
}

/// Runs the agent and reports; returns its exit code.
///
/// # Errors
///
/// When the agent cannot be started; [`ProgramError`] when its program is the reason.
pub(crate) fn run(run: &Run<'_>) -> Result<u8> {
    let folder = env::current_dir().context("the working directory is gone")?;
    let (plan, root) = Plan::new(run.agent, run.options, run.inherited, &folder)?;
    let session = open_session(run.agent, run.options)?;
    let log = session.log().context("cannot open the session's log")?;
    log::start(log, run.options.recording.log);
    tracing::debug!(hosts = %plan.hosts, roots = plan.trusted.all.count(), "starting the agent");
    plan.warnings.iter().for_each(Warning::print);
    let finished = record(run, &plan, root, &session)?;
    match &finished.summary {
        Ok(summary) => summary
            .warnings
            .iter()
            .for_each(|warning| Warning::new(warning.as_str(), "").print()),
        Err(error) => Warning::new(format!("{error:#}"), "").print(),
    }
    orphans::warning(&finished.proxy_url)
        .iter()
        .for_each(Warning::print);
    let recorded = report_findings(run, &plan, &finished, &session);
    if let Err(error) = recorded {
        Warning::new(format!("{error:#}"), "").print();
    }
    Ok(child::exit_code(finished.status))
}

/// Prints the summary and the warnings, and writes the report.
fn report_findings(
    run: &Run<'_>,
    plan: &Plan,
    finished: &FinishedRun,
    session: &Session,
) -> Result<()> {
    let recording = session.recording();
    let analysis = report::read(
        &recording,
        run.agent.profile,
        run.options.recording.keep_secrets,
    )?;
    let written = match run.options.no_report {
        true => None,
        false => Some(report::write(&analysis.report, session)),
    };
    let report_path = written.as_ref().and_then(|written| written.as_deref().ok());
    if !run.options.quiet {
        let input = SummaryInput {
            agent: &run.agent.label(),
            status: finished.status,
            lasted: finished.lasted,
            report: report_path,
            recording: &recording,
        };
        print_stderr(&summary::render(&input, &analysis.report));
    }
    let result = RunResult {
        profile: run.agent.profile,
        hosts: &plan.hosts,
        parent: plan.parent.as_deref(),
        added: &plan.added,
        status: finished.status,
        lasted: finished.lasted,
    };
    diagnose::after(&result, &analysis)
        .iter()
        .for_each(Warning::print);
    match written.transpose()? {
        Some(path) if run.options.open => report::open(&path),
        _ => Ok(()),
    }
}

fn open_session(agent: &Agent, options: &RunOptions) -> Result<Session> {
    match &options.output {
        Some(folder) => Session::create_at(folder),
        None => Session::create(&sessions::root()?, &agent.label(), Timestamp::now()),
    }
}

/// Runs the agent behind the proxy until both have ended.
fn record(run: &Run<'_>, plan: &Plan, root: RootCa, session: &Session) -> Result<FinishedRun> {
    let runtime = capture::cli::runtime().context("cannot start the proxy's threads")?;
    let finished = runtime.block_on(async {
        let stand_in = run.options.stand_in.start().await?;
        let mut ours = vec![root.certificate_pem()];
        ours.extend(stand_in.as_ref().map(StandIn::root_pem));
        let bundle = Bundle::write(session.bundle(), &plan.trusted.all, &ours)?;
        let proxy = bind(run, plan, root, session, stand_in.as_ref()).await?;
        supervise(run, plan, proxy, &bundle).await
    });
    // A pending name lookup must not delay the exit.
    runtime.shutdown_background();
    finished
}

/// Binds the proxy.
async fn bind(
    run: &Run<'_>,
    plan: &Plan,
    root: RootCa,
    session: &Session,
    stand_in: Option<&StandIn>,
) -> Result<Proxy> {
    let recording = session.recording();
    let sink = JsonlSink::open(&recording)
        .with_context(|| format!("cannot write {}", recording.display()))?;
    let mut builder = Proxy::builder(root, sink)
        .intercept(plan.hosts.clone())
        .upstream(plan.upstream(run.options, run.inherited, stand_in)?)
        .grace(run.options.grace)
        .agent(run.agent.label())
        .command(recorded_command(run, plan))
        .offline(stand_in.is_some());
    if run.agent.profile.sends_password {
        builder = builder.random_password();
    }
    let proxy = run.options.recording.apply(builder).bind().await;
    proxy.context("cannot start the proxy")
}

/// The command line for the recording; the program alone under `--no-command`.
fn recorded_command(run: &Run<'_>, plan: &Plan) -> Vec<String> {
    let mut command = run.agent.command_line(&plan.added);
    if run.options.no_command {
        command.truncate(1);
    }
    command
}

/// Starts the agent, serves it until it ends, then drains its open connections.
async fn supervise(
    run: &Run<'_>,
    plan: &Plan,
    proxy: Proxy,
    bundle: &Bundle,
) -> Result<FinishedRun> {
    let proxy_url = proxy.url();
    let mut command = Command::new(&run.agent.program);
    command
        .arg0(&run.agent.typed)
        .args(&plan.added)
        .args(&run.agent.arguments)
        .envs(plan.variables(&proxy_url, bundle.path(), run.inherited));
    let start = Instant::now();
    let mut child =
        Child::spawn(command).map_err(|error| not_started(&run.agent.program, error))?;
    let abort = proxy.abort_handle();
    let mut ended = None;
    let summary = proxy
        .run(async {
            ended = Some((child.wait().await, start.elapsed()));
            abort.on(child.abort_requested());
        })
        .await
        .context("cannot finish the recording");
    let (status, lasted) = match ended {
        Some(ended) => ended,
        // The proxy failed first: the agent goes on without it.
        None => (child.wait().await, start.elapsed()),
    };
    child.release();
    Ok(FinishedRun {
        status: status.context("cannot tell how the agent ended")?,
        lasted,
        summary,
        proxy_url,
    })
}

/// Turns a failed start into the error that decides the exit code.
fn not_started(program: &Path, error: io::Error) -> Error {
    let missing = match error.kind() {
        io::ErrorKind::NotFound => {
            ProgramError::NotFound(format!("the interpreter of {}", program.display()))
        }
        _ => ProgramError::NotExecutable(program.to_owned()),
    };
    Error::new(error).context(missing)
}
