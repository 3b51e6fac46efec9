//! Tests: what is written is what `docs/record.schema.json` and `docs/record-format.md` describe.

use std::fs;
use std::io::Write;
use std::sync::LazyLock;
use std::time::Duration;

use serde_json::Value;
use serde_json::value::RawValue;

use crate::proxy::recorder::{Config, Recorder, start};
use crate::proxy::sink::jsonl::JsonlSink;
use crate::proxy::wire::{BodyDraft, Direction, Draft, RequestDraft, ResponseDraft, SocketInfo};
use crate::record::{
    Body, Connection, Delay, Disposition, Dispositions, End, Event, Exchange, Header,
    Informational, Limits, Outcome, OutcomeState, Process, Record, Request, Response, Secrets,
    Session, State, Timestamp, Tls, Transport, Unread, WebSocketCounts,
};

static SCHEMA: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../../../../docs/record.schema.json")).unwrap()
});

fn validate(line: &Value) {
    let validator = jsonschema::validator_for(&SCHEMA).unwrap();
    let errors: Vec<_> = validator
        .iter_errors(line)
        .map(|error| format!("{error} at {}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:?}: {line}");
}

/// Follows `$ref`, and the alternatives at the root by `kind`.
fn resolve(schema: &Value) -> &Value {
    match schema["$ref"].as_str() {
        Some(reference) => SCHEMA.pointer(reference.trim_start_matches('#')).unwrap(),
        None => schema,
    }
}

/// Checks that every key of `value` is described.
fn assert_described(value: &Value, schema: &Value, path: &str) {
    let schema = resolve(schema);
    match value {
        Value::Object(fields) if schema["properties"].is_object() => {
            for (key, value) in fields {
                let property = &schema["properties"][key];
                let is_described = property["description"].is_string();
                assert!(is_described, "{path}.{key} is not in the schema");
                assert_described(value, property, &format!("{path}.{key}"));
            }
        }
        Value::Array(items) => {
            for item in items {
                assert_described(item, &schema["items"], &format!("{path}[]"));
            }
        }
        _ => {}
    }
}

fn check(line: &[u8]) -> Value {
    let value: Value = serde_json::from_slice(line).unwrap();
    validate(&value);
    let kind = value["kind"].as_str().unwrap();
    assert_described(&value, &SCHEMA["$defs"][kind], kind);
    Record::from_json(line).unwrap();
    value
}

fn line(record: &Record) -> Vec<u8> {
    let mut line = Vec::new();
    record.write_json(&mut line).unwrap();
    line
}

fn headers(fields: &[(&str, &str)]) -> Vec<Header> {
    fields
        .iter()
        .map(|(name, value)| Header {
            name: (*name).into(),
            value: (*value).into(),
        })
        .collect()
}

fn some<T: From<&'static str>>() -> Option<T> {
    Some("0123456789abcdef0123456789abcdef".into())
}

fn session() -> Session {
    Session {
        started_at: Timestamp::from_micros(1),
        tool: "codex-dissect 0.1.0".into(),
        agent: some(),
        command: vec!["codex".into()],
        offline: true,
        intercept: vec!["*.openai.com".into()],
        limits: Limits {
            body: 1 << 16,
            queue: 1 << 20,
        },
        secrets: Secrets::Redacted,
    }
}

fn body() -> Body {
    Body {
        json: Some(RawValue::from_string("null".into()).unwrap()),
        text: None,
        base64: None,
        bytes: 4,
        wire_bytes: 4,
        encoding: some(),
        hash: some(),
        truncated: true,
        problem: some(),
    }
}

fn event() -> Event {
    Event {
        at_us: 1,
        event: some(),
        json: None,
        text: some(),
        base64: None,
        bytes: 32,
        wire_bytes: Some(3),
        truncated: true,
    }
}

fn response() -> Response {
    Response {
        status: 200,
        reason: some(),
        http_version: "HTTP/1.1".into(),
        headers: headers(&[("a", "b")]),
        informational: vec![Informational {
            status: 103,
            headers: headers(&[("link", "x")]),
            at_us: 1,
        }],
        body: Some(Body {
            json: None,
            base64: some(),
            ..body()
        }),
        events: vec![event()],
        trailers: headers(&[("a", "b")]),
        start_us: 2,
        end_us: Some(3),
    }
}

