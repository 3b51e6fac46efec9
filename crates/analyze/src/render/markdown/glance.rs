//! What was recorded, and the figures that people ask for first.

use capture::record::Secrets;

use super::cells::codes;
use super::escape::code;
use super::table::Table;
use crate::report::{Glance, Recording, Report};
use crate::text::units::{bytes, count, duration, percent_of, plural};

pub(super) fn write(report: &Report, out: &mut String) -> Option<()> {
    let glance = report.glance.as_ref()?;
    let mut table = Table::new(&["", ""]);
    let mut row = |name: &str, value: String| table.row([name.to_owned(), value]);
    for recording in &report.recordings {
        row("Recording", recorded(recording));
    }
    if !glance.agents.is_empty() {
        row("Agent", codes(&glance.agents));
    }
    if let Some(first) = glance.first {
        row("Period", format!("{first}, {}", duration(glance.period_us)));
    }
    row("Exchanges", exchanges(glance));
    if report.left_out > 0 {
        row("Left out by filters", count(report.left_out));
    }
    row("Model requests", model_requests(glance));
    row("Tokens", tokens(glance));
    if let Some(ttft) = &glance.ttft_us {
        let (p50, p95) = (duration(ttft.p50), duration(ttft.p95));
        row(
            "Time to first token",
            format!("p50 {p50}, p95 {p95}, max {}", duration(ttft.max)),
        );
    }
    row("Hosts", count(glance.hosts));
    let (up, down) = (bytes(glance.wire_bytes_up), bytes(glance.wire_bytes_down));
    row("Bodies", format!("{up} up, {down} down, on the wire"));
    let complete = if glance.complete {
        "complete: nothing is known to be missing"
    } else {
        "**incomplete**: see “What this recording did not see”"
    };
    row("Recording is", complete.to_owned());
    table.finish(out);
    Some(())
}

fn recorded(recording: &Recording) -> String {
    let mut parts = vec![code(&recording.name)];
    if let Some(session) = &recording.session {
        parts.push(format!("recorded by {}", code(&session.tool)));
        if !session.command.is_empty() {
            parts.push(format!("running {}", code(&session.command.join(" "))));
        }
        if session.offline {
            parts.push("**answered by the built-in stand-in, not by a model**".to_owned());
        }
        if session.secrets == Secrets::Kept {
            parts.push("**with its credentials** (`--keep-secrets`)".to_owned());
        }
    }
    parts.join(", ")
}

fn exchanges(glance: &Glance) -> String {
    match glance.failed {
        0 => count(glance.exchanges),
        failed => format!(
            "{}, of which {} failed",
            count(glance.exchanges),
            count(failed)
        ),
    }
}

fn model_requests(glance: &Glance) -> String {
    format!(
        "{}: {} in {} of {}, with {}",
        count(glance.model_requests),
        plural(glance.turn_requests, "step"),
        plural(glance.turns, "turn"),
        plural(glance.threads, "thread"),
        plural(glance.tool_calls, "tool call"),
    )
}

fn tokens(glance: &Glance) -> String {
    let tokens = &glance.tokens;
    format!(
        "{} in, of which {} cached ({}); {} out, of which {} reasoning",
        count(tokens.input),
        count(tokens.cached),
        percent_of(tokens.cached, tokens.input),
        count(tokens.output),
        count(tokens.reasoning),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_that_holds_credentials_says_so() {
        let said = |secrets: &str| {
            let session = format!(
                r#"{{"started_at":"2026-11-23T02:34:00.000000Z","tool":"t","limits":{{"body":1,"queue":1}},"secrets":"{secrets}"}}"#
            );
            recorded(&Recording {
                name: "traffic.jsonl".to_owned(),
                session: Some(serde_json::from_str(&session).unwrap()),
                end: None,
            })
        };
        assert!(said("kept").contains("**with its credentials**"));
        assert!(!said("redacted").contains("credentials"));
    }
}
