//! Both directions of a connection, HTTP/1, HTTP/2 or neither, in pieces of any size.
//!
//! Nothing panics, all bytes are counted, and what is recorded can be read again:
//! the harness holds the taps to it.

use capture::harness::Harness;

use crate::input::{BODY_LIMIT, conversation};

thread_local! {
    static HARNESS: Harness = Harness::new(BODY_LIMIT, true);
}

/// Watches a conversation of either protocol.
pub fn run(data: &[u8]) {
    let Some((agreed, data)) = data.split_first() else {
        return;
    };
    let pieces = conversation(data);
    HARNESS.with(|harness| {
        if agreed & 1 == 0 {
            harness.watch(pieces);
        } else {
            harness.watch_http2(pieces);
        }
    });
}
