//! The whole reports of the recordings in `fixtures/recordings`, as snapshots.
//!
//! `figures` works out by hand what these must say; here a change of any
//! character is seen.

use analyze::Format;

use crate::fixtures::{NAMES, report};

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
