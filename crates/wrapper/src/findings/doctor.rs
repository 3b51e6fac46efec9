//! `wrap doctor [AGENT]`: checks the setup end to end; says what is wrong and how to fix it.
//!
//! The last check is a run: the agent talks to the stand-in through the proxy, with its own
//! trust and the user's own settings, and its model requests must be on record.

use std::env;
use std::ffi::{OsStr, OsString};
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use capture::Hosts;
use capture::cli::Options;

use crate::agent::Agent;
use crate::environment::{Environment, VARIABLES, text};
use crate::findings::diagnose::{self, RunResult};
use crate::findings::report;
use crate::parent_proxy;
use crate::process::run_with_timeout;
use crate::sessions;
use crate::style::{GREEN, RED, YELLOW};
use crate::trust::TrustedRoots;
use crate::warning::Warning;

/// What one check found.
enum Finding {
    /// As it should be.
    Good(String),
    /// Not wrong, but worth knowing.
    Note(String),
    /// Wrong, with a remedy.
    Bad(Warning),
}

/// Checks what a run of `name` needs and prints the findings; returns 0 if nothing is wrong.
///
/// # Errors
///
/// When the findings cannot be written.
pub(crate) fn run(name: OsString, recording: &Options, inherited: &Environment) -> Result<u8> {
    let mut checklist = Checklist::default();
    let folder = env::current_dir().context("the working directory is gone")?;
    match Agent::find([name], inherited) {
        Err(error) => checklist.add("agent", vec![bad(&error)])?,
        Ok(mut agent) => {
            checklist.add("agent", vec![version(&agent)])?;
            checklist.add("settings", settings(&agent, inherited, &folder))?;
            checklist.add("variables", variables(inherited))?;
            checklist.add("roots", roots(recording, inherited))?;
            checklist.add("next proxy", vec![next_proxy(recording, inherited)])?;
            checklist.add("sessions", vec![session_folder()])?;
            checklist.add("self-test", self_test(&mut agent))?;
        }
    }
    Ok(u8::from(checklist.has_bad))
}

/// Prints findings, one or more lines a check.
#[derive(Default)]
struct Checklist {
    has_bad: bool,
}

impl Checklist {
    fn add(&mut self, label: &str, findings: Vec<Finding>) -> io::Result<()> {
        let mut out = anstream::stdout().lock();
        for finding in findings {
            let (style, mark, text) = match finding {
                Finding::Good(text) => (GREEN, "ok", text),
                Finding::Note(text) => (YELLOW, "note", text),
                Finding::Bad(warning) => {
                    self.has_bad = true;
                    (RED, "bad", warning.to_string())
                }
            };
            writeln!(out, "{style}{mark:<5}{style:#} {label:<11} {text}")?;
        }
        Ok(())
    }
}

fn version(agent: &Agent) -> Finding {
    let mut command = Command::new(&agent.program);
    command.arg("--version");
    let place = agent.program.display();
    match run_with_timeout(command, VERSION_TIMEOUT) {
        Ok(output) => {
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            let version = text.lines().next().unwrap_or("it prints no version");
            Finding::Good(format!("{place}: {version}"))
        }
        Err(error) => Finding::Bad(Warning::new(
            format!("{place} does not run: {error}"),
            "make it run without wrap first",
        )),
    }
}

/// The agent's own settings that would make it bypass the proxy.
fn settings(agent: &Agent, inherited: &Environment, folder: &Path) -> Vec<Finding> {
    let launch = agent.launch_context(inherited, folder);
    let mut findings: Vec<Finding> = (agent.profile.traps)(&launch)
        .into_iter()
        .map(Finding::Bad)
        .collect();
    if findings.is_empty() {
        let profile = agent.profile.name;
        findings.push(Finding::Good(format!(
            "nothing bypasses the proxy (profile {profile})"
        )));
    }
    findings.extend(
        (agent.profile.notes)(&launch)
            .into_iter()
            .map(Finding::Note),
    );
    findings
}

/// The user's variables that wrap replaces for the agent.
fn variables(inherited: &Environment) -> Vec<Finding> {
    let replaced: Vec<&str> = VARIABLES
        .iter()
        .map(|variable| variable.name)
        .filter(|name| inherited.contains_key(OsStr::new(name)))
        .collect();
    vec![if replaced.is_empty() {
        Finding::Good("none of yours is replaced".to_owned())
    } else {
        Finding::Good(format!("replaced for the agent: {}", replaced.join(", ")))
    }]
}

