//! What is recorded is what `docs/record.schema.json` and `docs/record-format.md` describe.

use std::fs;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::{Arc, LazyLock};

use capture::JsonlSink;
use capture::record::{
    Body, Connection, Delay, Disposition, Dispositions, End, Event, Exchange, Header,
    Informational, Limits, Outcome, OutcomeState, Process, Record, Request, Response, Secrets,
    Session, State, Timestamp, Tls, Transport, Unread, WebSocketCounts,
};
use serde_json::Value;
use serde_json::value::RawValue;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

use crate::harness::{Origin, Wire, ask, proxy_to, read_head, spawn, within};

static SCHEMA: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../../../docs/record.schema.json")).unwrap()
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
    let page = include_str!("../../../../docs/record-format.md");
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

/// The head fields and the body of a message.
type Message = (&'static [(&'static str, &'static str)], Vec<u8>);

/// Requests with their answers, one for each way in which a body can be recorded.
fn exchanges() -> Vec<(Message, Message)> {
    let json = b"{\n  \"a\": 1.50,\r\n  \"token\": \"hunter2hunter2\"\n}";
    let events = b"event: a\ndata: {\"n\":1}\n\ndata: [DONE]\n\ndata: \xff\n\ndata: cut";
    let gzipped = &[("content-encoding", "gzip")];
    let stream = &[("content-type", "text/event-stream; charset=utf-8")];
    let gzipped_stream = &[
        ("content-type", "text/event-stream; charset=utf-8"),
        ("content-encoding", "gzip"),
    ];
    let form = &[("content-type", "application/x-www-form-urlencoded")];
    vec![
        ((&[], json.to_vec()), (&[], b"plain text".to_vec())),
        ((gzipped, gzip(json)), (stream, events.to_vec())),
        (
            (gzipped, b"not gzip".to_vec()),
            (gzipped_stream, gzip(events)),
        ),
        (
            (&[], vec![0xff; 100]),
            (gzipped, gzip(&vec![b'x'; 1 << 20])),
        ),
        (
            (&[], vec![b'y'; 1 << 17]),
            (gzipped_stream, b"not gzip".to_vec()),
        ),
        (
            (&[], Vec::new()),
            (&[("content-encoding", "other")], b"unknown".to_vec()),
        ),
        ((form, b"code=abc&a=b".to_vec()), (&[], b"null".to_vec())),
    ]
}

/// A message as it travels: in chunks, with a trailer.
fn chunked(first_line: &str, (fields, body): &Message) -> Vec<u8> {
    let mut head = format!("{first_line}\r\nhost: origin.test\r\ntransfer-encoding: chunked\r\n");
    for (name, value) in *fields {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    let mut bytes = (head + "\r\n").into_bytes();
    for chunk in body.chunks(100) {
        bytes.extend(format!("{:x}\r\n", chunk.len()).into_bytes());
        bytes.extend(chunk);
        bytes.extend(b"\r\n");
    }
    bytes.extend(b"0\r\nchecksum: 1\r\n\r\n");
    bytes
}

/// Sends `answers` once all requests have come; or opens a WebSocket, and sends some messages.
async fn serve(mut wire: Wire, answers: Arc<Vec<u8>>) {
    let Some(head) = wire.read_request().await else {
        return;
    };
    if !head.ends_with(b"upgrade: websocket\r\n\r\n") {
        wire.read_all().await;
        wire.send(&*answers).await;
        return wire.close().await;
    }
    wire.send(
        "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-extensions: permessage-deflate\r\n\r\n",
    )
    .await;
    wire.send(b"\x81\x05hello").await;
    wire.read_exact(&mut [0; AGENT_FRAME.len()]).await.unwrap();
    wire.send(ORIGIN_FRAMES).await;
    wire.read_all().await;
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// `{}`, masked with zeros.
const AGENT_FRAME: &[u8] = b"\x81\x82\0\0\0\0{}";

/// `Hello` compressed, a binary message, and an empty Close frame.
const ORIGIN_FRAMES: &[u8] = b"\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00\x82\x01\xff\x88\x00";

/// An open tunnel to the origin.
async fn tunnel(proxy: SocketAddr) -> TcpStream {
    let mut stream = TcpStream::connect(proxy).await.unwrap();
    let connect = "CONNECT origin.test:80 HTTP/1.1\r\nhost: origin.test:80\r\n\r\n";
    stream.write_all(connect.as_bytes()).await.unwrap();
    assert!(read_head(&mut stream).await.starts_with("HTTP/1.1 200"));
    stream
}

#[tokio::test]
async fn every_line_that_the_recorder_writes_is_valid() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("traffic.jsonl");
    let (mut requests, mut answers) = (Vec::new(), Vec::new());
    for (request, answer) in exchanges() {
        requests.extend(chunked("POST /path HTTP/1.1", &request));
        answers.extend(b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n");
        answers.extend(chunked("HTTP/1.1 200 OK", &answer));
    }
    let unanswered = chunked("POST /path HTTP/1.1", &(&[], Vec::new()));
    requests.extend(unanswered);
    let answers = Arc::new(answers);
    let origin = Origin::plain(move |wire| serve(wire, Arc::clone(&answers))).await;
    let (builder, _) = proxy_to(&origin, JsonlSink::open(&path).unwrap());
    let proxy = builder.body_limit(1 << 16).bind().await.unwrap();
    let addr = proxy.local_addr();
    let (stop, stopped) = oneshot::channel::<()>();
    let running = spawn(async move {
        let until = async { stopped.await.unwrap() };
        proxy.run(until).await.unwrap()
    });

    let mut agent = tunnel(addr).await;
    agent.write_all(&requests).await.unwrap();
    agent.shutdown().await.unwrap();
    ask(&mut agent, "").await;

    let mut agent = tunnel(addr).await;
    let upgrade = "GET /path HTTP/1.1\r\nhost: origin.test\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n";
    agent.write_all(upgrade.as_bytes()).await.unwrap();
    read_head(&mut agent).await;
    agent.read_exact(&mut [0; 7]).await.unwrap();
    agent.write_all(AGENT_FRAME).await.unwrap();
    agent
        .read_exact(&mut [0; ORIGIN_FRAMES.len()])
        .await
        .unwrap();
    // A frame that no agent may send.
    agent.write_all(b"\x00\x00").await.unwrap();
    agent.shutdown().await.unwrap();
    ask(&mut agent, "").await;
    stop.send(()).unwrap();
    let end = within(running).await.unwrap();

    let text = fs::read(&path).unwrap();
    let lines = text
        .strip_suffix(b"\n")
        .unwrap()
        .split(|byte| *byte == b'\n');
    let lines: Vec<_> = lines.map(check).collect();
    // The session; eight requests; the upgrade and two exchanges after it; two connections; the end.
    assert_eq!(lines.len(), 1 + 8 + 3 + 2 + 1);
    assert_eq!((end.exchanges, end.lost), (11, 0));
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
