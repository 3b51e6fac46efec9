//! What went wrong in a run: why nothing was recorded, which program rejected our certificate,
//! what could not be reached. Values in, warnings out.
//!
//! `plan` warns of what can be seen before the agent starts.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::process::ExitStatus;
use std::time::Duration;

use analyze::report::{FailedConnections, HostStats};
use analyze::{Report, units};
use capture::Hosts;
use capture::record::State;

use crate::findings::report::Analysis;
use crate::process::child;
use crate::profile::Profile;
use crate::warning::Warning;

/// How a run went, apart from its recording.
#[derive(Debug)]
pub(crate) struct RunResult<'a> {
    /// The agent's profile.
    pub(crate) profile: &'a Profile,
    /// Hosts that were intercepted.
    pub(crate) hosts: &'a Hosts,
    /// `host:port` of the next proxy, if any.
    pub(crate) parent: Option<&'a str>,
    /// Arguments that `wrap` added.
    pub(crate) added: &'a [OsString],
    /// How the agent ended.
    pub(crate) status: ExitStatus,
    /// How long it ran.
    pub(crate) lasted: Duration,
}

/// What the user should know once the agent has ended, most serious first.
pub(crate) fn after(run: &RunResult<'_>, analysis: &Analysis) -> Vec<Warning> {
    let report = &analysis.report;
    let mut warnings = Vec::new();
    warnings.extend(rejected(run, report));
    warnings.extend(unreachable(run, report));
    warnings.extend(refused(report));
    // With a cause named already, an empty recording is its effect.
    if warnings.is_empty() {
        warnings.extend(nothing_recorded(run, report));
    }
    warnings.extend(moved(run, &analysis.discovered_hosts));
    warnings.extend(refused_argument(run));
    warnings
}

/// Programs that rejected our certificate: codex then retries for ever.
fn rejected(run: &RunResult<'_>, report: &Report) -> Vec<Warning> {
    let mut causes = BTreeMap::new();
    for group in failed(report, State::Rejected) {
        for program in programs(group) {
            causes.insert((program, &group.host), &group.cause);
        }
    }
    causes
        .into_iter()
        .take(MAX_NAMED)
        .map(|((program, host), cause)| {
            let what = match cause.as_str() {
                "eof" => format!(
                    "{program} ended one connection to {host} after the other without a request: \
                     it seems to reject wrap's certificate"
                ),
                alert => {
                    format!("{program} did not accept wrap's certificate for {host} ({alert})")
                }
            };
            let remedy = format!(
                "it ignores the variables that name the certificates, or something overrides them: \
                 see `wrap doctor {}`; later connections to {host} may be relayed unread",
                run.profile.name
            );
            Warning::new(what, remedy)
        })
        .collect()
}

/// Origins that could not be reached; a single warning if the next proxy is to blame.
fn unreachable(run: &RunResult<'_>, report: &Report) -> Vec<Warning> {
    let mut reasons = BTreeMap::new();
    for group in failed(report, State::Failed) {
        reasons.entry(&group.host).or_insert(reason(group));
    }
    let blamed = |reason: &str| run.parent.is_some_and(|parent| reason.contains(parent));
    let (by_parent, others): (Vec<_>, Vec<_>) =
        reasons.into_iter().partition(|(_, reason)| blamed(reason));
    let by_parent = by_parent.first().map(|(_, reason)| {
        Warning::new(
            format!("nothing went through the next proxy: {reason}"),
            "correct HTTPS_PROXY or --upstream-proxy, or use `--upstream-proxy none`",
        )
    });
    let others = others
        .into_iter()
        .take(MAX_NAMED)
        .map(|(host, reason)| Warning::new(format!("{host} could not be reached: {reason}"), ""));
    by_parent.into_iter().chain(others).collect()
}

/// Connections that the proxy refused. A first request without the password is normal; never
/// sending it is not.
fn refused(report: &Report) -> Vec<Warning> {
    let mut reasons = BTreeMap::new();
    let mut without_password = 0;
    for group in failed(report, State::Refused) {
        match group.cause.as_str() {
            "no_password" => without_password += group.count,
            // The agent cancelled a request, or opened a tunnel to spare.
            "agent_gone" | "unused" => {}
            _ => {
                for program in programs(group) {
                    reasons.entry(program).or_insert(reason(group));
                }
            }
        }
    }
    let mut warnings: Vec<Warning> = reasons
        .into_iter()
        .take(MAX_NAMED)
        .map(|(program, reason)| {
            Warning::new(
                format!("a connection of {program} was refused: {reason}"),
                "",
            )
        })
        .collect();
    if without_password > 0 && without_password == connections(report) {
        warnings.push(Warning::new(
            "no connection sent the proxy's password",
            "this version of the agent ignores the one in the proxy's URL: update it",
        ));
    }
    warnings
}

