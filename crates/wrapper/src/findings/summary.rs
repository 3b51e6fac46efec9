//! The summary of a run, in fewer than ten lines: hosts, models, tokens, what stood out.
//! Values in, text out; `anstream` strips the colours where they do not show.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::ExitStatus;
use std::time::Duration;

use analyze::report::{Glance, HostStats};
use analyze::{Kind, Purpose, Report, units};
use nix::sys::signal::Signal;

use crate::style::{BOLD, DIM, RED, YELLOW};

/// How the run went, apart from its recording.
#[derive(Debug)]
pub(crate) struct SummaryInput<'a> {
    /// The agent's name.
    pub(crate) agent: &'a str,
    /// How it ended.
    pub(crate) status: ExitStatus,
    /// How long it ran.
    pub(crate) lasted: Duration,
    /// The report's path, if one was written.
    pub(crate) report: Option<&'a Path>,
    /// The recording's path.
    pub(crate) recording: &'a Path,
}

/// The summary; each line ends in a line feed.
pub(crate) fn render(input: &SummaryInput<'_>, report: &Report) -> String {
    let glance = report.glance.clone().unwrap_or_default();
    let mut lines = vec![headline(input, &glance)];
    let hosts = report.hosts.as_ref().map_or(&[][..], |hosts| &hosts.hosts);
    lines.extend(labelled("hosts", went_where(hosts)));
    lines.extend(labelled("models", models(report, &glance)));
    lines.extend(labelled("tokens", tokens(&glance)));
    lines.extend(labelled("stood out", stood_out(report)));
    let report = input.report.map(|path| path.display().to_string());
    lines.extend(labelled("report", report));
    let recording = input.recording.display().to_string();
    lines.extend(labelled("recording", Some(recording)));
    lines.join("")
}

fn headline(input: &SummaryInput<'_>, glance: &Glance) -> String {
    let how = match (input.status.code(), input.status.signal()) {
        (Some(code), _) => format!("ended with exit code {code}"),
        (None, Some(number)) => match Signal::try_from(number) {
            Ok(signal) => format!("was killed by {signal}"),
            Err(_) => format!("was killed by signal {number}"),
        },
        (None, None) => "ended".to_owned(),
    };
    let micros = u64::try_from(input.lasted.as_micros()).unwrap_or(u64::MAX);
    format!(
        "{BOLD}wrap: {} {how} after {}, {} on record{BOLD:#}\n",
        input.agent,
        units::duration(micros),
        units::plural(glance.exchanges, "exchange"),
    )
}

/// The hosts with the most exchanges, then those relayed unread.
fn went_where(hosts: &[HostStats]) -> Option<String> {
    let mut read: Vec<&HostStats> = hosts.iter().filter(|host| host.exchanges > 0).collect();
    read.sort_by(|a, b| (b.exchanges, &a.host).cmp(&(a.exchanges, &b.host)));
    let mut parts: Vec<String> = read
        .iter()
        .take(MAX_HOSTS)
        .map(|host| format!("{} {}", host.host, units::count(host.exchanges)))
        .collect();
    if read.len() > MAX_HOSTS {
        parts.push(format!("{} more", read.len() - MAX_HOSTS));
    }
    let unread = hosts.iter().filter(|host| host.connections.opaque > 0);
    let mut unread: Vec<&str> = unread.map(|host| host.host.as_str()).collect();
    if !unread.is_empty() {
        let hidden = unread.len().saturating_sub(MAX_HOSTS);
        unread.truncate(MAX_HOSTS);
        let more = match hidden {
            0 => String::new(),
            hidden => format!(" and {hidden} more"),
        };
        parts.push(format!("relayed unread: {}{more}", unread.join(", ")));
    }
    join(parts)
}

