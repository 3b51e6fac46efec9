//! Comparing two recordings: what counts as a change, and what is only a figure.

use analyze::compare::{DriftKind, PromptChange};
use analyze::shape::JsonType;
use analyze::{Comparison, Format, Part};
use serde_json::{Value, json};

use crate::recordings::{Recording, Request, message};

/// Ten steps; `change` gets the number of each and may alter it.
fn recording(change: impl Fn(u64, &mut Request)) -> Recording {
    let mut recording = Recording::default();
    for n in 0..10 {
        let mut request = Request {
            start_ms: n * 3000,
            ttft_ms: 100 + n,
            settings: json!({
                "instructions": "be brief\nbe kind\n",
                "tools": [{"type": "function", "name": "run", "description": "runs"}],
            }),
            ..Request::default()
        };
        change(n, &mut request);
        recording.call(request);
    }
    recording
}

fn same() -> Recording {
    recording(|_, _| {})
}

fn compare(before: &Recording, after: &Recording) -> Comparison {
    Comparison::of(&before.report(), &after.report())
}

#[test]
fn a_recording_is_not_changed_against_itself() {
    let comparison = compare(&same(), &same());
    assert!(!comparison.is_changed(), "{comparison:?}");
    assert!(comparison.shifts.iter().all(|shift| !shift.clear));
}

#[test]
fn other_figures_are_a_shift_and_no_change() {
    let slower = recording(|n, request| {
        request.ttft_ms = 900 + n;
        request.tokens = (200, 50, 10);
    });
    let comparison = compare(&same(), &slower);
    assert!(!comparison.is_changed(), "{comparison:?}");
    let shift = comparison
        .shifts
        .iter()
        .find(|shift| shift.metric == "time to first token")
        .unwrap();
    let (before, after) = (shift.before.unwrap(), shift.after.unwrap());
    assert_eq!(
        (before.count, before.p50, after.p50),
        (10, 104_000.0, 904_000.0)
    );
    assert!(shift.clear);
    assert_eq!(shift.relative.unwrap(), 904.0 / 104.0 - 1.0);
}

#[test]
fn endpoints_and_models_that_only_one_has_are_new_or_gone() {
    let mut before = same();
    before.plain("GET", "https://old.example/x", 200);
    let mut after = recording(|_, request| request.settings["model"] = json!("n"));
    after.plain("GET", "https://new.example/x", 200);
    let comparison = compare(&before, &after);
    assert_eq!(comparison.endpoints.new, ["GET new.example/x"]);
    assert_eq!(comparison.endpoints.gone, ["GET old.example/x"]);
    assert_eq!(comparison.models.new, ["n"]);
    assert_eq!(comparison.models.gone, ["m"]);
    assert!(comparison.is_changed());
}

#[test]
fn event_types_are_compared_where_both_have_events() {
    let with = |url: &str, kind: &str| {
        let mut recording = same();
        recording.line(
            json!({"kind": "exchange", "format": 1, "id": 99, "connection": 1,
            "transport": "websocket", "started_at": "2026-11-23T02:30:00.000000Z",
            "request": {"method": "GET", "url": url, "http_version": "HTTP/1.1"},
            "response": {"status": 101, "http_version": "HTTP/1.1", "start_us": 5,
                "events": [{"at_us": 5, "json": {"type": kind}, "bytes": 9}]},
            "outcome": {"state": "complete"}}),
        );
        recording
    };
    let names = |before: &Recording, after: &Recording| compare(before, after).events;
    // The other recordings have the same endpoint over HTTP.
    let place = "wss://api.openai.com/v1/responses";
    let found = names(&with(place, "response.created"), &with(place, "new"));
    assert_eq!(found.new, ["api.openai.com/v1/responses: new"]);
    assert_eq!(found.gone, [] as [&str; 0]);
    assert!(names(&same(), &with("wss://elsewhere.example/", "new")).is_empty());
}

#[test]
fn of_events_over_both_transports_the_more_frequent_are_compared() {
    let mut after = same();
    after.line(
        json!({"kind": "exchange", "format": 1, "id": 99, "connection": 1, "transport": "websocket",
        "started_at": "2026-11-23T02:30:00.000000Z",
        "request": {"method": "GET", "url": "wss://api.openai.com/v1/responses", "http_version": "HTTP/1.1"},
        "response": {"status": 101, "http_version": "HTTP/1.1", "start_us": 5, "events":
            [{"at_us": 5, "json": {"type": "response.created", "rare": 1}, "bytes": 9}]},
        "outcome": {"state": "complete"}}),
    );
    assert_eq!(compare(&same(), &after).drift, []);
    // Twenty messages are more than the ten events over HTTP.
    let many = |data: Value| {
        let mut recording = same();
        let event = json!({"at_us": 5, "json": data, "bytes": 9});
        recording.line(
            json!({"kind": "exchange", "format": 1, "id": 99, "connection": 1, "transport": "websocket",
            "started_at": "2026-11-23T02:30:00.000000Z",
            "request": {"method": "GET", "url": "wss://api.openai.com/v1/responses", "http_version": "HTTP/1.1"},
            "response": {"status": 101, "http_version": "HTTP/1.1", "start_us": 5, "events": vec![event; 20]},
            "outcome": {"state": "complete"}}),
        );
        recording
    };
    let before = many(json!({"type": "response.created"}));
    let after = many(json!({"type": "response.created", "rare": 1}));
    let drift = compare(&before, &after).drift;
    let paths: Vec<_> = drift.iter().map(|drift| drift.path.as_str()).collect();
    assert_eq!(paths, ["rare"]);
}

