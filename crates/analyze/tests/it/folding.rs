//! Recordings with more endpoints than are kept apart: bounded, counted, reported, and the same
//! however they are read.

use std::fs;
use std::path::Path;
use std::process::Command;

use analyze::{Aggregate, Format, Report, Scan};

/// An exchange whose response is JSON.
fn exchange(id: usize, url: &str, events: &str) -> String {
    format!(
        r#"{{"kind":"exchange","format":1,"id":{id},"connection":1,"started_at":"2026-11-23T02:34:00.{id:06}Z","transport":"http","request":{{"method":"POST","url":"{url}","http_version":"HTTP/2","headers":[{{"name":"x-a","value":"1"}}],"body":{{"json":{{"n":1}},"bytes":7,"wire_bytes":7}},"end_us":1}},"response":{{"status":200,"http_version":"HTTP/2","headers":[],"body":{{"json":{{"ok":true}},"bytes":11,"wire_bytes":11}},"events":[{events}],"start_us":2,"end_us":3}},"outcome":{{"state":"complete"}}}}"#
    )
}

/// A word for each number: nothing in it looks like an id.
fn word(mut number: usize) -> String {
    let mut word = String::new();
    for _ in 0..4 {
        word.push(char::from(b'a' + u8::try_from(number % 10).unwrap()));
        number /= 10;
    }
    word
}

/// 4,000 endpoints: of one host, of 1,000 hosts, and one of a model that comes last by name.
fn many() -> String {
    let mut lines = Vec::new();
    for number in 0..3000 {
        let id = lines.len() + 1;
        lines.push(exchange(
            id,
            &format!("https://one.test/{}", word(number)),
            "",
        ));
        if number % 3 == 0 {
            let id = lines.len() + 1;
            lines.push(exchange(
                id,
                &format!("https://{}.test/x", word(number)),
                "",
            ));
        }
    }
    let id = lines.len() + 1;
    lines.push(exchange(id, "https://zzz.test/v1/responses", ""));
    // In another order than that of their names.
    let (evens, odds): (Vec<_>, Vec<_>) = (0..).zip(lines).partition(|(at, _)| at % 2 == 0);
    let lines = odds.into_iter().rev().chain(evens).map(|(_, line)| line);
    lines.collect::<Vec<_>>().join("\n")
}

fn scan(text: &str, threads: usize) -> Aggregate {
    let input = std::io::Cursor::new(text.to_owned().into_bytes());
    let scan = Scan::default().threads(threads);
    scan.read_from(input, Path::new("x"), 0).unwrap()
}

fn written(report: &Report) -> String {
    let mut out = Vec::new();
    for format in [Format::Markdown, Format::Json] {
        format.write(report, &mut out).unwrap();
    }
    String::from_utf8(out).unwrap()
}

#[test]
fn endpoints_past_the_bound_are_counted_together_and_said() {
    let report = scan(&many(), 1).finish();
    let endpoints = report.endpoints.as_ref().unwrap();
    let all: u64 = endpoints.endpoints.iter().map(|stats| stats.count).sum();
    assert_eq!(all, 4001);
    let folded = endpoints.endpoints.iter();
    let folded: Vec<_> = folded
        .filter(|stats| stats.endpoint.path == "{folded}")
        .collect();
    // 2,000 stay apart; a host's others are one row, and those of the hosts past 500 are one.
    assert_eq!(endpoints.endpoints.len() - folded.len(), 2000);
    assert_eq!(endpoints.folded, 2001);
    assert!(folded.len() <= 501, "{}", folded.len());
    assert_eq!(folded.iter().map(|stats| stats.count).sum::<u64>(), 2001);
    assert_eq!(report.glance.as_ref().unwrap().hosts, 1002);
    // Models come before names.
    let model = endpoints.endpoints.iter();
    let mut model = model.filter(|stats| stats.endpoint.host == "zzz.test");
    assert_eq!(model.next().unwrap().endpoint.path, "/v1/responses");
    assert_eq!(report.timeline.as_ref().unwrap().exchanges.len(), 4001);
    let structure = report.structure.as_ref().unwrap();
    assert!(structure.payloads.len() <= 2 * 2000);
    let mut markdown = Vec::new();
    Format::Markdown.write(&report, &mut markdown).unwrap();
    let markdown = String::from_utf8(markdown).unwrap();
    assert!(
        markdown.contains("2,001 are counted together"),
        "{markdown}"
    );
    assert!(
        "endpoints==4001"
            .parse::<analyze::Assertion>()
            .unwrap()
            .check(&report)
            .holds
    );
}

