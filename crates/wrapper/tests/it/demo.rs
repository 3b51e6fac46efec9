//! `wrap --demo` without codex, end to end.

use std::fs;

use capture::record::{Exchange, Record, Transport};
use serde_json::Value;

use crate::wrap::{Machine, stderr, stdout};

#[test]
fn a_demo_without_codex_records_each_request_as_the_stand_in_saw_it() {
    let machine = Machine::new();
    let (log, session) = (
        machine.home().join("log.jsonl"),
        machine.home().join("session"),
    );
    let mut wrap = machine.wrap(["--demo", "--stand-in-log"]);
    wrap.arg(&log).arg("--output").arg(&session);
    // No codex is there: the demo agent is part of `wrap`.
    wrap.env("PATH", machine.home());
    let done = wrap.output().unwrap();
    assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
    assert!(
        stdout(&done).contains("hello-from-codex-dissect"),
        "{}",
        stdout(&done)
    );

    let exchanges = exchanges(&fs::read_to_string(session.join("traffic.jsonl")).unwrap());
    let messages = on_websocket(&exchanges);
    assert_eq!(messages.len(), 3, "prewarm, turn, tool result");
    let log = fs::read_to_string(log).unwrap();
    let entries = log.lines().map(|line| serde_json::from_str(line).unwrap());
    let entries: Vec<Value> = entries
        .filter(|entry: &Value| entry["transport"] == "websocket")
        .collect();
    assert_eq!(entries.len(), messages.len());
    for (message, entry) in messages.iter().zip(&entries) {
        let sent = message
            .request
            .body
            .as_ref()
            .unwrap()
            .json
            .as_ref()
            .unwrap();
        assert_eq!(sent.get(), entry["received"]);
        let events = &message.response.as_ref().unwrap().events;
        let events: Vec<&str> = events
            .iter()
            .map(|event| event.json.as_ref().unwrap().get())
            .collect();
        assert_eq!(serde_json::json!(events), entry["sent"]);
    }
    let streamed = exchanges
        .iter()
        .find(|exchange| exchange.request.method == "POST");
    let streamed = streamed.unwrap().response.as_ref().unwrap();
    assert!(
        streamed.events.len() > 5,
        "one request is over server-sent events"
    );
}

fn exchanges(recording: &str) -> Vec<Exchange> {
    let records = recording
        .lines()
        .map(|line| Record::from_json(line.as_bytes()).unwrap());
    let exchanges = records.filter_map(|record| match record {
        Record::Exchange(exchange) => Some(*exchange),
        _ => None,
    });
    exchanges.collect()
}

fn on_websocket(exchanges: &[Exchange]) -> Vec<&Exchange> {
    let messages = exchanges.iter();
    messages
        .filter(|exchange| exchange.transport == Transport::Websocket)
        .collect()
}
