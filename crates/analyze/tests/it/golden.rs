//! Snapshots of the whole reports on the recordings in `fixtures/recordings`.
//!
//! `figures` checks their figures by hand; these tests notice a change of any character.

use analyze::{Format, Kind, Part, Section};

use crate::fixtures::{NAMES, REAL, report};

#[test]
fn the_markdown_reports_are_as_reviewed() {
    for name in NAMES {
        let mut out = Vec::new();
        Format::Markdown.write(&report(name), &mut out).unwrap();
        insta::assert_snapshot!(format!("{name}.md"), String::from_utf8(out).unwrap());
    }
}

#[test]
fn the_json_reports_are_as_reviewed() {
    for name in NAMES {
        insta::assert_json_snapshot!(format!("{name}.json"), report(name));
    }
}

#[test]
fn the_reports_on_the_real_codex_are_as_reviewed() {
    // The prompt and the key paths of all payloads would be a hundred pages.
    let left_out = [Section::Prompt, Section::Structure];
    let mut wanted = Section::ALL.to_vec();
    wanted.retain(|section| !left_out.contains(section));
    for name in REAL {
        let mut report = report(name);
        report.keep(&wanted);
        let mut out = Vec::new();
        Format::Markdown.write(&report, &mut out).unwrap();
        insta::assert_snapshot!(format!("{name}.md"), String::from_utf8(out).unwrap());
    }
}

#[test]
fn the_real_codex_says_the_same_over_every_transport() {
    for name in REAL {
        let mut threads = report(name).conversation.unwrap().threads;
        assert_eq!((threads.len(), threads[0].turns), (1, 1), "{name}");
        let mut steps = std::mem::take(&mut threads[0].steps);
        // A step that was cut, and its retry, are one.
        steps.retain(|step| step.kind == Kind::Turn);
        let new: Vec<Vec<Part>> = steps
            .iter()
            .map(|step| step.new_bytes.keys().copied().collect())
            .collect();
        let expected = [vec![Part::Instructions, Part::User], vec![Part::ToolResult]];
        assert_eq!(new, expected, "{name}");
        let grown = steps[1].context_bytes - steps[0].context_bytes;
        assert!(
            (500..1500).contains(&grown),
            "{name}: {grown} more than the step before"
        );
    }
}
