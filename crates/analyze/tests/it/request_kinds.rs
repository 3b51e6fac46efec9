//! What a request of codex is for: what its metadata says, else what it looks like.

use analyze::{Call, Exchange, Kind};
use serde_json::{Value, json};

fn kind(url: &str, metadata: Value, body: Value) -> Kind {
    let exchange = json!({
        "kind": "exchange", "format": 1, "id": 1, "connection": 1, "transport": "http",
        "started_at": "2026-11-23T10:00:00Z",
        "request": {
            "method": "POST", "url": url, "http_version": "HTTP/2",
            "headers": [{"name": "x-codex-turn-metadata", "value": metadata.to_string()}],
            "body": {"json": body}
        },
        "outcome": {"state": "complete"},
    });
    let call = Exchange::read(exchange.to_string().as_bytes(), Call::of).unwrap();
    call.expect("an exchange").expect("a call").kind
}

#[test]
fn the_metadata_says_what_a_request_is_for() {
    const RESPONSES: &str = "https://api.openai.com/v1/responses";
    let plain = || json!({"model": "m", "input": []});
    for (metadata, expected) in [
        (json!({"request_kind": "turn"}), Kind::Turn),
        (json!({"request_kind": "prewarm"}), Kind::Prewarm),
        (json!({"request_kind": "compaction"}), Kind::Compaction),
        (json!({"request_kind": "memory"}), Kind::Other),
        (
            json!({"request_kind": "turn", "thread_source": "thread_title"}),
            Kind::Title,
        ),
        (json!({}), Kind::Turn),
    ] {
        assert_eq!(
            kind(RESPONSES, metadata.clone(), plain()),
            expected,
            "{metadata}"
        );
    }
}

#[test]
fn without_a_word_in_the_metadata_the_request_tells() {
    const RESPONSES: &str = "https://api.openai.com/v1/responses";
    let silent = json!({"model": "m", "input": [], "generate": false});
    assert_eq!(kind(RESPONSES, json!({}), silent), Kind::Prewarm);
    let plain = json!({"model": "m", "input": []});
    let compact = "https://api.openai.com/v1/responses/compact";
    assert_eq!(kind(compact, json!({}), plain), Kind::Compaction);
}