/// The most common failure of a recorder is an empty recording.
fn nothing_recorded(run: &RunResult<'_>, report: &Report) -> Option<Warning> {
    let is_agent = !run.profile.programs.is_empty();
    let glance = report.glance.as_ref();
    let known = glance.map_or(0, |glance| glance.model_requests);
    // A model's API may be unknown to the report.
    let unknown = report
        .model
        .as_ref()
        .map_or(0, |model| model.unknown_streams);
    if !is_agent || known + unknown > 0 || run.lasted < LONG_ENOUGH_TO_TALK {
        return None;
    }
    if connections(report) == 0 {
        return Some(Warning::new(
            format!("nothing of {} came through the proxy", run.profile.name),
            format!(
                "it made no connection, or bypassed the proxy: see `wrap doctor {}`",
                run.profile.name
            ),
        ));
    }
    let mut unread: Vec<&HostStats> = hosts(report).collect();
    unread.retain(|host| host.connections.opaque > 0);
    unread.sort_by_key(|host| (Reverse(host.bytes_unread), &host.host));
    let named: Vec<String> = unread
        .iter()
        .take(MAX_NAMED)
        .map(|host| format!("{} ({})", host.host, units::bytes(host.bytes_unread)))
        .collect();
    Some(if named.is_empty() {
        Warning::new(
            "no request to a model was recorded",
            "none was made, or it bypassed the proxy",
        )
    } else {
        Warning::new(
            format!(
                "no request to a model was recorded, but these were relayed unread: {}",
                named.join(", ")
            ),
            "if models are among them, name their hosts with --intercept (it replaces the usual ones), or \
             read every host with --intercept-all",
        )
    })
}

/// Hosts that a server moved the agent to, and that were not intercepted.
fn moved(run: &RunResult<'_>, discovered_hosts: &BTreeSet<String>) -> Vec<Warning> {
    discovered_hosts
        .iter()
        .filter(|host| !run.hosts.matches(host))
        .map(|host| {
            Warning::new(
                format!(
                    "the server sent {} to {host}, which is not intercepted",
                    run.profile.name
                ),
                format!("read every host with --intercept-all, or name all hosts, {host} included, with --intercept"),
            )
        })
        .collect()
}

/// The connections that ended in one state, by host and cause.
fn failed(report: &Report, state: State) -> impl Iterator<Item = &FailedConnections> {
    let errors = report.errors.iter();
    let all = errors.flat_map(|errors| &errors.connections);
    all.filter(move |group| group.state == state)
}

/// The programs that made them; one without a name if the system named none.
fn programs(group: &FailedConnections) -> Vec<&str> {
    if group.programs.is_empty() {
        return vec!["a program"];
    }
    group.programs.iter().map(String::as_str).collect()
}

fn reason(group: &FailedConnections) -> &str {
    group.reason.as_deref().unwrap_or(&group.cause)
}

fn hosts(report: &Report) -> impl Iterator<Item = &HostStats> {
    let hosts = report.hosts.iter();
    hosts.flat_map(|hosts| &hosts.hosts)
}

/// Connections of every kind.
fn connections(report: &Report) -> u64 {
    let all = hosts(report).map(|host| {
        let counts = host.connections;
        let read = counts.intercepted + counts.opaque;
        read + counts.rejected + counts.failed + counts.refused + host.unknown
    });
    all.sum()
}

/// An older version of an agent does not know the argument that `wrap` added.
fn refused_argument(run: &RunResult<'_>) -> Option<Warning> {
    let added = run.added.first()?.to_string_lossy();
    if child::exit_code(run.status) != BAD_USAGE || run.lasted >= LONG_ENOUGH_TO_TALK {
        return None;
    }
    Some(Warning::new(
        format!("{} ended at once; wrap had added {added}", run.profile.name),
        format!("if it complains about {added}, update it"),
    ))
}

