//! The hot paths of a recording, each run so often as is asked: `paths NAME TIMES`.
//!
//! `.ci/bench-check` runs this under callgrind with two counts and divides the difference.
//! Taps, recorder and sink are the real ones, on one thread; there is no network, no TLS and
//! no clock, so that the same input takes the same instructions.

use std::iter::repeat_n;
use std::process::ExitCode;

use capture::JsonlSink;
use capture::harness::{Piece, record};

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (name, times) = (arguments.next(), arguments.next());
    // `cargo bench` and `cargo test --benches` name no path: they only ask whether it starts.
    let Some(times) = times.and_then(|times| times.parse().ok()) else {
        println!("{}", PATHS.map(|(name, _)| name).join("\n"));
        return ExitCode::SUCCESS;
    };
    let Some((_, path)) = PATHS
        .iter()
        .find(|(path, _)| Some(*path) == name.as_deref())
    else {
        eprintln!("paths: there is no path of this name");
        return ExitCode::FAILURE;
    };
    path(times);
    ExitCode::SUCCESS
}

/// A path's name, and what runs it so many times.
type Path = (&'static str, fn(usize));

const PATHS: [Path; 4] = [
    (
        "capture: an HTTP exchange, 1 KB up, 1 KB down",
        small_exchange,
    ),
    (
        "capture: an HTTP exchange, 64 KB of JSON up",
        large_exchange,
    ),
    ("capture: one server-sent event", sse_event),
    ("capture: one WebSocket message", websocket_message),
];

fn small_exchange(times: usize) {
    exchanges(times, &json(1000));
}

fn large_exchange(times: usize) {
    exchanges(times, &json(64_000));
}

fn exchanges(times: usize, body: &[u8]) {
    let request = http1(
        "POST /v1/responses HTTP/1.1\r\nhost: example.test\r\nauthorization: Bearer sk-1234567890abcdef0\r\n",
        body,
    );
    let response = http1("HTTP/1.1 200 OK\r\ndate: today\r\n", &json(1000));
    let exchange = [Piece::Up(&request), Piece::Down(&response)];
    let recorded = record(sink(), repeat_n(exchange, times).flatten());
    assert_eq!(recorded, times as u64);
}

fn sse_event(times: usize) {
    let event = "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\
                 \"item_id\":\"msg_1\",\"output_index\":0,\"content_index\":0,\"delta\":\" word\"}\n\n";
    let chunk = format!("{:x}\r\n{event}\r\n", event.len());
    let request = http1(
        "POST /v1/responses HTTP/1.1\r\nhost: example.test\r\n",
        b"{}",
    );
    let head =
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
    let pieces = [Piece::Up(&request), Piece::Down(head.as_bytes())]
        .into_iter()
        .chain(repeat_n(Piece::Down(chunk.as_bytes()), times))
        .chain([Piece::Down(b"0\r\n\r\n")]);
    assert_eq!(record(sink(), pieces), 1);
}

fn websocket_message(times: usize) {
    let request = "GET /v1/responses HTTP/1.1\r\nhost: example.test\r\nconnection: upgrade\r\n\
                   upgrade: websocket\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
    let head =
        "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n";
    let ask = [b"\x81\x82\0\0\0\0".as_slice(), b"{}"].concat();
    let text =
        "{\"type\":\"response.output_text.delta\",\"output_index\":0,\"delta\":\" some words\"}";
    let length = u8::try_from(text.len()).expect("a short message");
    let message = [&[0x81, length], text.as_bytes()].concat();
    let pieces = [
        Piece::Up(request.as_bytes()),
        Piece::Down(head.as_bytes()),
        Piece::Up(&ask),
    ];
    let pieces = pieces
        .into_iter()
        .chain(repeat_n(Piece::Down(&message), times));
    assert_eq!(record(sink(), pieces), 2);
}

/// A message of HTTP/1 whose head begins so.
fn http1(head: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!("{head}content-type: application/json\r\ncontent-length: {length}\r\n\r\n");
    [head.as_bytes(), body].concat()
}

/// What an agent's request is made of: prose, code and keys; at least so long.
fn json(bytes: usize) -> Vec<u8> {
    let item = concat!(
        r#"{"type":"message","role":"user","content":[{"type":"input_text","text":"Read src/main.rs, "#,
        r#"then say what it does and which tests hold it; change nothing yet.\n\n```\nfn main() {\n"#,
        r#"    let name = \"world\";\n    println!(\"Hello, {name}\");\n}\n```\n"}]}"#,
    );
    let items = vec![item; bytes.div_ceil(item.len())].join(",");
    format!(r#"{{"model":"m","stream":true,"input":[{items}]}}"#).into_bytes()
}

fn sink() -> JsonlSink {
    JsonlSink::open("/dev/null").expect("it takes everything")
}
