//! A WebSocket, from its upgrade on: frames, inflation, and the pairing of messages.

use capture::harness::{Harness, Piece};

use crate::input::{BODY_LIMIT, conversation};

const REQUEST: &[u8] =
    b"GET /v1/responses HTTP/1.1\r\nhost: example.test\r\nconnection: Upgrade\r\n\
    upgrade: websocket\r\nsec-websocket-version: 13\r\n\
    sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/// What the origin may agree to, by the input's first byte.
const ANSWERS: [&str; 4] = [
    "",
    "sec-websocket-extensions: permessage-deflate\r\n",
    "sec-websocket-extensions: permessage-deflate; server_no_context_takeover; \
     client_no_context_takeover\r\n",
    "sec-websocket-extensions: permessage-deflate; client_max_window_bits=9\r\n",
];

thread_local! {
    static HARNESS: Harness = Harness::new(BODY_LIMIT, true);
}

/// Watches an upgrade and what follows it.
pub fn run(data: &[u8]) {
    let Some((answer, data)) = data.split_first() else {
        return;
    };
    let agreed = ANSWERS[usize::from(*answer) % ANSWERS.len()];
    let answer = format!(
        "HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n{agreed}\r\n"
    );
    let upgrade = [Piece::Up(REQUEST), Piece::Down(answer.as_bytes())];
    let exchanges =
        HARNESS.with(|harness| harness.watch(upgrade.into_iter().chain(conversation(data))));
    let upgraded = exchanges
        .first()
        .and_then(|exchange| exchange.response.as_ref());
    assert_eq!(upgraded.map(|response| response.status), Some(101));
}