fn models(report: &Report, glance: &Glance) -> Option<String> {
    let models = &report.model.as_ref()?.models;
    let mut parts: Vec<String> = models
        .iter()
        .take(MAX_HOSTS)
        .map(|model| {
            let requests = model.uses.iter().map(|of_kind| of_kind.count).sum();
            format!("{}: {}", model.model, units::plural(requests, "request"))
        })
        .collect();
    if parts.is_empty() {
        return None;
    }
    parts.push(units::plural(glance.turns, "turn"));
    parts.push(units::plural(glance.tool_calls, "tool call"));
    if let Some(ttft) = glance.ttft_us {
        parts.push(format!("TTFT p50 {}", units::duration(ttft.p50)));
    }
    join(parts)
}

fn tokens(glance: &Glance) -> Option<String> {
    let tokens = glance.tokens;
    (tokens.input > 0 || tokens.output > 0).then(|| {
        format!(
            "{} in, {} of it cached ({}) · {} out, {} of it reasoning",
            units::count(tokens.input),
            units::count(tokens.cached),
            units::percent_of(tokens.cached, tokens.input),
            units::count(tokens.output),
            units::count(tokens.reasoning),
        )
    })
}

/// What a reader wants to know first; trouble is red.
fn stood_out(report: &Report) -> Option<String> {
    let mut parts = failures(report);
    for hosts in shared_credentials(report) {
        let hosts: Vec<&str> = hosts.into_iter().collect();
        parts.push(format!(
            "{YELLOW}one credential went to {}{YELLOW:#}",
            hosts.join(" and ")
        ));
    }
    parts.extend(telemetry(report));
    join(parts)
}

/// The hosts that were sent the same credential in a header; two or more for each credential.
fn shared_credentials(report: &Report) -> BTreeSet<BTreeSet<&str>> {
    let credentials = report.identity.iter().flat_map(|it| &it.credentials);
    let hosts = credentials.map(|credential| {
        let places = credential.places.iter();
        let sent = places.filter(|place| place.sent && LOGIN_FIELDS.contains(&&*place.field));
        sent.map(|place| place.host.as_str()).collect()
    });
    hosts
        .filter(|hosts: &BTreeSet<&str>| hosts.len() > 1)
        .collect()
}

fn failures(report: &Report) -> Vec<String> {
    let endpoints = report
        .endpoints
        .as_ref()
        .map_or(&[][..], |endpoints| &endpoints.endpoints);
    let sum = |part: fn(&analyze::report::Statuses) -> u64| -> u64 {
        endpoints.iter().map(|entry| part(&entry.statuses)).sum()
    };
    let uses = || {
        let models = report.model.iter().flat_map(|model| &model.models);
        models.flat_map(|model| &model.uses)
    };
    let failed = uses().map(|of_kind| of_kind.failed).sum();
    let retries = uses()
        .filter(|of_kind| of_kind.kind == Kind::Retry)
        .map(|of_kind| of_kind.count)
        .sum();
    [
        (sum(|statuses| statuses.client_error), "answered 4xx"),
        (sum(|statuses| statuses.server_error), "answered 5xx"),
        (sum(|statuses| statuses.aborted), "cut short"),
        (sum(|statuses| statuses.failed), "not reached"),
        (failed, "without a model's whole answer"),
        (retries, "retried"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, what)| format!("{RED}{} {what}{RED:#}", units::count(count)))
    .collect()
}

/// How much of what was sent is telemetry.
fn telemetry(report: &Report) -> Option<String> {
    let endpoints = &report.endpoints.as_ref()?.endpoints;
    let sent = |entry: &analyze::report::EndpointStats| {
        entry.up.wire.as_ref().map_or(0, |bytes| bytes.total)
    };
    let all: u64 = endpoints.iter().map(sent).sum();
    let of_itself: u64 = endpoints
        .iter()
        .filter(|entry| entry.endpoint.purpose == Purpose::Telemetry)
        .map(sent)
        .sum();
    (of_itself > 0).then(|| {
        format!(
            "telemetry {} ({} of what was sent)",
            units::bytes(of_itself),
            units::percent_of(of_itself, all)
        )
    })
}

