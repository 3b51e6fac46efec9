//! Taps read the same however bytes are cut, and survive bytes of no protocol.

use std::time::Duration;

use proptest::prelude::*;

use crate::proxy::recorder;
use crate::proxy::recorder::Recorder;
use crate::proxy::sink::memory::MemorySink;
use crate::proxy::tap::connection::{Tap, TapSummary};
use crate::proxy::tap::exchanges::ConnectionExchanges;
use crate::proxy::wire::{ConnectionEnd, Direction, Side, Stamp};
use crate::record::{Exchange, Limits, Record, Secrets, Session, Timestamp};

const HTTP1_UP: &[u8] = b"\r\nPOST /a?b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n\
    3\r\nabc\r\n1;x=y\r\nd\r\n0\r\nX-T: 1\r\n\r\nHEAD /c HTTP/1.0\r\n\r\n\
    PUT /d HTTP/1.1\nHost: h\nContent-Length: 2\n\nok";
const HTTP1_DOWN: &[u8] = b"HTTP/1.1 103 \r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nbody\
    HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\
    A\r\n0123456789\r\n0\r\n\r\n";

/// Two streams: HEADERS with CONTINUATION and DATA with padding up; HEADERS, DATA, trailers down.
const HTTP2_UP: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00\
    \x00\x00\x02\x01\x00\x00\x00\x00\x01\x83\x87\x00\x00\x01\x09\x04\x00\x00\x00\x01\x84\
    \x00\x00\x07\x00\x09\x00\x00\x00\x01\x03abc\x00\x00\x00\
    \x00\x00\x08\x01\x25\x00\x00\x00\x03\x00\x00\x00\x00\x00\x82\x87\x84";
const HTTP2_DOWN: &[u8] =
    b"\x00\x00\x00\x04\x00\x00\x00\x00\x00\x00\x00\x01\x01\x04\x00\x00\x00\x03\x88\
    \x00\x00\x02\x00\x00\x00\x00\x00\x03hi\x00\x00\x00\x00\x01\x00\x00\x00\x03\
    \x00\x00\x01\x01\x05\x00\x00\x00\x01\x8d";

/// What a tap reads from both directions, each in the given pieces, up first.
fn watch(up: &[&[u8]], down: &[&[u8]]) -> (Vec<Exchange>, TapSummary) {
    let up = up.iter().map(|piece| (Direction::Up, *piece, 7));
    let down = down.iter().map(|piece| (Direction::Down, *piece, 7));
    watch_at(up.chain(down))
}

/// What a tap reads from pieces and the moments at which they pass.
fn watch_at<'p>(
    pieces: impl IntoIterator<Item = (Direction, &'p [u8], Stamp)>,
) -> (Vec<Exchange>, TapSummary) {
    let sink = MemorySink::new();
    let session = Session {
        started_at: Timestamp::from_micros(0),
        tool: String::new(),
        agent: None,
        command: Vec::new(),
        offline: false,
        intercept: Vec::new(),
        limits: Limits { body: 0, queue: 0 },
        secrets: Secrets::Kept,
    };
    let config = recorder::Config {
        body_limit: 1 << 20,
        queue_limit: 1 << 30,
        keep_secrets: true,
        pause_after_flush: Duration::ZERO,
        session,
    };
    let (recorder, thread): (Recorder, _) = recorder::start(config, sink.clone()).unwrap();
    let exchanges = ConnectionExchanges::new(1, "https", "h:443", &recorder);
    let mut tap = Tap::new(recorder, exchanges);
    for (direction, piece, at) in pieces {
        tap.push(direction, piece, at, 1);
    }
    let seen = tap.end(ConnectionEnd::Closed(Side::Agent), 9);
    thread.finish();
    let exchanges = sink
        .records()
        .into_iter()
        .filter_map(|record| match record {
            Record::Exchange(exchange) => Some(*exchange),
            _ => None,
        })
        .collect();
    (exchanges, seen)
}

/// What cutting must not change: everything except the delay, which is counted by piece.
fn told(exchanges: Vec<Exchange>) -> Vec<String> {
    exchanges
        .into_iter()
        .map(|mut exchange| {
            exchange.delay = None;
            exchange.started_at = Timestamp::from_micros(0);
            // Hashes are keyed by the recording.
            let response = exchange.response.as_mut().and_then(|r| r.body.as_mut());
            for body in exchange.request.body.as_mut().into_iter().chain(response) {
                body.hash = None;
            }
            serde_json::to_string(&exchange).unwrap()
        })
        .collect()
}

