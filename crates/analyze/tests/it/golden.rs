//! Snapshots of the whole reports on the recordings in `fixtures/recordings`.
//!
//! `figures` checks their figures by hand; these tests notice a change of any character.

use analyze::{Format, Kind, Part, Report, Section};

use crate::fixtures::{NAMES, REAL, report};

/// `report` in one format.
fn written(report: &Report, format: Format) -> String {
    let mut out = Vec::new();
    format.write(report, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn the_markdown_reports_are_as_reviewed() {
    for name in NAMES {
        insta::assert_snapshot!(
            format!("{name}.md"),
            written(&report(name), Format::Markdown)
        );
    }
}

#[test]
fn the_json_reports_are_as_reviewed() {
    for name in NAMES {
        insta::assert_json_snapshot!(format!("{name}.json"), report(name));
    }
}

#[test]
fn the_pictures_are_as_reviewed() {
    for name in NAMES {
        let page = written(&report(name), Format::Html);
        let figures = page.split("<figure>").skip(1);
        let figures: Vec<&str> = figures
            .map(|rest| rest.split_once("</figure>").unwrap().0)
            .collect();
        let elements = figures.join("\n").replace("><", ">\n<");
        insta::assert_snapshot!(format!("{name}.pictures.html"), elements);
    }
}

#[test]
fn the_transcript_on_the_page_is_as_reviewed() {
    let mut report = report("hand-websocket");
    report.keep(&[Section::Transcript]);
    let page = written(&report, Format::Html);
    let (_, body) = page.split_once("<main").unwrap();
    insta::assert_snapshot!("hand-websocket.transcript.html", body.replace("><", ">\n<"));
}

#[test]
fn the_tables_are_as_reviewed() {
    for name in NAMES {
        insta::assert_snapshot!(format!("{name}.csv"), written(&report(name), Format::Csv));
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
        insta::assert_snapshot!(format!("{name}.md"), written(&report, Format::Markdown));
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