/// How many warnings of one kind are printed.
const MAX_NAMED: usize = 3;
/// `codex --version` takes less, a conversation more.
const LONG_ENOUGH_TO_TALK: Duration = Duration::from_secs(3);
/// The exit code of clap and most others.
const BAD_USAGE: u8 = 2;

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;

    use super::*;
    use crate::agents;

    fn warnings(lines: &[&str], lasted: u64, code: i32) -> Vec<String> {
        let hosts = Hosts::parse(["*.openai.com"]).unwrap();
        let added = ["--no-daemon".into()];
        let run = RunResult {
            profile: agents::profile_of("codex"),
            hosts: &hosts,
            parent: Some("p.example:1"),
            added: &added,
            status: ExitStatus::from_raw(code << 8),
            lasted: Duration::from_secs(lasted),
        };
        let warnings = after(&run, &Analysis::of_lines(lines));
        warnings.iter().map(Warning::to_string).collect()
    }

    const UNREAD: &str = r#"{"kind":"connection","format":1,"id":1,"started_at":"2026-11-23T02:34:00Z","authority":"models.example:443","disposition":{"state":"opaque"},"end_us":1,"bytes_up":2048}"#;
    const REJECTED: &str = r#"{"kind":"connection","format":1,"id":1,"started_at":"2026-11-23T02:34:00Z","authority":"api.openai.com:443","process":{"pid":1,"name":"codex"},"disposition":{"state":"rejected","cause":"unknown_ca"},"end_us":1}"#;
    const FAILED: &str = r#"{"kind":"connection","format":1,"id":1,"started_at":"2026-11-23T02:34:00Z","authority":"api.openai.com:443","disposition":{"state":"failed","cause":"parent_proxy","reason":"cannot connect to p.example:1: refused"},"end_us":1}"#;

    #[test]
    fn a_run_without_any_connection_gets_a_warning() {
        let said = warnings(&[], 10, 0);
        assert!(
            said[0].starts_with("nothing of codex came through"),
            "{said:?}"
        );
    }

    #[test]
    fn a_short_command_without_traffic_is_no_warning() {
        assert!(warnings(&[], 0, 0).is_empty());
    }

    #[test]
    fn models_on_an_unread_host_are_named_with_the_option_to_read_them() {
        let said = warnings(&[UNREAD], 10, 0);
        assert!(said[0].contains("models.example (2.00 KiB)"), "{said:?}");
        assert!(said[0].contains("--intercept"), "{said:?}");
    }

    #[test]
    fn a_streamed_answer_of_an_unknown_api_is_a_models() {
        let streamed = r#"{"kind":"exchange","format":1,"id":1,"connection":1,"started_at":"2026-11-23T02:34:00Z","transport":"http","request":{"method":"POST","url":"https://models.example/talk","http_version":"HTTP/2"},"response":{"status":200,"http_version":"HTTP/2","start_us":1,"events":[{"at_us":2,"text":"hi"}]},"outcome":{"state":"complete"}}"#;
        assert!(warnings(&[streamed, UNREAD], 10, 0).is_empty());
    }

    #[test]
    fn who_did_not_accept_the_certificate_is_named() {
        let said = warnings(&[REJECTED], 0, 1);
        assert!(
            said[0].starts_with(
                "codex did not accept wrap's certificate for api.openai.com (unknown_ca)"
            ),
            "{said:?}"
        );
    }

    #[test]
    fn a_cancelled_request_is_no_warning_and_a_silent_refusal_says_what_was_seen() {
        let gone = r#"{"state":"refused","cause":"agent_gone","reason":"the agent ended the handshake without an alert"}"#;
        let with = |disposition: &str| {
            REJECTED.replace(r#"{"state":"rejected","cause":"unknown_ca"}"#, disposition)
        };
        assert!(warnings(&[&with(gone)], 0, 0).is_empty());
        let silent = r#"{"state":"rejected","cause":"eof"}"#;
        let said = warnings(&[&with(silent)], 0, 0);
        let expected = "codex ended one connection to api.openai.com after the other";
        assert!(said[0].starts_with(expected), "{said:?}");
    }

    #[test]
    fn a_dead_next_proxy_is_named_once_with_its_remedy() {
        let other = FAILED.replace("api.openai", "chat.openai");
        let said = warnings(&[FAILED, &other], 10, 1);
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(said[0].contains("p.example:1"), "{said:?}");
        assert!(said[0].contains("--upstream-proxy"), "{said:?}");
    }

    #[test]
    fn an_added_argument_that_the_agent_does_not_know_is_named() {
        let said = warnings(&[], 0, 2);
        assert!(said[0].contains("--no-daemon"), "{said:?}");
    }
}
