//! The HTML report: safe against what a recording holds, and whole.

use analyze::{Format, Report};
use proptest::prelude::*;
use serde_json::json;

use crate::recordings::{Recording, Request, message};

fn html(report: &Report) -> String {
    let mut page = Vec::new();
    Format::Html
        .write(report, &mut page)
        .expect("memory takes all that is written");
    String::from_utf8(page).expect("the page is text")
}

/// A recording with `evil` wherever a recording can have text.
fn saying(evil: &str) -> Recording {
    let mut recording = Recording::default();
    let host = format!("{evil}.example");
    recording
        .line(json!({"kind": "session", "format": 1, "started_at": "2026-11-23T02:30:00.000000Z",
            "tool": evil, "agent": evil, "command": [evil, evil], "intercept": [evil],
            "limits": {"body": 1, "queue": 1}, "secrets": "redacted"}))
        .call(Request {
            input: vec![message("developer", evil), message("user", evil)],
            settings: json!({
                "model": evil, "instructions": evil, "reasoning": {"effort": evil}, evil: evil,
                "tools": [{"type": "function", "name": evil, "description": evil}],
                "client_metadata": {"thread_id": evil, "turn_id": evil, "thread_source": evil},
            }),
            output: vec![
                message("assistant", evil),
                json!({"type": "function_call", "name": evil, "call_id": evil, "arguments": evil}),
                json!({"type": evil, "id": evil}),
            ],
            ..Request::default()
        })
        .call(Request {
            start_ms: 900,
            input: vec![
                message("developer", &format!("{evil}\n{evil}")),
                json!({"type": "function_call_output", "call_id": evil, "output": evil}),
            ],
            settings: json!({
                "model": evil, "instructions": format!("{evil}{evil}"),
                "tools": [{"type": "function", "name": evil, "description": "other"}],
                "client_metadata": {"thread_id": evil, "turn_id": evil},
            }),
            ..Request::default()
        })
        .plain(evil, &format!("https://{host}/{evil}?{evil}"), 404)
        .line(json!({"kind": "exchange", "format": 1, "id": 77, "connection": 1, "transport": "http",
            "started_at": "2026-11-23T02:30:09.000000Z", "notes": [evil],
            "request": {"method": "POST", "url": "https://api.openai.com/v1/responses", "http_version": evil,
                "headers": [{"name": evil, "value": evil}, {"name": "user-agent", "value": evil},
                    {"name": "authorization", "value": evil}, {"name": "cookie", "value": evil}],
                "body": {"json": {"model": evil, "input": evil, evil: [evil]}, "bytes": 1, "wire_bytes": 1,
                    "encoding": evil, "problem": evil}},
            "response": {"status": 500, "reason": evil, "http_version": evil,
                "headers": [{"name": evil, "value": evil}, {"name": "set-cookie", "value": evil}],
                "body": {"json": {"error": {"message": evil, "code": evil, "type": evil}}, "bytes": 1, "wire_bytes": 1},
                "start_us": 5, "end_us": 9},
            "outcome": {"state": "aborted", "reason": evil}}))
        .line(json!({"kind": "connection", "format": 1, "id": 1, "end_us": 9, "bytes_up": 1, "bytes_down": 1,
            "started_at": "2026-11-23T02:30:00.000000Z", "authority": format!("{host}:443"), "sni": evil,
            "protocol": evil, "alpn_offer": [evil], "upstream_address": evil, "via": evil, "notes": [evil],
            "disposition": {"state": "rejected", "cause": evil, "reason": evil},
            "process": {"pid": 7, "name": evil}}))
        .line(json!({"kind": "end", "format": 1, "exchanges": 4, "lost": 1, "first_loss": evil}));
    recording
}

/// The elements that a page may have.
const ELEMENTS: &[&str] = &[
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "a",
    "div",
    "header",
    "h1",
    "h2",
    "h3",
    "h4",
    "p",
    "nav",
    "ol",
    "ul",
    "li",
    "main",
    "section",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "code",
    "pre",
    "em",
    "strong",
    "blockquote",
    "figure",
    "figcaption",
    "i",
    "span",
    "svg",
    "desc",
    "rect",
    "line",
    "polyline",
    "circle",
    "text",
    "details",
    "summary",
    "ins",
    "del",
    "footer",
    "hr",
    "br",
];

/// Panics unless every `<` on the page opens or closes an element of ours, with attributes of ours.
fn assert_only_our_markup(page: &str) {
    let body = page
        .split_once("</style>")
        .expect("the page has a style sheet")
        .1;
    for tag in body.split('<').skip(1) {
        let inside = tag
            .split_once('>')
            .unwrap_or_else(|| panic!("{tag:.80} never ends"))
            .0;
        let name = inside
            .trim_start_matches('/')
            .split([' ', '\n', '/'])
            .next()
            .unwrap_or("");
        assert!(ELEMENTS.contains(&name), "<{inside}> is no element of ours");
        // Outside of quotes there are only attribute names, none of which may run or load anything.
        let outside: String = inside.split('"').step_by(2).collect();
        for forbidden in [" on", "src", "srcdoc", "style=", "formaction"] {
            assert!(!outside.contains(forbidden), "<{inside}> has {forbidden}");
        }
        if let Some((_, target)) = inside.split_once("href=\"") {
            assert!(target.starts_with('#'), "<{inside}> leads off the page");
        }
    }
}

