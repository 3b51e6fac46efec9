//! Requests that two parsers read differently: they pass exactly as received, and what
//! is recorded is what passed, or reading stops and the recording says so.

use std::sync::{Arc, Mutex};

use capture::record::{Exchange, Header, OutcomeState};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::harness::{Harness, Origin, Recording, within};

/// Sends `request` and leaves; the origin must have received those very bytes.
async fn sent(alpn: &'static str, request: &[u8]) -> Recording {
    let received = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&received);
    let origin = Origin::tls(&[alpn], move |mut wire| {
        let kept = Arc::clone(&kept);
        async move {
            let bytes = wire.read_all().await;
            *kept.lock().unwrap() = bytes;
            wire.close().await;
        }
    })
    .await;
    let harness = Harness::start(&origin).await;
    let mut agent = harness.tls(&[alpn]).await;
    agent.write_all(request).await.unwrap();
    agent.shutdown().await.unwrap();
    let mut rest = Vec::new();
    within(agent.read_to_end(&mut rest)).await.unwrap();
    let recording = harness.finish().await;
    assert!(*received.lock().unwrap() == request, "the bytes differ");
    recording
}

/// Whether reading stopped, and why.
fn stopped(recording: &Recording) -> Option<&str> {
    let notes = &recording.connections[0].notes;
    notes
        .iter()
        .find_map(|note| note.strip_prefix("relayed unread from here on: "))
}

fn value<'a>(exchange: &'a Exchange, name: &str) -> Vec<&'a str> {
    Header::values(&exchange.request.headers, name).collect()
}

#[tokio::test]
async fn what_has_no_one_reading_is_relayed_unread_and_said() {
    let cases: [(&str, &str); 12] = [
        (
            "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
            "content-lengths that differ",
        ),
        (
            "Content-Length: 3, 4\r\n\r\nabcd",
            "content-lengths that differ",
        ),
        (
            "Content-Length: +3\r\n\r\nabc",
            "a content-length that is no number",
        ),
        (
            "Content-Length: 0x3\r\n\r\nabc",
            "a content-length that is no number",
        ),
        (
            "Content-Length: 99999999999999999999\r\n\r\n",
            "a content-length that is no number",
        ),
        (
            "Transfer-Encoding: chunked, identity\r\n\r\n",
            "last transfer coding is not chunked",
        ),
        ("X-Folded: a\r\n b\r\n\r\n", "not HTTP/1"),
        ("X-Space : a\r\n\r\n", "not HTTP/1"),
        ("X-Cr: a\rb\r\n\r\n", "not HTTP/1"),
        ("X-Nul: a\0b\r\n\r\n", "not HTTP/1"),
        (
            "Transfer-Encoding: chunked\r\n\r\n3\rX\nabc\r\n0\r\n\r\n",
            "a CR alone",
        ),
        (
            "Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n",
            "longer than its size",
        ),
    ];
    for (rest, why) in cases {
        let request = format!("POST / HTTP/1.1\r\nHost: origin.test\r\n{rest}");
        let recording = sent("http/1.1", request.as_bytes()).await;
        let stopped = stopped(&recording).unwrap_or_else(|| panic!("{rest:?} was read"));
        assert!(stopped.contains(why), "{rest:?}: {stopped}");
        // What was read of it is never said to be whole.
        for exchange in &recording.exchanges {
            assert_eq!(exchange.outcome.state, OutcomeState::Aborted, "{rest:?}");
        }
    }
}

#[tokio::test]
async fn chunk_sizes_that_overflow_or_are_no_numbers_stop_the_reading() {
    for size in ["fffffffffffffffff", "-1", "0x3", "", " 3", "g"] {
        let request = format!(
            "POST / HTTP/1.1\r\nHost: origin.test\r\nTransfer-Encoding: chunked\r\n\r\n{size}\r\nabc\r\n0\r\n\r\n"
        );
        let recording = sent("http/1.1", request.as_bytes()).await;
        let why = stopped(&recording).unwrap_or_else(|| panic!("{size:?} was read"));
        assert!(why.contains("chunk size"), "{size:?}: {why}");
    }
}

#[tokio::test]
async fn a_length_beside_a_transfer_encoding_is_noted() {
    let request = b"POST / HTTP/1.1\r\nHost: origin.test\r\nContent-Length: 4\r\n\
        Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    let recording = sent("http/1.1", request).await;
    let exchange = recording.only();
    assert_eq!(value(exchange, "content-length"), ["4"]);
    assert_eq!(value(exchange, "transfer-encoding"), ["chunked"]);
    assert_eq!(exchange.request.body.as_ref().unwrap().bytes, 3);
    assert!(exchange.notes[0].contains("both"), "{:?}", exchange.notes);
}

