//! Lines that are almost exchanges: a line is damaged or not whichever way it is read.

use analyze::report::PayloadPart;
use analyze::{Scan, Section};
use serde_json::json;

use crate::agreement::assert_agreement;
use crate::recordings::{Recording, Request};

#[test]
fn a_line_that_is_no_exchange_to_the_letter_is_damaged() {
    for (of, change) in [
        (r#""id":1,"#, r#""id":1,"id":2,"#),
        (r#""http_version":"HTTP/2","#, ""),
        (r#""outcome":{"#, r#""notes":[5],"outcome":{"#),
        (r#""events":[{"#, r#""events":[{"base64":7,"#),
        (r#""headers":[{"#, r#""headers":[{"name":"x","#),
        (r#""bytes":900"#, r#""bytes":900,"truncated":1"#),
        // serde accepts an array for a struct; the format requires an object.
        (r#""headers":["#, r#""headers":[["a","b"],"#),
        (r#""body":{"#, r#""body":[{}],"no_body":{"#),
        (r#""body":{"#, r#""body":[],"no_body":{"#),
    ] {
        let text = changed(of, change);
        let input = std::io::Cursor::new(text);
        let scanned = Scan::default().read_from(input, "x".as_ref(), 0);
        let completeness = scanned.unwrap().finish().completeness.unwrap();
        assert!(completeness.unread_lines.damaged > 0, "{change}");
    }
}

#[test]
fn scan_and_reader_agree_on_strange_members() {
    for (of, changes) in CHANGES {
        for change in changes {
            assert_same_when_changed(of, change);
        }
    }
}

#[test]
fn a_name_or_a_word_written_with_escapes_is_the_same() {
    let plain = changed(r#""id":1,"#, r#""id":1,"#);
    let report = |text: String| {
        let input = std::io::Cursor::new(text);
        let scanned = Scan::default().read_from(input, "x".as_ref(), 0);
        let mut report = scanned.unwrap().finish();
        // The others count bytes of bodies, escapes included.
        report.keep(&[
            Section::Glance,
            Section::Model,
            Section::Timeline,
            Section::Errors,
        ]);
        serde_json::to_string(&report).unwrap()
    };
    let expected = report(plain.clone());
    for (word, escaped) in [
        (r#""url":"#, r#""\u0075rl":"#),
        (r#""type":"#, r#""t\u0079pe":"#),
        (r#""usage":"#, r#""usag\u0065":"#),
        (r#""response.completed""#, r#""response\u002ecompleted""#),
        (r#""message""#, r#""\u006dessage""#),
        (r#""complete""#, r#""\u0063omplete""#),
    ] {
        assert!(plain.contains(word), "{word} in {plain}");
        assert_eq!(report(plain.replace(word, escaped)), expected, "{word}");
    }
}

#[test]
fn an_event_whose_type_is_no_string_is_called_by_its_name() {
    let events = json!([
        {"at_us": 1, "event": "one", "json": {"type": 7}, "bytes": 9},
        {"at_us": 2, "event": "two", "json": {"type": 7}, "bytes": 9},
        {"at_us": 3, "event": "two", "json": {"type": 7}, "bytes": 9},
    ]);
    let mut recording = Recording::default();
    recording.line(json!({
        "kind": "exchange", "format": 1, "id": 1, "connection": 1, "transport": "http",
        "started_at": "2026-11-23T02:30:00.000000Z",
        "request": {"method": "GET", "url": "https://example.net/", "http_version": "HTTP/1.1"},
        "response": {"status": 200, "http_version": "HTTP/1.1", "start_us": 1, "end_us": 3, "events": events},
        "outcome": {"state": "complete"}
    }));
    let lines: String = recording.text().lines().map(headed).collect();
    let input = std::io::Cursor::new(lines);
    let scanned = Scan::default().read_from(input, "x".as_ref(), 0);
    let payloads = scanned.unwrap().finish().structure.unwrap().payloads;
    let events: Vec<_> = payloads
        .iter()
        .filter(|payload| payload.part == PayloadPart::Event)
        .map(|payload| (payload.event.as_deref().unwrap(), payload.samples))
        .collect();
    assert_eq!(events, [("one", 1), ("two", 2)]);
}

#[test]
fn scan_and_reader_agree_on_deep_nesting() {
    for depth in [100, 127, 128, 5_000] {
        let deep = format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        assert_same_when_changed(r#""model":"m""#, &format!(r#""model":"m","x":{deep}"#));
        assert_same_when_changed(r#""id":1,"#, &format!(r#""id":1,"x":{deep},"#));
    }
}

/// Compares the reports on two exchanges in which `of` is replaced.
fn assert_same_when_changed(of: &str, change: &str) {
    assert_agreement(changed(of, change).as_bytes(), change);
}

/// Two exchanges in which `of` is replaced, and an end.
fn changed(of: &str, change: &str) -> String {
    let mut recording = Recording::default();
    recording.call(Request::default());
    recording.plain("GET", "https://example.net/", 204);
    let text = recording.text();
    let mut text: String = text.lines().map(headed).collect();
    assert!(text.contains(of), "{of} in {text}");
    text = text.replace(of, change);
    // One record to report if the others are refused.
    text.push_str(r#"{"kind":"end","format":1,"exchanges":2}"#);
    text
}

/// The line with its kind and format first, as the recorder writes it; other lines are not read by
/// tokens.
fn headed(line: &str) -> String {
    let line = line.replacen(r#""kind":"exchange","#, "", 1);
    let line = line.replacen(r#""format":1,"#, "", 1);
    line.replacen('{', r#"{"kind":"exchange","format":1,"#, 1) + "\n"
}

/// Texts in a line, and what a test replaces them with: members repeated, missing, `null`, of
/// another type, escaped, out of range.
const CHANGES: [(&str, &[&str]); 20] = [
    (
        r#""id":1,"#,
        &[
            r#""id":1,"id":2,"#,
            r#""id":"1","#,
            r#""id":1.0,"#,
            r#""id":18446744073709551616,"#,
            "",
            r#""id":null,"#,
            r#""id":1,"new":{"a":[1]},"#,
        ],
    ),
    (
        r#""kind":"exchange","#,
        &[r#""kind":"exchange","kind":"end","#],
    ),
    (r#""format":1,"#, &[r#""format":1,"format":2,"#]),
    (
        r#""headers":["#,
        &[
            r#""headers":null,"no_headers":["#,
            r#""headers":{},"no_headers":["#,
            r#""headers":[null,"#,
            r#""headers":[{"name":"a","name":"b","value":"c"},"#,
            r#""headers":[{"name":"a","value":"\ud800"},"#,
        ],
    ),
    (
        r#""status":200"#,
        &[r#""status":65536"#, r#""status":-1"#, r#""status":2e2"#],
    ),
    (
        r#""state":"complete""#,
        &[
            r#""state":"complete","state":"failed""#,
            r#""state":"\u0063omplete""#,
            r#""state":"migrated","reason":null"#,
        ],
    ),
    (r#""transport":"http""#, &[r#""transport":null"#]),
    (r#""at_us""#, &[r#""at_\u0075s""#]),
    (r#""events":"#, &[r#""events":null,"no_events":"#]),
    (r#""body":"#, &[r#""body":null,"no_body":"#]),
    (
        r#""body":{"#,
        &[
            r#""body":{"text":"\u0000\ud83d\ude00","text":"twice","#,
            r#""body":{"json":null,"truncated":true,"problem":"x","#,
            r#""body":{"text":"\ud800","#,
            r#""body":{"base64":"\ud800","#,
            r#""body":5,"no_body":{"#,
            r#""body":{"\ud800":1,"#,
            r#""body":{"hash":5,"encoding":null,"#,
        ],
    ),
    (
        r#""http_version":"HTTP/1.1","#,
        &["", r#""http_version":5,"#],
    ),
    (
        r#""end_us":"#,
        &[r#""trailers":5,"end_us":"#, r#""end_us":1,"end_us":"#],
    ),
    (
        r#""bytes":2"#,
        &[
            r#""bytes":null"#,
            r#""bytes":2,"truncated":1"#,
            r#""bytes":2,"base64":1"#,
            r#""bytes":2,"problem":{}"#,
            r#""bytes":2,"text":5"#,
        ],
    ),
    (
        r#""outcome":{"#,
        &[
            r#""notes":5,"outcome":{"#,
            r#""notes":[5],"outcome":{"#,
            r#""notes":null,"outcome":{"#,
            r#""websocket":5,"outcome":{"#,
            r#""process":5,"outcome":{"#,
            r#""delay":5,"outcome":{"#,
            r#""interim":5,"outcome":{"#,
            r#""upgrade":"x","outcome":{"#,
            r#""outcome":["complete"],"no_outcome":{"#,
        ],
    ),
    (
        r#""events":["#,
        &[
            r#""events":[["a"],"#,
            r#""events":[{"at_us":1,"at_us":2},"#,
            r#""events":[{"at_us":1,"text":"\ud800"},"#,
            r#""events":[{"at_us":1,"base64":7},"#,
            r#""events":[{"at_us":1,"truncated":null},"#,
            r#""events":[{"at_us":1,"bytes":null},"#,
            r#""events":[{"at_us":1,"json":null,"event":null,"wire_bytes":null},"#,
        ],
    ),
    (
        r#""status":204"#,
        &[
            r#""status":204,"reason":5"#,
            r#""status":204,"informational":[{}]"#,
            r#""status":204,"informational":[{"status":103,"at_us":1}]"#,
        ],
    ),
    (
        r#""response":{"#,
        &[
            r#""response":null,"response":{"#,
            r#""response":null,"no_response":{"#,
        ],
    ),
    (
        r#""model":"m""#,
        &[
            r#""model":"m","model":"n""#,
            r#""\u006dodel":"\u006d""#,
            r#""model":{"$serde_json::private::RawValue":"1"}"#,
            r#""model":"m","x":1e999,"y":-0,"z":00"#,
        ],
    ),
    (
        "2026-11-23T02:30:00",
        &[
            "2026-11-23t02:30:00",
            "-009999-01-02T01:59:59",
            "2026-11-23T02:30:60",
        ],
    ),
];
