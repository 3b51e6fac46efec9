//! What a report says of connections that carried nothing.

use analyze::Format;
use serde_json::json;

use crate::recordings::Recording;

#[test]
fn who_gave_a_connection_up_is_told_from_who_was_refused() {
    let mut recording = Recording::default();
    for (id, cause) in [(1, "unused"), (2, "agent_gone"), (3, "no_password")] {
        recording.line(
            json!({"kind": "connection", "format": 1, "id": id, "end_us": 9,
            "bytes_up": 1, "bytes_down": 1, "started_at": "2026-11-23T02:30:00.000000Z",
            "authority": format!("{cause}.example:443"),
            "disposition": {"state": "refused", "cause": cause}}),
        );
    }
    let mut out = Vec::new();
    Format::Markdown
        .write(&recording.report(), &mut out)
        .unwrap();
    let text = String::from_utf8(out).unwrap();
    let said = |cause: &str, what: &str| {
        let host = format!("`{cause}.example");
        text.lines()
            .any(|line| line.contains(&host) && line.contains(what))
    };
    assert!(said("unused", "the agent gave up"), "{text}");
    assert!(said("agent_gone", "the agent gave up"), "{text}");
    assert!(said("no_password", "refused by the proxy"), "{text}");
}

#[test]
fn the_brackets_of_an_address_stay_and_its_port_does_not() {
    for url in ["http://[2001:db8::1]/x", "http://[2001:db8::1]:80/x"] {
        let mut recording = Recording::default();
        recording.plain("GET", url, 200);
        let endpoints = recording.report().endpoints.unwrap().endpoints;
        assert_eq!(endpoints[0].endpoint.host, "[2001:db8::1]", "{url}");
    }
}
