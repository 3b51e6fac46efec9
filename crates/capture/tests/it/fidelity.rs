//! The origin receives the very bytes that it would have received without us, and so does the agent.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::harness::{Harness, Origin, connect_tls, within};

/// What one side of a conversation received.
#[derive(Debug, PartialEq, Eq, Clone, Default)]
struct Received {
    alpn: Option<Vec<u8>>,
    bytes: Vec<u8>,
}

/// Odd in every way that HTTP allows: nothing of it may be put right on the way.
const ODD_REQUEST: &[u8] =
    b"POST /a%20b?c=%2f HTTP/1.1\r\nhOST: origin.test\r\nX-B: 1\r\nx-a:  2 \r\n\
    X-B:3\r\nTransfer-Encoding: chunked\r\naccept-encoding: zstd\r\nExpect: 100-continue\r\n\r\n\
    003\r\nabc\r\n1;ext=\"q\"\r\nd\r\n0\r\nTrailer-X: y\r\n\r\n";

const ODD_ANSWER: &[u8] =
    b"HTTP/1.1 100 \r\n\r\nHTTP/1.1 299 Odd  Reason\r\nSERVER: x\r\nset-cookie: a\r\n\
    Date: never\r\nSet-Cookie: b\r\ntransfer-encoding: chunked\r\n\r\n1\r\n1\r\n00\r\n\r\n";

/// A WebSocket whose frames are fragmented, masked and cut where it pleases them.
const WEBSOCKET: &[u8] = b"GET /ws HTTP/1.1\r\nHost: origin.test\r\nConnection: Upgrade\r\n\
    Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\n\
    sec-websocket-extensions: permessage-deflate; client_max_window_bits\r\n\r\n";

const SWITCHING: &[u8] = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\
    Connection: Upgrade\r\n\r\n\x81\x02hi\x89\x00";

/// A preface, SETTINGS, HEADERS with odd pseudo-header order, DATA with padding, RST_STREAM, PING.
const HTTP2: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00\
    \x00\x00\x03\x01\x04\x00\x00\x00\x01\x84\x87\x83\
    \x00\x00\x07\x00\x08\x00\x00\x00\x01\x03abc\x00\x00\x00\
    \x00\x00\x04\x03\x00\x00\x00\x00\x01\x00\x00\x00\x08\
    \x00\x00\x08\x06\x00\x00\x00\x00\x0012345678";

const HTTP2_ANSWER: &[u8] =
    b"\x00\x00\x00\x04\x00\x00\x00\x00\x00\x00\x00\x01\x01\x04\x00\x00\x00\x01\x88\
    \x00\x00\x08\x07\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x02";

/// Talks once past the proxy and once through it; returns what each side received, each time.
async fn compare(alpn: &'static [&'static str], request: &'static [u8], answer: &'static [u8]) {
    let received = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&received);
    let origin = Origin::tls(&["h2", "http/1.1"], move |mut wire| {
        let kept = Arc::clone(&kept);
        async move {
            let mut bytes = vec![0; request.len()];
            within(wire.read_exact(&mut bytes)).await.unwrap();
            wire.send(answer).await;
            bytes.extend(wire.read_all().await);
            let alpn = wire.alpn();
            kept.lock().unwrap().push(Received { alpn, bytes });
            wire.close().await;
        }
    })
    .await;
    let harness = Harness::start(&origin).await;
    let direct = connect_tls(origin.connect().await, origin.root_pem(), alpn)
        .await
        .unwrap();
    let through = harness.tls(alpn).await;
    let mut answers = Vec::new();
    for mut agent in [direct, through] {
        // In pieces, so that no boundary of ours hides in a boundary of theirs.
        for piece in request.chunks(7) {
            agent.write_all(piece).await.unwrap();
            agent.flush().await.unwrap();
        }
        let mut bytes = vec![0; answer.len()];
        within(agent.read_exact(&mut bytes)).await.unwrap();
        agent.shutdown().await.unwrap();
        within(agent.read_to_end(&mut bytes)).await.unwrap();
        let alpn = agent.get_ref().1.alpn_protocol().map(<[u8]>::to_vec);
        answers.push(Received { alpn, bytes });
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0].bytes, answer);
    harness.finish().await;
    let received = received.lock().unwrap();
    assert_eq!(received[0], received[1]);
    assert_eq!(received[0].bytes, request);
}

#[tokio::test]
async fn http1_passes_byte_for_byte_in_both_directions() {
    compare(&["http/1.1"], ODD_REQUEST, ODD_ANSWER).await;
}

#[tokio::test]
async fn http2_passes_byte_for_byte_in_both_directions() {
    compare(&["h2", "http/1.1"], HTTP2, HTTP2_ANSWER).await;
}

#[tokio::test]
async fn a_websocket_passes_byte_for_byte_in_both_directions() {
    compare(&[], WEBSOCKET, SWITCHING).await;
}