#[test]
fn payloads_drift_by_path_and_by_type() {
    let after = recording(|_, request| {
        request.settings["tools"] = Value::Null;
        request.settings["store"] = json!({"deep": {"deeper": 1}});
        request.settings["instructions"] = json!(7);
    });
    let drift = compare(&same(), &after).drift;
    let found: Vec<_> = drift
        .iter()
        .map(|drift| (drift.path.as_str(), &drift.change))
        .collect();
    let types = |before, after| DriftKind::Types {
        before: vec![before],
        after: vec![after],
    };
    assert_eq!(
        found,
        [
            ("instructions", &types(JsonType::String, JsonType::Integer)),
            (
                "store",
                &DriftKind::New {
                    types: vec![JsonType::Object]
                }
            ),
            ("tools", &types(JsonType::Array, JsonType::Null)),
            (
                "tools[]",
                &DriftKind::Gone {
                    types: vec![JsonType::Object]
                }
            ),
        ]
    );
}

#[test]
fn how_often_an_optional_member_comes_is_no_drift() {
    let some = |every: u64| {
        recording(move |n, request| {
            if n % every == 0 {
                request.settings["store"] = json!(true);
            }
        })
    };
    assert_eq!(compare(&some(2), &some(5)).drift, []);
}

#[test]
fn values_of_an_enumeration_are_told_apart() {
    let with = |effort: &'static str| {
        recording(move |_, request| request.settings["effort"] = json!(effort))
    };
    let drift = compare(&with("low"), &with("high")).drift;
    let change = drift.iter().find(|drift| drift.path == "effort").unwrap();
    let values = DriftKind::Values {
        new: vec!["high".to_owned()],
        gone: vec!["low".to_owned()],
    };
    assert_eq!(change.change, values);
}

#[test]
fn prompts_and_tools_are_compared_as_texts() {
    let after = recording(|_, request| {
        request.settings["instructions"] = json!("be brief\nbe bold\n");
        request.settings["tools"][0]["name"] = json!("walk");
        request.input.insert(0, message("developer", "one more\n"));
    });
    let changes = compare(&same(), &after).prompt;
    let diff = |change: &PromptChange| change.diff.clone().unwrap_or_default();
    let instructions: Vec<_> = changes
        .iter()
        .filter(|change| change.part == Part::Instructions)
        .map(diff)
        .collect();
    assert_eq!(
        instructions,
        [
            "@@ -1,2 +1,2 @@\n be brief\n-be kind\n+be bold\n",
            "@@ -0,0 +1 @@\n+one more\n"
        ]
    );
    let tools: Vec<_> = changes
        .iter()
        .filter(|change| change.part == Part::Tools)
        .map(|change| {
            (
                change.name.as_deref(),
                change.bytes_before.is_some(),
                change.bytes_after.is_some(),
            )
        })
        .collect();
    assert_eq!(
        tools,
        [(Some("run"), true, false), (Some("walk"), false, true)]
    );
}

#[test]
fn headers_are_compared_by_name_in_lower_case() {
    let line = |name: &str| {
        json!({"kind": "exchange", "format": 1, "id": 99, "connection": 1, "transport": "http",
            "started_at": "2026-11-23T02:30:00.000000Z",
            "request": {"method": "GET", "url": "https://h.example/", "http_version": "HTTP/2",
                "headers": [{"name": "Accept", "value": "x"}, {"name": name, "value": "x"}]},
            "outcome": {"state": "failed"}})
    };
    let with = |name| {
        let mut recording = same();
        recording.line(line(name));
        recording
    };
    assert_eq!(compare(&with("X-One"), &with("x-one")).headers, []);
    let changes = compare(&with("X-One"), &with("X-Two")).headers;
    let [change] = changes.as_slice() else {
        panic!("{changes:?}")
    };
    assert_eq!(change.endpoint, "GET h.example/");
    assert_eq!(
        (change.names.new.as_slice(), change.names.gone.as_slice()),
        (&["x-two".to_owned()][..], &["x-one".to_owned()][..])
    );
}

#[test]
fn the_comparison_of_all_that_can_change_is_as_reviewed() {
    let mut before = same();
    before.plain("GET", "https://old.example/x", 200);
    let mut after = recording(|n, request| {
        request.ttft_ms = 300 + 10 * n;
        request.tokens = (200 + n, 50, 20);
        request.settings = json!({
            "model": "n", "instructions": "be brief\nbe bold\n", "store": true,
            "tools": [{"type": "function", "name": "walk", "description": "walks"}],
        });
        request.input.insert(0, message("developer", "one more\n"));
    });
    after.plain("GET", "https://new.example/x", 200);
    let mut out = Vec::new();
    let comparison = compare(&before, &after);
    Format::Markdown
        .write_comparison(&comparison, &mut out)
        .unwrap();
    insta::assert_snapshot!(String::from_utf8(out).unwrap());
}

#[test]
fn every_format_but_csv_writes_a_comparison_and_hostile_text_stays_text() {
    let evil = "</pre><script>alert(1)</script>";
    let after = recording(|_, request| {
        request.settings["instructions"] = json!(evil);
        request.settings["model"] = json!(evil);
        request.settings[evil] = json!(evil);
        request.settings["tools"][0]["name"] = json!(evil);
    });
    let comparison = compare(&same(), &after);
    let written = |format: Format| {
        let mut out = Vec::new();
        format
            .write_comparison(&comparison, &mut out)
            .map(|()| String::from_utf8(out).unwrap())
    };
    assert!(written(Format::Csv).is_err());
    assert!(written(Format::Json).is_ok());
    let markdown = written(Format::Markdown).unwrap();
    assert!(markdown.starts_with("# What changed\n") && markdown.contains("```diff"));
    let page = written(Format::Html).unwrap();
    assert!(!page.contains("<script"), "{page}");
    assert!(page.contains("<del>-be kind</del>"), "{page}");
}
