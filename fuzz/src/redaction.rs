//! Redaction: valid JSON stays valid JSON, no neighbour keeps a secret in its place, and what is
//! redacted once is redacted.

use std::sync::Arc;

use capture::harness::{Harness, Piece};
use capture::record::Exchange;
use capture::redact::{Redactor, SessionKey};
use serde_json::value::RawValue;

use crate::input::{BODY_LIMIT, only};

/// Planted where its name makes it a secret; it has no form that would.
const SECRET: &str = "planted-in-its-place";

thread_local! {
    static HARNESS: Harness = Harness::new(BODY_LIMIT, false);
}

/// Records a request with a secret in it, or gives the finder a text as it is.
pub fn run(data: &[u8]) {
    let Some((place, text)) = data.split_first() else {
        return;
    };
    match place % 5 {
        0 => body("application/json", text),
        1 => form(text),
        2 => url(text),
        3 => header(text),
        _ => finder(text, place / 5 % 3),
    }
}

/// A text of any bytes, or one in strings of JSON so many levels deep.
fn finder(text: &[u8], levels: u8) {
    let Some(text) = str::from_utf8(text).ok().filter(|_| levels > 0) else {
        return settles(text);
    };
    let mut json = text.to_owned();
    for _ in 0..levels {
        json = serde_json::to_string(&[json]).expect("a string is JSON");
    }
    settles(json.as_bytes());
}

/// JSON stays JSON, UTF-8 stays UTF-8, and a second pass finds no more.
fn settles(text: &[u8]) {
    let Some(once) = finds_first(text) else {
        return;
    };
    let is_json = |text: &[u8]| serde_json::from_slice::<&RawValue>(text).is_ok();
    assert!(!is_json(text) || is_json(&once), "JSON in, JSON out");
    assert!(
        str::from_utf8(text).is_err() || str::from_utf8(&once).is_ok(),
        "text in, text out"
    );
    if let Some(twice) = finds_first(&once) {
        panic!(
            "{}\nonce:\n{}\ntwice:\n{}",
            String::from_utf8_lossy(text),
            String::from_utf8_lossy(&once),
            String::from_utf8_lossy(&twice)
        );
    }
}

/// What a redactor gives that has seen nothing before: one that has finds what it knows.
fn finds_first(text: &[u8]) -> Option<Vec<u8>> {
    let key = SessionKey::random().expect("the system gives random bytes");
    Redactor::new(Arc::new(key)).text(text)
}

/// A body, as it is; and where it is JSON, beside a secret.
fn body(media_type: &str, text: &[u8]) {
    let is_json = serde_json::from_slice::<&RawValue>(text).is_ok();
    let body = send("/", media_type, "", text).request.body;
    let kept_json = body.is_some_and(|body| body.json.is_some());
    assert_eq!(kept_json, is_json, "JSON in, JSON out");
    if is_json && !contains(text, SECRET.as_bytes()) {
        for json in [
            [
                br#"{"a":"#,
                text,
                br#","access_token":""#,
                SECRET.as_bytes(),
                br#""}"#,
            ]
            .concat(),
            [
                br#"{"access_token":""#,
                SECRET.as_bytes(),
                br#"","a":"#,
                text,
                b"}",
            ]
            .concat(),
        ] {
            let exchange = send("/", media_type, "", &json);
            let body = exchange.request.body.as_ref();
            assert!(
                body.is_some_and(|body| body.json.is_some()),
                "JSON in, JSON out"
            );
            assert_hidden(&exchange);
        }
    }
}

fn form(text: &[u8]) {
    if contains(text, SECRET.as_bytes()) {
        return;
    }
    let form = [text, b"&client_secret=", SECRET.as_bytes()].concat();
    assert_hidden(&send("/", "application/x-www-form-urlencoded", "", &form));
}

fn url(text: &[u8]) {
    let text: String = text
        .iter()
        .filter(|byte| byte.is_ascii_graphic())
        .map(|byte| char::from(*byte))
        .collect();
    if text.contains(SECRET) || text.contains('#') {
        return;
    }
    let target = format!("/{text}?x&access_token={SECRET}");
    assert_hidden(&send(&target, "text/plain", "", b""));
}

fn header(text: &[u8]) {
    let text: String = text
        .iter()
        .filter(|byte| !byte.is_ascii_control())
        .map(|byte| char::from(*byte))
        .collect();
    if text.contains(SECRET) {
        return;
    }
    let more =
        format!("x-text: {text}\r\nauthorization: Bearer {SECRET}\r\nx-api-key: {SECRET}\r\n");
    assert_hidden(&send("/", "text/plain", &more, b""));
}

/// What is recorded of a request.
fn send(target: &str, media_type: &str, headers: &str, body: &[u8]) -> Exchange {
    let length = body.len();
    let head = format!(
        "POST {target} HTTP/1.1\r\nhost: example.test\r\ncontent-type: {media_type}\r\n{headers}\
         content-length: {length}\r\n\r\n"
    );
    let pieces = [Piece::Up(head.as_bytes()), Piece::Up(body)];
    // An empty piece would end the agent's half.
    let pieces = pieces.into_iter().take(if body.is_empty() { 1 } else { 2 });
    only(HARNESS.with(|harness| harness.watch(pieces)))
}

fn assert_hidden(exchange: &Exchange) {
    let line = serde_json::to_string(exchange).expect("it was read from JSON");
    assert!(!line.contains(SECRET), "{line}");
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}
