//! Server-sent events: however a stream is cut, it is the same events.

use capture::harness::Harness;
use capture::record::Response;

use crate::input::{BODY_LIMIT, answer, only};

const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n";

thread_local! {
    static HARNESS: Harness = Harness::new(BODY_LIMIT, true);
}

/// Reads one stream whole and in pieces.
pub fn run(data: &[u8]) {
    let Some((size, stream)) = data.split_first() else {
        return;
    };
    let whole = read(stream, stream.len());
    let kept: u64 = whole.events.iter().map(|event| event.bytes).sum();
    assert!(kept <= stream.len() as u64, "{kept} bytes of events");
    let cut = read(stream, usize::from(*size));
    assert_eq!(told(whole), told(cut), "in pieces of {size}");
}

fn read(stream: &[u8], size: usize) -> Response {
    let exchanges = HARNESS.with(|harness| harness.watch(answer(HEAD, stream, size)));
    only(exchanges).response.expect("its head has passed")
}

/// All but the times, which are those of the pieces.
fn told(mut response: Response) -> String {
    response.start_us = 0;
    response.end_us = None;
    for event in &mut response.events {
        event.at_us = 0;
    }
    serde_json::to_string(&response).expect("it was read from JSON")
}
