//! Content-encodings: bounded, and the same however the body is cut.

use capture::harness::Harness;
use capture::record::Body;

use crate::input::{BODY_LIMIT, answer, only};

/// What the body is said to be, by the input's first byte.
const CODINGS: [&str; 8] = [
    "gzip",
    "deflate",
    "br",
    "zstd",
    "gzip, br",
    "zstd, deflate",
    "br, zstd",
    "gzip, gzip",
];

thread_local! {
    static HARNESS: Harness = Harness::new(BODY_LIMIT, true);
}

/// Decodes one body whole and in pieces.
pub fn run(data: &[u8]) {
    let Some(([coding, size], wire)) = data.split_first_chunk() else {
        return;
    };
    if wire.is_empty() || wire.len() > BODY_LIMIT {
        return;
    }
    let coding = CODINGS[usize::from(*coding) % CODINGS.len()];
    let head = format!("HTTP/1.1 200 OK\r\ncontent-encoding: {coding}\r\n\r\n");
    let whole = read(&head, wire, wire.len());
    let cut = read(&head, wire, usize::from(*size));
    if whole.problem.is_none() && !whole.truncated {
        assert_eq!(told(&whole), told(&cut), "{coding} in pieces of {size}");
    }
}

fn read(head: &str, wire: &[u8], size: usize) -> Body {
    let exchanges = HARNESS.with(|harness| harness.watch(answer(head, wire, size)));
    let response = only(exchanges).response.expect("its head has passed");
    let body = response.body.expect("it is not empty");
    assert!(body.bytes <= BODY_LIMIT as u64, "{} bytes", body.bytes);
    assert_eq!(body.wire_bytes, wire.len() as u64);
    body
}

fn told(body: &Body) -> String {
    serde_json::to_string(body).expect("it was read from JSON")
}
