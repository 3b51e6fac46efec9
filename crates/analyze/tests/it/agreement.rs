//! `Scan`, which cuts a line into tokens, takes and refuses the same lines as `Reader`, which
//! deserializes them, and finds the same in them. A filter that holds for everything changes nothing.

use std::io::Cursor;
use std::path::Path;

use analyze::{Reader, Scan};
use capture::record::{Exchange, Record};
use proptest::prelude::*;
use serde_json::json;

use crate::fixtures::{self, written};
use crate::generated;
use crate::recordings::{Recording, Request};

const NAME: &str = "x.jsonl";

/// The report on it; none if there are no records.
fn report(recording: &[u8], filters: &[&str]) -> Option<String> {
    let filters = filters.iter().map(|filter| filter.parse().unwrap());
    let scan = Scan::default().threads(1).filters(filters.collect());
    let input = Cursor::new(recording.to_vec());
    scan.read_from(input, Path::new(NAME), 0).ok().map(written)
}

/// What `Scan` finds: of each exchange its URL and the JSON of its answer, and every error.
fn scanned(recording: &[u8]) -> Vec<Result<(String, Option<String>), String>> {
    let mut found = Vec::new();
    let input = Cursor::new(recording.to_vec());
    let parts = |exchange: &analyze::Exchange<'_>| {
        let json = exchange.response_json().map(str::to_owned);
        (exchange.url().to_owned(), json)
    };
    let scan = Scan::default().threads(2).block_bytes(4 << 10);
    let visited = scan.for_each_from(input, Path::new(NAME), parts, |exchange| {
        found.push(exchange.map_err(|error| error.to_string()));
        Ok::<(), analyze::Error>(())
    });
    found.extend(visited.err().map(|error| Err(error.to_string())));
    found
}

/// The same, read by `Reader`.
fn deserialized(recording: &[u8]) -> Vec<Result<(String, Option<String>), String>> {
    let said = |exchange: Exchange| {
        let body = exchange.response.and_then(|response| response.body);
        let json = body.and_then(|body| Some(body.json?.get().to_owned()));
        (exchange.request.url, json)
    };
    let input = Cursor::new(recording.to_vec());
    let records = Reader::new(input, Path::new(NAME)).unwrap();
    let found = records.filter_map(|record| match record {
        Ok(Record::Exchange(exchange)) => Some(Ok(said(*exchange))),
        Ok(_) => None,
        Err(error) => Some(Err(error.to_string())),
    });
    found.collect()
}

/// The first lines that differ; whole reports would fill the screen.
fn difference(one: Option<String>, other: Option<String>) -> Option<String> {
    if one == other {
        return None;
    }
    let (one, other) = (one.unwrap_or_default(), other.unwrap_or_default());
    let mut lines = one.lines().zip(other.lines());
    let first = lines.find(|(one, other)| one != other);
    Some(match first {
        Some((one, other)) => format!("{one}\n{other}"),
        None => "one is longer, or missing".to_owned(),
    })
}

/// Fails if the two disagree on a recording.
pub(crate) fn assert_agreement(recording: &[u8], name: &str) {
    assert_eq!(scanned(recording), deserialized(recording), "{name}");
    let plain = report(recording, &[]);
    assert!(plain.is_some(), "{name} is no recording");
    let filter = difference(report(recording, &["exchange>=0"]), plain);
    assert_eq!(filter, None, "{name}: filtered and not");
}

#[test]
fn scan_and_reader_agree_on_every_fixture() {
    for name in fixtures::all() {
        assert_agreement(fixtures::text(name).as_bytes(), name);
    }
}

#[test]
fn scan_and_reader_agree_on_a_long_recording_with_flaws() {
    let [(name, plain), ..] = generated::copies();
    assert_agreement(&plain, name);
}

#[test]
fn scan_and_reader_agree_on_compressed_recordings_and_of_cut_ones() {
    let text = fixtures::text("hand-errors");
    let zstd = zstd::encode_all(text.as_bytes(), 3).unwrap();
    assert_agreement(&zstd, "zstd");
    // The first frame is whole, so that there is something to report.
    let cut = [&zstd[..], &zstd[..zstd.len() - 9]].concat();
    assert_agreement(&cut, "cut");
}

#[test]
fn scan_and_reader_agree_on_recordings_that_kept_their_secrets() {
    let text = fixtures::text("hand-sse");
    let kept = text.replace(r#""secrets":"redacted""#, r#""secrets":"kept""#);
    assert_ne!(kept, text);
    // The second is redacted already, so its lines are read by tokens.
    assert_agreement(format!("{kept}{text}").as_bytes(), "kept");
}

#[test]
fn scan_and_reader_agree_on_recordings_written_by_hand() {
    let mut recording = Recording::default();
    let settings =
        json!({"tools": [{"type": "function", "name": "t"}], "instructions": "be brief"});
    recording
        .call(Request::default())
        .call(Request {
            start_ms: 500,
            settings,
            ..Request::default()
        })
        .plain("GET", "https://chatgpt.com/backend-api/x?b=1&a=%20", 404)
        .plain("POST", "not a url", 999);
    assert_agreement(recording.text().as_bytes(), "calls");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// A recording with some bytes overwritten, mostly by JSON's own.
    #[test]
    fn scan_and_reader_agree_on_damaged_recordings(
        name in prop::sample::select(&fixtures::NAMES[..]),
        hits in proptest::collection::vec(
            (any::<prop::sample::Index>(), prop::sample::select(&b"\"\\{}[],:01e-. nu\n\xff"[..])),
            1..8,
        ),
    ) {
        let mut bytes = fixtures::text(name).into_bytes();
        for (at, byte) in hits {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        prop_assert_eq!(scanned(&bytes), deserialized(&bytes));
        let plain = report(&bytes, &[]);
        prop_assert_eq!(difference(report(&bytes, &["exchange>=0"]), plain), None);
    }
}
