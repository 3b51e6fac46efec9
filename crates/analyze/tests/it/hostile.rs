//! Recordings are other people's text: nothing in them has an effect in a report.

use analyze::{Format, Report};
use pulldown_cmark::{Event, Options, Parser, Tag};

use crate::fixtures;

/// What a hostile recording puts wherever there may be text.
const POISON: &str = "</code><script>alert(1)</script>|`x`[a](javascript:b)\u{1b}[31m\r\n# T\u{202e}\u{7f}\u{9b}2J\u{2028}\u{200b}\u{e0041}";

/// A report on a recording in which `from` reads as poison.
fn poisoned(name: &str, from: &[&str]) -> Report {
    let input = std::io::Cursor::new(poisoned_text(name, from).into_bytes());
    let scanned = analyze::Scan::default().read_from(input, POISON.as_ref(), 0);
    scanned.unwrap().finish()
}

fn poisoned_text(name: &str, from: &[&str]) -> String {
    let escaped = serde_json::to_string(POISON).unwrap();
    let escaped = &escaped[1..escaped.len() - 1];
    let mut text = fixtures::text(name);
    for part in from {
        assert!(text.contains(part), "{part}");
        text = text.replace(part, escaped);
    }
    text
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

/// Whether a character acts on a terminal or ends a line where no format says so.
fn acts(character: char) -> bool {
    let is_ours = matches!(character, '\n' | '\t');
    (character.is_control() && !is_ours) || matches!(character, '\u{2028}' | '\u{2029}')
}

/// Whether a character hides, or turns the direction of text.
fn hides(character: char) -> bool {
    matches!(
        character,
        '\u{202a}'..='\u{202e}' | '\u{200b}' | '\u{e0041}'
    )
}

#[test]
fn no_format_carries_raw_controls_and_those_to_read_hide_nothing() {
    for report in reports() {
        for format in Format::ALL {
            let mut out = Vec::new();
            format.write(&report, &mut out).unwrap();
            let text = String::from_utf8(out).unwrap().replace("\r\n", "\n");
            assert!(!text.contains(acts), "a control in {format}");
            if *format != Format::Json {
                assert!(!text.contains(hides), "something hidden in {format}");
            }
            if matches!(format, Format::Markdown | Format::Html) {
                assert!(text.contains("⟨U+202E⟩"), "nothing shown in {format}");
            }
        }
        let comparison = analyze::Comparison::of(&report, &report);
        for format in [Format::Markdown, Format::Html, Format::Json] {
            let mut out = Vec::new();
            format.write_comparison(&comparison, &mut out).unwrap();
            assert!(!String::from_utf8(out).unwrap().contains(acts), "{format}");
        }
    }
    let text = poisoned_text("hand-websocket", &["github.com", "Be brief"]);
    let mut har = analyze::HarWriter::new(Vec::new()).unwrap();
    let input = std::io::Cursor::new(text.into_bytes());
    let scan = analyze::Scan::default();
    scan.for_each_from(input, "x".as_ref(), analyze::HarEntry::of, |entry| {
        har.add(&entry?).unwrap();
        Ok::<(), analyze::Error>(())
    })
    .unwrap();
    let har = String::from_utf8(har.finish().unwrap()).unwrap();
    assert!(har.contains("\\u009b") && !har.contains(acts));
    serde_json::from_str::<serde_json::Value>(&har).unwrap();
}

/// The real headings: those outside of fenced blocks.
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

#[test]
fn sizes_that_add_up_to_too_much_do_no_harm() {
    let max = u64::MAX;
    let line = format!(
        r#"{{"kind":"exchange","format":1,"id":1,"connection":1,"started_at":"2026-11-23T02:34:00Z","transport":"http","request":{{"method":"GET","url":"https://h/","http_version":"HTTP/2","body":{{"text":"x","bytes":{max}}}}},"response":{{"status":200,"http_version":"HTTP/2","start_us":1,"events":[{{"at_us":1,"text":"a","bytes":{max}}},{{"at_us":2,"text":"b","bytes":{max}}}]}},"outcome":{{"state":"complete"}}}}"#
    );
    let entry = analyze::Exchange::read(line.as_bytes(), analyze::HarEntry::of);
    let mut har = analyze::HarWriter::new(Vec::new()).unwrap();
    har.add(&entry.unwrap().unwrap()).unwrap();
    let har = String::from_utf8(har.finish().unwrap()).unwrap();
    assert!(har.contains(r#"data: a\n\ndata: b\n\n"#), "{har}");
}