#[tokio::test]
async fn every_host_that_is_not_the_tunnels_is_noted() {
    for hosts in [
        "Host: evil.test\r\n",
        "Host: origin.test\r\nHost: evil.test\r\n",
        "Host: origin.test:444\r\nX: evil.test\r\n",
    ] {
        let request = format!("GET / HTTP/1.1\r\n{hosts}\r\n");
        let recording = sent("http/1.1", request.as_bytes()).await;
        let exchange = recording.only();
        assert_eq!(exchange.request.url, "https://origin.test/");
        let note = exchange
            .notes
            .first()
            .map(String::as_str)
            .unwrap_or_default();
        assert!(
            note.contains("the connection goes to origin.test"),
            "{hosts:?}: {note}"
        );
    }
    let same = b"GET / HTTP/1.1\r\nHost: ORIGIN.test:443\r\n\r\n";
    assert!(sent("http/1.1", same).await.only().notes.is_empty());
}

/// The preface, SETTINGS, and one request with these fields, as literals without indexing.
fn http2(fields: &[(&str, &str)]) -> Vec<u8> {
    let mut block = Vec::new();
    for (name, value) in fields {
        block.push(0);
        for text in [name, value] {
            block.push(u8::try_from(text.len()).unwrap());
            block.extend_from_slice(text.as_bytes());
        }
    }
    let length = u32::try_from(block.len()).unwrap().to_be_bytes();
    let mut bytes = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0".to_vec();
    bytes.extend_from_slice(&length[1..]);
    bytes.extend_from_slice(b"\x01\x05\0\0\0\x01");
    bytes.extend_from_slice(&block);
    bytes
}

const HEAD: [(&str, &str); 4] = [
    (":method", "GET"),
    (":scheme", "https"),
    (":authority", "origin.test"),
    (":path", "/a"),
];

#[tokio::test]
async fn pseudo_headers_out_of_place_are_kept_and_noted() {
    for odd in [
        (":path", "/b"),
        (":authority", "evil.test"),
        (":method", "POST"),
        (":status", "x"),
        (":unknown", "x"),
    ] {
        let mut fields = HEAD.to_vec();
        fields.push(odd);
        let recording = sent("h2", &http2(&fields)).await;
        let exchange = recording.only();
        assert_eq!(exchange.request.url, "https://origin.test/a");
        assert_eq!(exchange.request.method, "GET");
        assert_eq!(value(exchange, odd.0), [odd.1]);
        assert!(
            exchange.notes.iter().any(|note| note.contains(odd.0)),
            "{:?}",
            exchange.notes
        );
    }
}

#[tokio::test]
async fn another_authority_or_host_in_http2_is_noted() {
    let mut authority = HEAD;
    authority[2].1 = "evil.test";
    let mut host = HEAD.to_vec();
    host.push(("host", "evil.test"));
    for fields in [authority.to_vec(), host] {
        let recording = sent("h2", &http2(&fields)).await;
        let exchange = recording.only();
        assert_eq!(exchange.request.url, "https://origin.test/a");
        assert!(
            exchange.notes[0].contains("evil.test"),
            "{:?}",
            exchange.notes
        );
    }
}

#[tokio::test]
async fn line_ends_in_http2_values_pass_and_stay_in_their_value() {
    let mut fields = HEAD.to_vec();
    fields.push(("x-split", "a\r\nx-forged: b"));
    let recording = sent("h2", &http2(&fields)).await;
    let exchange = recording.only();
    assert_eq!(value(exchange, "x-split"), ["a\r\nx-forged: b"]);
    assert!(value(exchange, "x-forged").is_empty());
}

#[tokio::test]
async fn a_small_http2_block_that_unfolds_to_megabytes_is_cut_in_the_record_and_noted() {
    // One long field into the table, then named by one byte, thousands of times.
    let mut block = vec![0x40, 1, b'x', 0x7f, 0x81, 0x1e];
    block.extend_from_slice(&[b'y'; 3968]);
    block.extend_from_slice(&[0xbe; 12_000]);
    let length = u32::try_from(block.len()).unwrap().to_be_bytes();
    let mut bytes = http2(&HEAD);
    bytes.extend_from_slice(&length[1..]);
    bytes.extend_from_slice(b"\x01\x05\0\0\0\x03");
    bytes.extend_from_slice(&block);
    // The origin has received every byte of it.
    let recording = sent("h2", &bytes).await;
    assert_eq!(stopped(&recording), None);
    let exchange = recording.exchanges.last().unwrap();
    let kept: usize = exchange
        .request
        .headers
        .iter()
        .map(|header| header.value.len())
        .sum();
    assert!(300_000 < kept && kept < 32 * block.len(), "{kept}");
    let note = exchange.notes.last().unwrap();
    assert!(note.contains("of its 12001 fields are on record"), "{note}");
}
