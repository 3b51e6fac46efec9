//! Recordings are other people's text: nothing in them acts in a report.

use analyze::{Format, Report};
use pulldown_cmark::{Event, Options, Parser, Tag};

use crate::fixtures;

/// What a hostile recording puts wherever text may stand.
const POISON: &str =
    "</code><script>alert(1)</script>|`x`[a](javascript:b)\u{1b}[31m\r\n# T\u{202e}";

/// A report on a recording in which `from` reads as poison.
fn poisoned(name: &str, from: &[&str]) -> Report {
    let escaped = serde_json::to_string(POISON).unwrap();
    let escaped = &escaped[1..escaped.len() - 1];
    let mut text = fixtures::text(name);
    for part in from {
        assert!(text.contains(part), "{part}");
        text = text.replace(part, escaped);
    }
    let input = std::io::Cursor::new(text.into_bytes());
    let scanned = analyze::Scan::default().read_from(input, POISON.as_ref(), 0);
    scanned.unwrap().finish()
}

fn reports() -> [Report; 2] {
    [
        poisoned(
            "hand-websocket",
            &[
                "gpt-6.1-sol",
                "github.com",
                "codex_exec",
                "codex-dissect",
                "exec",
                "Be brief",
                "codex.tool.call",
            ],
        ),
        poisoned(
            "hand-errors",
            &[
                "rate_limit_exceeded",
                "no such host",
                "unknown_ca",
                "/steal",
                "the origin reset",
            ],
        ),
    ]
}

#[test]
fn poison_does_nothing_in_markdown() {
    for report in reports() {
        let mut out = Vec::new();
        Format::Markdown.write(&report, &mut out).unwrap();
        let markdown = String::from_utf8(out).unwrap();
        let controls = |c: char| c.is_control() && c != '\n' && c != '\t';
        assert!(
            !markdown.contains(controls),
            "a control character came through"
        );
        assert!(!markdown.contains('\u{202e}'));
        let mut headings = 0;
        for event in Parser::new_ext(&markdown, Options::ENABLE_TABLES) {
            match event {
                Event::Html(html) | Event::InlineHtml(html) => panic!("HTML: {html}"),
                Event::Start(Tag::Link { dest_url, .. }) => panic!("a link: {dest_url}"),
                Event::Start(Tag::Heading { .. }) => headings += 1,
                _ => {}
            }
        }
        assert_eq!(headings, real_headings(&markdown));
    }
}

/// The headings that are there on purpose: outside of fenced blocks.
fn real_headings(markdown: &str) -> usize {
    let mut fenced = false;
    let mut headings = 0;
    for line in markdown.lines() {
        fenced ^= line.starts_with("```");
        let ours = ["# What", "## ", "### "]
            .iter()
            .any(|start| line.starts_with(start));
        headings += usize::from(!fenced && ours);
    }
    headings
}

#[test]
fn every_row_of_a_table_has_as_many_cells_as_its_head() {
    for report in reports() {
        let mut out = Vec::new();
        Format::Markdown.write(&report, &mut out).unwrap();
        let markdown = String::from_utf8(out).unwrap();
        let mut columns = None;
        for line in markdown.lines() {
            if !line.starts_with("| ") {
                columns = None;
                continue;
            }
            let bars = line.replace("\\|", "").matches('|').count();
            assert_eq!(*columns.get_or_insert(bars), bars, "{line}");
        }
    }
}