fn every_cut_tells_the_same(up: &[u8], down: &[u8], count: usize) {
    let (whole, seen) = watch(&[up], &[down]);
    assert_eq!((whole.len(), seen.notes), (count, vec![]), "{whole:#?}");
    let whole = told(whole);
    for cut in 0..=up.len() {
        let (head, tail) = up.split_at(cut);
        assert_eq!(
            told(watch(&[head, tail], &[down]).0),
            whole,
            "up, cut at {cut}"
        );
    }
    for cut in 0..=down.len() {
        let (head, tail) = down.split_at(cut);
        assert_eq!(
            told(watch(&[up], &[head, tail]).0),
            whole,
            "down, cut at {cut}"
        );
    }
    let bytes = |all: &'static [u8]| all.chunks(1).collect::<Vec<_>>();
    let (up, down): (&'static [u8], &'static [u8]) = (up.to_vec().leak(), down.to_vec().leak());
    assert_eq!(
        told(watch(&bytes(up), &bytes(down)).0),
        whole,
        "byte by byte"
    );
}

#[test]
fn http1_is_read_the_same_at_every_cut() {
    every_cut_tells_the_same(HTTP1_UP, HTTP1_DOWN, 3);
}

#[test]
fn http2_is_read_the_same_at_every_cut() {
    every_cut_tells_the_same(HTTP2_UP, HTTP2_DOWN, 2);
}

#[test]
fn a_message_begins_with_the_first_byte_of_its_head() {
    let pieces = [
        (Direction::Up, "GET / HT", 10),
        (Direction::Up, "TP/1.1\r\n\r\n", 20),
        (Direction::Down, "HTTP/1.1 200 OK\r\ncontent-", 40),
        (Direction::Down, "length: 2\r\n\r\no", 70),
        (Direction::Down, "k", 80),
        (Direction::Up, "POST / HTTP/1.1\r\ncontent-", 100),
        (Direction::Up, "length: 2\r\n\r\no", 120),
        (Direction::Up, "k", 130),
        (Direction::Down, "HTTP/1.1 204 No", 160),
        (Direction::Down, " Content\r\n\r\n", 180),
    ];
    let pieces = pieces.map(|(direction, piece, at)| (direction, piece.as_bytes(), at));
    let (exchanges, _) = watch_at(pieces);
    let marks = exchanges.iter().map(|exchange| {
        let response = exchange.response.as_ref().unwrap();
        (exchange.request.end_us, response.start_us, response.end_us)
    });
    let expected = [(Some(10), 30, Some(70)), (Some(30), 60, Some(80))];
    assert_eq!(marks.collect::<Vec<_>>(), expected);
    let since = |exchange: &Exchange| exchange.started_at.as_micros();
    assert_eq!(since(&exchanges[1]) - since(&exchanges[0]), 90);
}

#[test]
fn each_moment_of_delay_is_counted_once() {
    for (up, down) in [(HTTP1_UP, HTTP1_DOWN), (HTTP2_UP, HTTP2_DOWN)] {
        let (head, tail) = down.split_at(down.len() - 3);
        let (exchanges, _) = watch(&[up], &[head, tail]);
        let delays = exchanges.iter().filter_map(|exchange| exchange.delay);
        let total: u64 = delays.map(|delay| delay.total_us).sum();
        // HTTP/1's first is that of bytes before there is an exchange.
        let expected = if up == HTTP1_UP { 2 } else { 3 };
        assert_eq!(total, expected);
    }
}

#[test]
fn lengths_that_contradict_each_other_end_the_reading_and_say_so() {
    for head in [
        "POST / HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
        "POST / HTTP/1.1\r\ncontent-length: +1\r\n\r\n",
        "POST / HTTP/1.1\r\ntransfer-encoding: chunked, gzip\r\n\r\n",
        "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        "POST / HTTP/1.1\r\nbad name: 1\r\n\r\n",
    ] {
        let (_, seen) = watch(&[head.as_bytes()], &[]);
        assert_eq!(seen.notes.len(), 1, "{head}");
        assert!(
            seen.notes[0].starts_with("relayed unread from here on"),
            "{head}"
        );
        assert_eq!(seen.bytes_up, head.len() as u64);
    }
}

#[test]
fn heads_without_an_end_are_not_kept_for_ever() {
    let filler = vec![b'a'; 1 << 20];
    let (_, seen) = watch(&[b"GET / HTTP/1.1\r\nx: ", &filler, &filler], &[]);
    assert!(
        seen.notes[0].contains("more than 1 MiB"),
        "{:?}",
        seen.notes
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_a_tap_panic(
        up in proptest::collection::vec(any::<u8>(), 0..400),
        down in proptest::collection::vec(any::<u8>(), 0..400),
        start in 0..4_usize,
    ) {
        let (up_start, down_start) = [(&b""[..], &b""[..]), (HTTP1_UP, HTTP1_DOWN), (HTTP2_UP, HTTP2_DOWN),
            (&HTTP2_UP[..40], &HTTP2_DOWN[..9])][start];
        let (exchanges, seen) = watch(&[up_start, &up], &[down_start, &down]);
        prop_assert!(exchanges.len() as u64 <= seen.exchanges);
        prop_assert_eq!(seen.bytes_up, (up_start.len() + up.len()) as u64);
    }
}