fn roots(recording: &Options, inherited: &Environment) -> Vec<Finding> {
    let roots = match TrustedRoots::load(inherited, recording) {
        Err(error) => return vec![bad(&error)],
        Ok(trusted) => trusted.all,
    };
    let mut findings = vec![match roots.count() {
        0 => Finding::Bad(Warning::new(
            "this system has no trusted certificates",
            "install them (Debian: ca-certificates), or name a file of them in SSL_CERT_FILE",
        )),
        count => Finding::Good(format!("{count} trusted certificates")),
    }];
    let problems = roots.problems().iter();
    findings.extend(problems.map(|problem| Finding::Bad(Warning::new(problem.as_str(), ""))));
    findings
}

fn next_proxy(recording: &Options, inherited: &Environment) -> Finding {
    match recording.parent(|name| text(inherited, name)) {
        Err(error) => bad(&error),
        Ok(None) => Finding::Good("none: origins are dialled directly".to_owned()),
        Ok(Some(parent)) => match parent_proxy::unreachable(&parent) {
            Some(warning) => Finding::Bad(warning),
            None => Finding::Good(format!("{} answers", parent.authority())),
        },
    }
}

fn session_folder() -> Finding {
    let checked = sessions::root().and_then(|root| {
        sessions::check_writable(&root)?;
        Ok(root)
    });
    match checked {
        Ok(root) => Finding::Good(format!("{} can be written", root.display())),
        Err(error) => bad(&error),
    }
}

/// Runs the agent under `wrap --offline`, and checks what was recorded.
fn self_test(agent: &mut Agent) -> Vec<Finding> {
    let Some(arguments) = agent.profile.self_test else {
        let text = "none for this program; try `wrap --offline`";
        return vec![Finding::Note(text.to_owned())];
    };
    agent.arguments = arguments.iter().map(OsString::from).collect();
    match run_offline(agent) {
        Ok(findings) => findings,
        Err(error) => vec![bad(&error)],
    }
}

fn run_offline(agent: &Agent) -> Result<Vec<Finding>> {
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let session = folder.path().join("session");
    let mut command = Command::new(env::current_exe()?);
    command
        .args(["--offline", "--quiet", "--no-report", "--output"])
        .arg(&session)
        .arg("--")
        .arg(&agent.program)
        .args(&agent.arguments);
    let start = Instant::now();
    let run = run_with_timeout(command, SELF_TEST_TIMEOUT);
    let lasted = start.elapsed();
    let recording = sessions::recording_in(&session);
    let analysis = report::read(&recording, agent.profile, false)?;
    let result = RunResult {
        profile: agent.profile,
        hosts: &Hosts::parse(agent.profile.hosts)?,
        parent: None,
        added: &[],
        status: run
            .as_ref()
            .map_or_else(|_| ExitStatus::default(), |output| output.status),
        lasted,
    };
    let mut findings: Vec<Finding> = diagnose::after(&result, &analysis)
        .into_iter()
        .map(Finding::Bad)
        .collect();
    let glance = analysis.report.glance;
    let requests = glance.map_or(0, |glance| glance.model_requests);
    findings.push(match run {
        Err(error) => Finding::Bad(Warning::new(
            format!("{} did not finish: {error}", agent.profile.name),
            "fix what is bad above, or try it yourself: `wrap --offline`, the agent, a prompt",
        )),
        Ok(_) if requests > 0 => Finding::Good(format!(
            "{requests} model requests on record, answered by the stand-in"
        )),
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            let last = said.lines().last().unwrap_or("it printed nothing");
            Finding::Bad(Warning::new(
                format!(
                    "no model request was recorded; {}: {last}",
                    agent.profile.name
                ),
                "try it yourself: `wrap --offline`, the agent, a prompt",
            ))
        }
    });
    Ok(findings)
}

fn bad(error: &anyhow::Error) -> Finding {
    Finding::Bad(Warning::new(format!("{error:#}"), ""))
}

/// For a program to print its version.
const VERSION_TIMEOUT: Duration = Duration::from_secs(10);
/// For one short conversation of an agent with the stand-in.
const SELF_TEST_TIMEOUT: Duration = Duration::from_secs(20);