#[test]
fn a_script_in_any_place_that_a_recording_has_is_text() {
    for evil in [
        "<script>alert(1)</script>",
        "\"><script>alert(1)</script>",
        "' onmouseover='alert(1)",
        "\" onload=\"alert(1)",
        "</title></style></svg></pre><script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "`<script>alert(1)</script>``",
        "|<script>|`<script>`|\n\n<script>alert(1)</script>\n\n# <script>",
        "```\n</code></pre><script>alert(1)</script>\n```\n~~~~\n<script>",
        "[x](javascript:alert(1)) ![x](https://example.com/pixel.png) <https://example.com/>",
        "<!-- --> <![CDATA[ <script> ]]> <?xml?>",
        "&lt;script&gt; &#60;script&#62;",
        "\u{202e}<script>\u{0}\u{1b}[31m",
    ] {
        let page = html(&saying(evil).report());
        assert!(
            !page.to_lowercase().contains("<script"),
            "{evil} came through"
        );
        assert_only_our_markup(&page);
    }
}

#[test]
fn the_page_forbids_scripts_and_loads_nothing() {
    let page = html(&saying("x").report());
    assert!(
        page.contains("content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'")
    );
    let style = page
        .split_once("<style>")
        .and_then(|(_, rest)| rest.split_once("</style>"));
    let (style, _) = style.expect("the page has a style sheet");
    assert!(!style.contains("url(") && !style.contains("@import"));
}

#[test]
fn every_place_that_is_linked_to_is_there_once() {
    let page = html(&saying("x").report());
    for part in page.split("href=\"#").skip(1) {
        let id = part.split('"').next().unwrap_or("");
        assert_eq!(page.matches(&format!(" id=\"{id}\"")).count(), 1, "#{id}");
    }
    for part in page.split("aria-labelledby=\"").skip(1) {
        for id in part.split('"').next().unwrap_or("").split(' ') {
            assert_eq!(page.matches(&format!(" id=\"{id}\"")).count(), 1, "#{id}");
        }
    }
}

#[test]
fn the_page_has_the_pictures_and_the_whole_transcript() {
    let page = html(&saying("something said").report());
    for title in [
        "Requests over time",
        "Status over time",
        "Sizes by endpoint",
        "Tokens of each turn",
        "Input tokens of each request, by conversation",
    ] {
        assert!(
            page.contains(&format!("<figcaption>{title}</figcaption>")),
            "{title}"
        );
    }
    assert!(page.contains("<pre>something said</pre>"));
    assert!(
        page.contains("<ins>+something saidsomething said</ins>"),
        "no diff of the instructions"
    );
}

#[test]
fn a_label_in_a_picture_is_cut_where_there_is_no_more_room() {
    let fits = format!("https://host.example/{}", "x".repeat(19));
    let mut recording = Recording::default();
    recording.plain("GET", &fits, 200);
    recording.plain("GET", &format!("{fits}y"), 200);
    let page = html(&recording.report());
    let label = format!(">1 GET host.example/{}</text>", "x".repeat(19));
    assert!(page.contains(&label), "38 characters have room");
    let label = format!(">2 GET host.example/{}…</text>", "x".repeat(18));
    assert!(page.contains(&label), "39 have none");
}

#[test]
fn columns_without_end_do_not_have_labels_without_end() {
    let mut recording = Recording::default();
    for turn in 0..250 {
        recording.call(Request {
            start_ms: turn * 1000,
            settings: json!({"client_metadata": {"thread_id": "t", "turn_id": turn.to_string()}}),
            ..Request::default()
        });
    }
    let page = html(&recording.report());
    let (_, figure) = page.split_once("Tokens of each turn</figcaption>").unwrap();
    let (figure, _) = figure.split_once("</figure>").unwrap();
    let labels = figure.matches("text-anchor=\"middle\"").count();
    assert!((5..=60).contains(&labels), "{labels} labels");
}

#[test]
fn large_texts_are_cut_with_a_note_and_the_page_stays_small() {
    let mut recording = Recording::default();
    for n in 0..60 {
        let text = format!("{n} ").repeat(30_000);
        recording.call(Request {
            start_ms: n * 1000,
            input: vec![message("user", &text), message("developer", &text)],
            ..Request::default()
        });
    }
    let page = html(&recording.report());
    assert!(page.contains("Only the beginning: "));
    assert!(page.len() < 20 << 20, "{} bytes", page.len());
}

#[test]
fn a_conversation_without_end_ends_with_a_note() {
    let mut recording = Recording::default();
    let items: Vec<_> = (0..35_000)
        .map(|n| message("user", &n.to_string()))
        .collect();
    recording.call(Request {
        input: items,
        ..Request::default()
    });
    let page = html(&recording.report());
    assert!(page.contains("The page had no room for "));
    assert!(page.len() < 24 << 20, "{} bytes", page.len());
}

#[test]
fn an_empty_report_is_still_a_page() {
    let page = html(&Report::default());
    assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn no_text_becomes_markup(evil in "[<>\"'&`|\\[\\]()#=/a-z!\\-\\n ~*_]{1,40}") {
        assert_only_our_markup(&html(&saying(&evil).report()));
    }
}