fn exchange() -> Exchange {
    Exchange {
        id: 1,
        connection: 1,
        started_at: Timestamp::from_micros(1),
        transport: Transport::Websocket,
        upgrade: Some(1),
        request: Request {
            method: "GET".into(),
            url: "wss://host/".into(),
            http_version: "HTTP/1.1".into(),
            headers: headers(&[("a", "b")]),
            body: Some(body()),
            trailers: headers(&[("a", "b")]),
            end_us: Some(1),
        },
        response: Some(response()),
        outcome: Outcome {
            state: OutcomeState::Aborted,
            reason: some(),
        },
        delay: Some(Delay {
            max_us: 1,
            total_us: 2,
        }),
        notes: vec!["a note".into()],
    }
}

fn tls() -> Option<Tls> {
    Some(Tls {
        version: "TLSv1.3".into(),
        cipher: "TLS13_AES_256_GCM_SHA384".into(),
        alpn: some(),
    })
}

fn connection() -> Connection {
    Connection {
        id: 1,
        started_at: Timestamp::from_micros(1),
        count: 2,
        authority: some(),
        disposition: Disposition {
            state: State::Opaque,
            unread: Some(Unread::NotMatched),
            cause: some(),
            reason: some(),
        },
        process: Some(Process {
            pid: 1,
            name: "codex".into(),
        }),
        protocol: some(),
        sni: some(),
        alpn_offer: vec!["h2".into()],
        downstream_tls: tls(),
        upstream_tls: tls(),
        upstream_address: some(),
        via: some(),
        dns_us: Some(1),
        tcp_us: Some(1),
        upstream_tls_us: Some(1),
        downstream_tls_us: Some(1),
        end_us: 1,
        bytes_up: 1,
        bytes_down: 1,
        exchanges: 1,
        lost: 1,
        websocket: Some(WebSocketCounts {
            messages_up: 1,
            messages_down: 1,
            pings: 1,
            close_up: Some(1000),
            close_down: Some(1005),
            extensions: some(),
            problem: some(),
        }),
        notes: vec!["a note".into()],
    }
}

fn end() -> End {
    End {
        ended_at: Some(Timestamp::from_micros(1)),
        exchanges: 1,
        aborted: 1,
        failed: 0,
        truncated: 1,
        lost: 1,
        first_loss: some(),
        connections: Dispositions {
            intercepted: 1,
            opaque: 1,
            rejected: 1,
            failed: 1,
            refused: 1,
        },
    }
}

#[test]
fn every_field_that_can_be_written_is_described() {
    // No field is left to a default here, so a new one does not compile without a word in this test.
    for record in [
        Record::Session(session()),
        Record::Exchange(Box::new(exchange())),
        Record::Connection(Box::new(connection())),
        Record::End(end()),
    ] {
        check(&line(&record));
    }
}

#[test]
fn every_field_of_the_schema_is_in_the_page() {
    let page = include_str!("../../../../../docs/record-format.md");
    for (name, definition) in SCHEMA["$defs"].as_object().unwrap() {
        let Some(properties) = definition["properties"].as_object() else {
            continue;
        };
        let (_, section) = page.split_once(&format!("# {name}\n")).unwrap();
        let section = section.split("\n##").next().unwrap();
        for (field, property) in properties {
            let described = property["description"].as_str().unwrap();
            assert!(
                section.contains(&format!("| `{field}`")),
                "{name}.{field} is missing"
            );
            assert!(
                section.contains(described),
                "{name}.{field} is described otherwise"
            );
        }
    }
}

#[test]
fn a_line_that_is_none_is_refused_by_the_schema() {
    let validator = jsonschema::validator_for(&SCHEMA).unwrap();
    for line in [
        r#"{"kind":"exchange","format":1}"#,
        r#"{"kind":"other","format":1,"exchanges":1}"#,
        r#"{"kind":"end","format":2,"exchanges":1}"#,
        r#"{"kind":"end","format":1,"exchanges":-1}"#,
    ] {
        let value: Value = serde_json::from_str(line).unwrap();
        assert!(!validator.is_valid(&value), "{line}");
    }
}

