//! Filters on whole recordings: the report on the exchanges that are left.

use analyze::{Filter, Report, Scan};
use serde_json::json;

use crate::recordings::{Recording, Request};

fn recording() -> Recording {
    let mut recording = Recording::default();
    recording
        .line(json!({"kind": "session", "format": 1, "started_at": "2026-11-23T02:30:00.000000Z",
            "tool": "t", "limits": {"body": 1, "queue": 1}, "secrets": "redacted"}))
        .call(Request::default())
        .call(Request { start_ms: 500, ttft_ms: 900, ..Request::default() })
        .plain("GET", "https://chatgpt.com/backend-api/x", 404)
        .line(json!({"kind": "connection", "format": 1, "id": 1, "end_us": 9, "bytes_up": 1, "bytes_down": 1,
            "started_at": "2026-11-23T02:30:00.000000Z", "authority": "api.openai.com:443",
            "disposition": {"state": "intercepted"}, "process": {"pid": 7, "name": "codex"}}))
        .line(json!({"kind": "end", "format": 1, "exchanges": 3}));
    recording
}

fn report(filters: &[&str]) -> Report {
    report_on(&recording().text(), filters)
}

fn report_on(text: &str, filters: &[&str]) -> Report {
    let folder = tempfile::tempdir().expect("there is room for a file");
    let path = folder.path().join("traffic.jsonl");
    std::fs::write(&path, text).expect("the folder is ours");
    let filters: Vec<Filter> = filters
        .iter()
        .map(|filter| filter.parse().expect("the test's filters are right"))
        .collect();
    let scan = Scan::default().filters(filters);
    scan.read(&path, 0).expect("it is a recording").finish()
}

fn exchanges(filters: &[&str]) -> (u64, u64) {
    counted(&report(filters))
}

/// The exchanges that are reported, and those left out.
fn counted(report: &Report) -> (u64, u64) {
    let glance = report.glance.as_ref();
    (glance.map_or(0, |glance| glance.exchanges), report.left_out)
}

#[test]
fn only_exchanges_that_satisfy_every_filter_are_reported() {
    assert_eq!(exchanges(&[]), (3, 0));
    assert_eq!(exchanges(&["kind=model"]), (2, 1));
    assert_eq!(exchanges(&["kind=turn", "ttft>500ms"]), (1, 2));
    assert_eq!(exchanges(&["status>=400"]), (1, 2));
    assert_eq!(exchanges(&["host=nowhere"]), (0, 3));
}

#[test]
fn processes_are_known_although_they_are_named_after_their_exchanges() {
    assert_eq!(exchanges(&["process=codex"]), (3, 0));
    assert_eq!(exchanges(&["process=git"]), (0, 3));
}

#[test]
fn a_connection_is_that_of_its_own_session() {
    let mut text = String::new();
    for process in ["codex", "git"] {
        text.push_str(
            &recording()
                .text()
                .replace("\"codex\"", &format!("{process:?}")),
        );
    }
    for (filter, expected) in [("process=codex", (3, 3)), ("process=git", (3, 3))] {
        assert_eq!(counted(&report_on(&text, &[filter])), expected, "{filter}");
    }
    let first = report_on(&text, &["process=codex", "exchange=1"]);
    assert_eq!(counted(&first), (0, 6));
}

#[test]
fn what_a_filter_leaves_out_does_not_make_a_recording_incomplete() {
    let whole = report(&[]).completeness.expect("it is there");
    assert!(whole.complete, "{:?}", whole.lapses);
    let part = report(&["status>=400"]).completeness.expect("it is there");
    assert!(part.complete, "{:?}", part.lapses);
}