#[test]
fn folding_depends_neither_on_threads_nor_on_the_order_of_merging() {
    let text = many();
    let whole = written(&scan(&text, 1).finish());
    // Blocks are a mebibyte: with this many threads each has a part.
    for threads in [2, 5] {
        assert!(
            written(&scan(&text, threads).finish()) == whole,
            "{threads} threads"
        );
    }
    let lines: Vec<&str> = text.lines().collect();
    for sizes in [1500, 700] {
        let parts = lines.chunks(sizes).enumerate().map(|(index, part)| {
            // Blank lines are passed over, but count.
            scan(&("\n".repeat(index * sizes) + &part.join("\n")), 1)
        });
        let mut merged = Aggregate::default();
        parts.rev().for_each(|part| merged.merge(part));
        assert!(written(&merged.finish()) == whole, "parts of {sizes}");
    }
}

#[test]
fn threads_past_the_bound_are_summed_up_and_said() {
    let lines: Vec<String> = (1..=2100)
        .map(|id| {
            format!(
                r#"{{"kind":"exchange","format":1,"id":{id},"connection":1,"started_at":"2026-11-23T02:34:00.{id:06}Z","transport":"http","request":{{"method":"POST","url":"https://h/v1/responses","http_version":"HTTP/2","headers":[{{"name":"x-codex-turn-metadata","value":"{{\"thread_id\":\"t{id}\",\"turn_id\":\"u{id}\"}}"}}],"body":{{"json":{{"model":"m","input":[]}},"bytes":10,"wire_bytes":10}},"end_us":1}},"response":{{"status":200,"http_version":"HTTP/2","headers":[],"events":[],"start_us":2,"end_us":3}},"outcome":{{"state":"complete"}}}}"#
            )
        })
        .collect();
    let report = scan(&lines.join("\n"), 2).finish();
    let conversation = report.conversation.as_ref().unwrap();
    assert_eq!(
        (conversation.threads.len(), conversation.folded),
        (2001, 100)
    );
    let rest = conversation.threads.last().unwrap();
    assert_eq!(rest.id.as_deref(), Some("{folded}"));
    assert_eq!((rest.body_bytes, rest.steps.len()), (1000, 0));
    let transcript = report.transcript.as_ref().unwrap();
    assert_eq!((transcript.threads.len(), transcript.folded), (2000, 100));
    assert_eq!(report.glance.as_ref().unwrap().threads, 2100);
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["conversation"]["folded"], 100);
    let text = written(&report);
    assert!(
        text.contains("The last 100 threads share one row"),
        "not said"
    );
    let mut page = Vec::new();
    Format::Html.write(&report, &mut page).unwrap();
    let page = String::from_utf8(page).unwrap();
    assert!(
        page.contains("no room for 100 more conversations"),
        "not said on the page"
    );
}

#[test]
fn at_most_ten_thousand_schemas_are_written() {
    let folder = tempfile::tempdir().unwrap();
    let recording = folder.path().join("traffic.jsonl");
    let events: Vec<String> = (0..500)
        .map(|number| format!(r#"{{"at_us":2,"json":{{"type":"e{number}"}},"bytes":9}}"#))
        .collect();
    let lines: Vec<String> = (0..25)
        .map(|number| {
            let url = format!("https://one.test/{}", word(number));
            exchange(number + 1, &url, &events.join(","))
        })
        .collect();
    fs::write(&recording, lines.join("\n")).unwrap();
    let schemas = folder.path().join("schemas");
    let output = Command::new(env!("CARGO_BIN_EXE_analyze"))
        .arg(&recording)
        .args(["--section", "glance", "--schema"])
        .arg(&schemas)
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    assert!(
        said.contains("10000 of 12550 schemas are written"),
        "{said}"
    );
    assert_eq!(fs::read_dir(&schemas).unwrap().count(), 10_000);
}