/// What a tap saw: a request and its answer, with bodies as they travelled.
fn draft(
    recorder: &Recorder,
    request: (&[(&str, &str)], &[u8]),
    response: (&[(&str, &str)], &[u8]),
) -> Box<Draft> {
    let body = |bytes: &[u8]| {
        let mut body = BodyDraft::default();
        for piece in bytes.chunks(100) {
            body.push(piece, recorder.clock().now(), recorder.body_limit());
        }
        body
    };
    let at = recorder.clock().now();
    Box::new(Draft {
        id: recorder.next_exchange(),
        connection: 1,
        start: at,
        request: RequestDraft {
            method: "POST".into(),
            url: "https://host/path".into(),
            http_version: "HTTP/1.1",
            headers: headers(request.0),
            body: body(request.1),
            trailers: headers(&[("checksum", "1")]),
            end: Some(at),
        },
        response: Some(ResponseDraft {
            status: 200,
            reason: Some("OK".into()),
            http_version: "HTTP/1.1",
            headers: headers(response.0),
            body: body(response.1),
            trailers: Vec::new(),
            start: at,
            end: Some(recorder.clock().now()),
        }),
        informational: vec![(103, headers(&[("link", "x")]), at)],
        delay: Delay {
            max_us: 1,
            total_us: 1,
        },
        outcome: Some(Outcome {
            state: OutcomeState::Complete,
            reason: None,
        }),
        notes: Vec::new(),
    })
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn every_line_that_the_recorder_writes_is_valid() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("traffic.jsonl");
    let config = Config {
        body_limit: 1 << 16,
        queue_limit: 1 << 24,
        keep_secrets: false,
        pause_after_flush: Duration::ZERO,
        session: session(),
    };
    let (recorder, thread) = start(config, JsonlSink::open(&path).unwrap()).unwrap();
    let json = b"{\n  \"a\": 1.50,\r\n  \"token\": \"hunter2hunter2\"\n}";
    let events = b"event: a\ndata: {\"n\":1}\n\ndata: [DONE]\n\ndata: \xff\n\ndata: cut";
    let stream = ("content-type", "text/event-stream; charset=utf-8");
    let gzipped = ("content-encoding", "gzip");
    for (request, response) in [
        ((&[][..], &json[..]), (&[][..], &b"plain text"[..])),
        ((&[gzipped][..], &gzip(json)), (&[stream][..], &events[..])),
        (
            (&[gzipped][..], b"not gzip"),
            (&[stream, gzipped][..], &gzip(events)),
        ),
        (
            (&[][..], &[0xff; 100]),
            (&[gzipped][..], &gzip(&vec![b'x'; 1 << 20])),
        ),
        (
            (&[][..], &vec![b'y'; 1 << 17]),
            (&[stream, gzipped][..], b"not gzip"),
        ),
        (
            (&[][..], b""),
            (&[("content-encoding", "other")][..], b"unknown"),
        ),
        (
            (
                &[("content-type", "application/x-www-form-urlencoded")][..],
                b"code=abc&a=b",
            ),
            (&[][..], b"null"),
        ),
    ] {
        recorder.exchange(draft(&recorder, request, response));
    }
    let mut unanswered = draft(&recorder, (&[], b""), (&[], b""));
    (unanswered.response, unanswered.outcome) = (None, None);
    recorder.exchange(unanswered);
    recorder.websocket_open(SocketInfo {
        connection: 1,
        upgrade: 1,
        url: "wss://host/".into(),
        http_version: "HTTP/1.1",
        extensions: Some("permessage-deflate".into()),
    });
    for (direction, bytes) in [
        (Direction::Down, &b"\x81\x05hello"[..]),
        (Direction::Up, b"\x81\x82\0\0\0\0{}"),
        (Direction::Down, b"\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00"),
        (Direction::Down, b"\x82\x01\xff\x88\x00"),
        (Direction::Up, b"\x00\x00"),
    ] {
        recorder.websocket_bytes(1, direction, recorder.clock().now(), bytes, 1);
    }
    recorder.websocket_end(1, recorder.clock().now(), None);
    recorder.connection(connection());
    let end = thread.finish().end;

    let text = fs::read(&path).unwrap();
    let lines = text
        .strip_suffix(b"\n")
        .unwrap()
        .split(|byte| *byte == b'\n');
    let lines: Vec<_> = lines.map(check).collect();
    assert_eq!(lines.len(), 1 + 8 + 2 + 1 + 1);
    assert_eq!((end.exchanges, end.lost), (10, 0));
    let at = |pointer: &str| -> Vec<&Value> {
        lines
            .iter()
            .filter_map(|line| line.pointer(pointer))
            .collect()
    };
    assert_eq!(at("/response/events/0").len(), 4);
    assert_eq!(
        at("/request/body/problem").len() + at("/response/body/problem").len(),
        3
    );
    assert_eq!(at("/request/body/base64").len(), 1);
    assert_eq!(lines[1]["request"]["body"]["json"]["a"].to_string(), "1.5");
    assert!(!text.windows(7).any(|window| window == b"hunter2"));
    let hash = &lines[1]["request"]["body"]["hash"];
    assert_eq!(
        hash, &lines[2]["request"]["body"]["hash"],
        "the same content, encoded or not"
    );
}
