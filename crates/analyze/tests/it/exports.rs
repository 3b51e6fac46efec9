//! Exports: HAR, CSV, schemas.

use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Output};

use capture::record::{Event, Exchange, Record};
use serde_json::Value;

use crate::fixtures;

fn analyze(arguments: &[&str]) -> Output {
    let output = Command::new(env!("CARGO_BIN_EXE_analyze"))
        .args(arguments)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

fn har(name: &str, more: &[&str]) -> Value {
    let path = fixtures::path(name);
    let arguments = [&[path.to_str().unwrap(), "-f", "har"], more].concat();
    serde_json::from_slice(&analyze(&arguments).stdout).unwrap()
}

#[test]
fn a_har_has_an_entry_for_each_exchange_with_its_times() {
    let har = har("hand-websocket", &[]);
    assert_eq!(har["log"]["version"], "1.2");
    let entries = har["log"]["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 6);
    // The model list: sent after 100 us, answered from 40,100 to 41,000.
    let models = &entries[0];
    assert_eq!(models["timings"]["send"], 0.1);
    assert_eq!(models["timings"]["wait"], 40.0);
    assert_eq!(models["timings"]["receive"], 0.9);
    assert_eq!(models["time"], 0.1 + 40.0 + 0.9);
    assert_eq!(
        models["request"]["queryString"][0]["name"],
        "client_version"
    );
    assert_eq!(
        models["response"]["content"]["text"],
        r#"{"models":[{"slug":"gpt-6.1-sol"}]}"#
    );
}

#[test]
fn messages_and_events_are_in_the_har() {
    let socket = har("hand-websocket", &[]);
    // The third is the prewarm: one message up, two down.
    let messages = socket["log"]["entries"][2]["_webSocketMessages"]
        .as_array()
        .unwrap();
    let ways: Vec<&str> = messages
        .iter()
        .map(|message| message["type"].as_str().unwrap())
        .collect();
    assert_eq!(ways, ["send", "receive", "receive"]);
    let created: Value = serde_json::from_str(messages[1]["data"].as_str().unwrap()).unwrap();
    assert_eq!(created["type"], "response.created");

    let http = har("hand-sse", &[]);
    let content = &http["log"]["entries"][1]["response"]["content"];
    let text = content["text"].as_str().unwrap();
    assert!(
        text.starts_with("event: response.created\ndata: {\"type\":"),
        "{text}"
    );
    // With its framing, as long as the recording says.
    assert_eq!(content["size"], text.len() as u64);
}

#[test]
fn a_har_can_be_filtered() {
    let har = har(
        "hand-errors",
        &["--filter", "kind=model", "--filter", "status>=400"],
    );
    let entries = har["log"]["entries"].as_array().unwrap();
    let statuses: Vec<u64> = entries
        .iter()
        .map(|entry| entry["response"]["status"].as_u64().unwrap())
        .collect();
    assert_eq!(statuses, [426, 429, 503]);
}

#[test]
fn the_csv_has_a_row_for_each_exchange() {
    let path = fixtures::path("hand-websocket");
    let output = analyze(&[path.to_str().unwrap(), "-f", "csv"]);
    let text = String::from_utf8(output.stdout).unwrap();
    let rows: Vec<Vec<&str>> = text
        .split_terminator("\r\n")
        .map(|row| row.split(',').collect())
        .collect();
    assert_eq!(rows.len(), 1 + 6);
    assert!(rows.iter().all(|row| row.len() == rows[0].len()));
    let column = |name: &str| rows[0].iter().position(|head| *head == name).unwrap();
    let of_turn_1 = |name: &str| rows[4][column(name)];
    assert_eq!(of_turn_1("kind"), "turn");
    assert_eq!(of_turn_1("ttft_us"), "300000");
    assert_eq!(
        (of_turn_1("input_tokens"), of_turn_1("cached_tokens")),
        ("1000", "640")
    );
}

/// Each payload of a recording, with the name of its schema's file.
fn payloads(name: &str) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for record in analyze::Reader::open(&fixtures::path(name)).unwrap() {
        if let Record::Exchange(exchange) = record.unwrap() {
            add_payloads(&exchange, &mut found);
        }
    }
    found
}

fn add_payloads(exchange: &Exchange, found: &mut Vec<(String, Value)>) {
    let parse = |json: &serde_json::value::RawValue| serde_json::from_str(json.get()).unwrap();
    let kind = |event: &Event| -> Option<String> {
        let value: Value = parse(event.json.as_ref()?);
        Some(value["type"].as_str()?.to_owned())
    };
    if let Some(json) = exchange
        .request
        .body
        .as_ref()
        .and_then(|body| body.json.as_ref())
    {
        found.push(("request".to_owned(), parse(json)));
    }
    let Some(response) = &exchange.response else {
        return;
    };
    if let Some(json) = response.body.as_ref().and_then(|body| body.json.as_ref()) {
        found.push(("response".to_owned(), parse(json)));
    }
    for event in &response.events {
        if let (Some(json), Some(kind)) = (&event.json, kind(event)) {
            found.push((format!("event-{kind}"), parse(json)));
        }
    }
}

#[test]
fn the_schemas_hold_for_every_payload_of_a_real_session() {
    for name in ["codex-websocket", "codex-sse", "hand-errors"] {
        let folder = tempfile::tempdir().unwrap();
        let path = fixtures::path(name);
        let schemas = folder.path().to_str().unwrap();
        analyze(&[
            path.to_str().unwrap(),
            "--schema",
            schemas,
            "--section",
            "glance",
        ]);
        let mut validators = BTreeMap::new();
        for entry in fs::read_dir(folder.path()).unwrap() {
            let entry = entry.unwrap();
            let schema: Value = serde_json::from_slice(&fs::read(entry.path()).unwrap()).unwrap();
            let validator = jsonschema::draft202012::new(&schema).unwrap();
            validators.insert(entry.file_name().into_string().unwrap(), validator);
        }
        let payloads = payloads(name);
        assert!(payloads.len() > 10, "{name}");
        for (part, payload) in payloads {
            let end = format!("-{part}.schema.json");
            let own = validators.iter().filter(|(file, _)| file.ends_with(&end));
            assert!(own.clone().count() > 0, "{name}: no schema for {part}");
            assert!(
                own.clone()
                    .any(|(_, validator)| validator.is_valid(&payload)),
                "{name}: {part} does not hold: {payload}"
            );
        }
    }
}