fn labelled(label: &str, text: Option<String>) -> Option<String> {
    let text = text?;
    let mut line = String::new();
    // Writing to a string cannot fail.
    writeln!(line, "  {DIM}{label:<10}{DIM:#} {text}").ok()?;
    Some(line)
}

fn join(parts: Vec<String>) -> Option<String> {
    (!parts.is_empty()).then(|| parts.join(" · "))
}

/// Where clients log in. A cookie for several hosts of one site is nothing unusual.
const LOGIN_FIELDS: [&str; 4] = [
    "header authorization",
    "header x-api-key",
    "header api-key",
    "header x-goog-api-key",
];
/// Hosts and models that fit a line.
const MAX_HOSTS: usize = 4;

#[cfg(test)]
mod tests {
    use anstream::adapter::strip_str;

    use super::*;
    use crate::findings::report::Analysis;

    const EXCHANGE: &str = r#"{"kind":"exchange","format":1,"id":1,"connection":1,"started_at":"2026-11-23T02:34:00Z","transport":"http","request":{"method":"POST","url":"https://HOST/PATH","http_version":"HTTP/2","headers":[{"name":"authorization","value":"Bearer <redacted:1>"}],"body":{"text":"x","bytes":2048,"wire_bytes":2048},"end_us":1},"response":{"status":STATUS,"http_version":"HTTP/2","start_us":2,"end_us":3},"outcome":{"state":"complete"}}"#;
    const UNREAD: &str = r#"{"kind":"connection","format":1,"id":1,"started_at":"2026-11-23T02:34:00Z","authority":"github.com:443","disposition":{"state":"opaque"},"end_us":1}"#;

    fn exchange(host: &str, path: &str, status: u16) -> String {
        EXCHANGE
            .replace("HOST", host)
            .replace("PATH", path)
            .replace("STATUS", &status.to_string())
    }

    fn rendered(lines: &[String], status: i32) -> String {
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let analysis = Analysis::of_lines(&lines);
        let input = SummaryInput {
            agent: "codex",
            status: ExitStatus::from_raw(status),
            lasted: Duration::from_millis(1240),
            report: None,
            recording: Path::new("/session/traffic.jsonl"),
        };
        let text = render(&input, &analysis.report);
        strip_str(&text).to_string()
    }

    #[test]
    fn an_empty_run_takes_two_lines() {
        assert_eq!(
            rendered(&[], 3 << 8),
            "wrap: codex ended with exit code 3 after 1.24 s, 0 exchanges on record\n\
             \x20 recording  /session/traffic.jsonl\n"
        );
    }

    #[test]
    fn a_signal_is_called_by_its_name() {
        assert!(rendered(&[], 9).contains("was killed by SIGKILL after"));
    }

    #[test]
    fn what_stood_out_is_said() {
        let said = rendered(
            &[
                exchange("api.openai.com", "v1/responses", 429),
                exchange("chatgpt.com", "backend-api/codex/models", 200),
                exchange("ab.chatgpt.com", "otlp/v1/metrics", 503),
                UNREAD.to_owned(),
            ],
            0,
        );
        for part in [
            "ab.chatgpt.com 1 · api.openai.com 1 · chatgpt.com 1 · relayed unread: github.com",
            "1 answered 4xx · 1 answered 5xx",
            "one credential went to ab.chatgpt.com and api.openai.com and chatgpt.com",
            "telemetry 2.00 KiB (33.3 % of what was sent)",
        ] {
            assert!(said.contains(part), "{part:?} is missing in:\n{said}");
        }
        assert!(said.lines().count() < 10, "{said}");
    }

    #[test]
    fn many_hosts_still_fit_their_line() {
        let hosts: Vec<String> = (0..9)
            .map(|n| exchange(&format!("{n}.example"), "", 200))
            .collect();
        let said = rendered(&hosts, 0);
        assert!(said.contains("3.example 1 · 5 more\n"), "{said}");
    }
}
