//! The transcript: what is new in each request.

use analyze::Part;
use analyze::report::{Step, Transcript};
use serde_json::{Value, json};

use crate::recordings::{Recording, Request, message};

fn steps(recording: &Recording) -> Vec<Step> {
    let transcript = recording.report().transcript.expect("it is there");
    let [thread] = <[_; 1]>::try_from(transcript.threads).expect("there is one conversation");
    thread.steps
}

/// The texts of items, in order.
fn texts(said: &[analyze::report::TranscriptItem]) -> Vec<&str> {
    said.iter()
        .filter_map(|item| item.text.as_deref())
        .collect()
}

#[test]
fn a_full_history_is_told_from_what_is_new() {
    let mut recording = Recording::default();
    let first = message("user", "first");
    recording
        .call(Request {
            input: vec![first.clone()],
            ..Request::default()
        })
        .call(Request {
            start_ms: 1000,
            // The agent sends the model's output back without its id.
            input: vec![first, message("assistant", "hi"), message("user", "second")],
            ..Request::default()
        });
    let steps = steps(&recording);
    assert_eq!(texts(&steps[0].added), ["first"]);
    assert_eq!(texts(&steps[0].output), ["hi"]);
    assert_eq!(steps[1].repeated, 2);
    assert_eq!(texts(&steps[1].added), ["second"]);
    assert!(steps[1].removed.is_empty() && steps[1].changed.is_empty());
}

#[test]
fn what_goes_on_from_a_response_is_all_new() {
    let mut recording = Recording::default();
    recording.call(Request::default()).call(Request {
        start_ms: 1000,
        input: vec![message("user", "hello")],
        settings: json!({"previous_response_id": "resp_1"}),
        ..Request::default()
    });
    let steps = steps(&recording);
    assert_eq!(texts(&steps[1].added), ["hello"]);
    assert_eq!(steps[1].repeated, 0);
}

#[test]
fn a_changed_item_a_removed_one_and_changed_settings_are_shown_as_such() {
    let tool = |text: &str| json!([{"type": "function", "name": "run", "description": text}]);
    let mut recording = Recording::default();
    let keep = message("user", "keep");
    recording
        .call(Request {
            input: vec![
                message("developer", "rule one\nrule two\n"),
                keep.clone(),
                message("user", "drop"),
            ],
            settings: json!({"instructions": "be brief\n", "tools": tool("a")}),
            output: vec![],
            ..Request::default()
        })
        .call(Request {
            start_ms: 1000,
            input: vec![message("developer", "rule one\nrule 2\n"), keep],
            settings: json!({"instructions": "be long\n", "tools": tool("b")}),
            output: vec![],
            ..Request::default()
        });
    let step = &steps(&recording)[1];
    assert_eq!(texts(&step.removed), ["drop"]);
    let diffs: Vec<_> = step
        .changed
        .iter()
        .map(|change| {
            (
                change.part,
                change.name.as_deref(),
                change.diff.as_deref().unwrap_or(""),
            )
        })
        .collect();
    assert_eq!(
        diffs[..2],
        [
            (
                Part::Instructions,
                None,
                "@@ -1,2 +1,2 @@\n rule one\n-rule two\n+rule 2\n"
            ),
            (
                Part::Instructions,
                None,
                "@@ -1 +1 @@\n-be brief\n+be long\n"
            ),
        ]
    );
    let (part, name, diff) = diffs[2];
    assert_eq!((part, name), (Part::Tools, Some("run")));
    assert!(diff.contains("-  \"description\": \"a\""), "{diff}");
}

#[test]
fn what_a_prewarm_leaves_to_the_next_turn_is_not_a_change() {
    let mut recording = Recording::default();
    recording
        .call(Request {
            input: vec![],
            output: vec![],
            ..Request::default()
        })
        .call(Request {
            start_ms: 1000,
            settings: json!({"previous_response_id": "resp_1", "instructions": "be brief",
                "tools": [{"type": "function", "name": "run"}]}),
            ..Request::default()
        });
    assert_eq!(steps(&recording)[1].changed, []);
}

#[test]
fn a_long_text_is_cut_and_says_how_long_it_was() {
    let mut recording = Recording::default();
    let long = "x".repeat(1 << 20);
    recording.call(Request {
        input: vec![message("user", &long)],
        ..Request::default()
    });
    let said = &steps(&recording)[0].added[0];
    assert!(said.cut);
    assert!(said.bytes > 1 << 20);
    assert!(said.text.as_ref().is_some_and(|text| text.len() < 1 << 17));
}

#[test]
fn items_whose_texts_were_not_kept_share_an_entry() {
    let mut recording = Recording::default();
    let long = "x".repeat(20_000);
    let items = (0..1200).map(|n| message(["user", "assistant"][n % 2], &format!("{n} {long}")));
    recording.call(Request {
        input: items.collect(),
        ..Request::default()
    });
    let steps = steps(&recording);
    let added = &steps[0].added;
    let (with, without): (Vec<_>, Vec<_>) = added.iter().partition(|said| said.text.is_some());
    assert!(with.iter().all(|said| said.items == 1));
    // 16 KiB of each text, of 16 MiB.
    assert_eq!(with.len(), 1024);
    let without: Vec<_> = without.iter().map(|said| (said.part, said.items)).collect();
    assert_eq!(without, [(Part::User, 88), (Part::Assistant, 88)]);
    let bytes: u64 = added.iter().map(|said| said.bytes).sum();
    assert!(bytes > 1200 * 20_000);
}

#[test]
fn past_a_bound_changes_are_listed_and_no_longer_compared() {
    let mut recording = Recording::default();
    for n in 0..60 {
        recording.call(Request {
            start_ms: 1000 * n,
            input: vec![message("user", "hello")],
            settings: json!({"instructions": format!("{n}\n{}", "rule\n".repeat(20_000))}),
            ..Request::default()
        });
    }
    let steps = steps(&recording);
    let changes: Vec<_> = steps.iter().flat_map(|step| &step.changed).collect();
    assert_eq!(changes.len(), 59);
    let diffs = changes.iter().take_while(|change| change.diff.is_some());
    let compared = diffs.count();
    // 200 kB each, of 1 MiB.
    assert_eq!(compared, 5);
    assert!(
        changes[compared..]
            .iter()
            .all(|change| change.diff.is_none())
    );
}

#[test]
fn text_is_found_as_deep_as_a_provider_nests_it_and_no_deeper() {
    let list = |inner: Value| json!([inner]);
    let parts = |inner: Value| json!({"content": inner});
    for nest in [&list as &dyn Fn(Value) -> Value, &parts] {
        for (levels, is_found) in [(4, true), (5, false)] {
            let content = (0..levels).fold(json!("found"), |inner, _| nest(inner));
            let mut recording = Recording::default();
            recording.call(Request {
                input: vec![json!({"type": "message", "role": "user", "content": content})],
                ..Request::default()
            });
            let steps = steps(&recording);
            // What has no text is shown as it is.
            let shown = texts(&steps[0].added);
            assert_eq!(shown == ["found"], is_found, "{content}");
        }
    }
}

#[test]
fn a_recording_without_calls_has_an_empty_transcript() {
    let mut recording = Recording::default();
    recording.plain("GET", "https://example.com/", 200);
    let transcript = recording.report().transcript;
    assert!(matches!(transcript, Some(Transcript { threads, .. }) if threads.is_empty()));
}
