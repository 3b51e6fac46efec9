//! Both read paths give the same report.
//!
//! `Scan` cuts an exchange's line into tokens. `Reader` deserializes it into a record for
//! `Aggregate::add`, as the report of `wrap` does; `Scan` with a filter deserializes as well.
//! This file goes when the second path does.

use std::io::Cursor;
use std::path::Path;

use analyze::{Aggregate, Reader, Scan};
use proptest::prelude::*;
use serde_json::json;

use crate::fixtures::{self, written};
use crate::generated;
use crate::recordings::{Recording, Request};

const NAME: &str = "x.jsonl";

/// The report from tokens.
fn scanned(recording: &[u8]) -> Option<String> {
    let input = Cursor::new(recording.to_vec());
    let scan = Scan::default().threads(1);
    scan.read_from(input, Path::new(NAME), 0).ok().map(written)
}

/// The report from records, with a filter that every exchange satisfies.
fn filtered(recording: &[u8]) -> Option<String> {
    let input = Cursor::new(recording.to_vec());
    let filters = vec!["exchange>=0".parse().unwrap()];
    let scan = Scan::default().threads(1).filters(filters);
    scan.read_from(input, Path::new(NAME), 0).ok().map(written)
}

/// The report from records, as `wrap` makes it; none if there are no records, as with `Scan`.
fn folded(recording: &[u8]) -> Option<String> {
    let mut aggregate = Aggregate::default();
    aggregate.begin(0, NAME);
    let input = Cursor::new(recording.to_vec());
    for record in Reader::new(input, Path::new(NAME)).unwrap() {
        match record {
            Ok(record) => aggregate.add(&record),
            Err(error) => aggregate.add_error(&error),
        }
    }
    (!aggregate.is_empty()).then(|| written(aggregate))
}

/// The first lines that differ: whole reports would fill the screen.
fn difference(one: Option<String>, other: Option<String>) -> Option<String> {
    if one == other {
        return None;
    }
    let (one, other) = (one.unwrap_or_default(), other.unwrap_or_default());
    let lines = one.lines().zip(other.lines());
    let first = lines.into_iter().find(|(one, other)| one != other);
    Some(match first {
        Some((one, other)) => format!("{one}\n{other}"),
        None => "one is longer, or missing".to_owned(),
    })
}

/// Fails where the reports of the paths differ.
pub(crate) fn assert_all_same(recording: &[u8], name: &str) {
    let tokens = scanned(recording);
    assert!(tokens.is_some(), "{name} is no recording");
    let records = difference(folded(recording), tokens.clone());
    assert_eq!(records, None, "{name}: records and tokens");
    let filter = difference(filtered(recording), tokens);
    assert_eq!(filter, None, "{name}: filtered and not");
}

#[test]
fn both_paths_say_the_same_of_every_fixture() {
    for name in fixtures::all() {
        assert_all_same(fixtures::text(name).as_bytes(), name);
    }
}

#[test]
fn both_paths_say_the_same_of_a_long_recording_with_flaws() {
    let [(name, plain), ..] = generated::copies();
    assert_all_same(&plain, name);
}

#[test]
fn both_paths_say_the_same_of_compressed_recordings_and_of_cut_ones() {
    let text = fixtures::text("hand-errors");
    let zstd = zstd::encode_all(text.as_bytes(), 3).unwrap();
    assert_all_same(&zstd, "zstd");
    // The first frame is whole, so that there is something to report.
    let cut = [&zstd[..], &zstd[..zstd.len() - 9]].concat();
    assert_all_same(&cut, "cut");
}

#[test]
fn both_paths_say_the_same_of_recordings_that_kept_their_secrets() {
    let text = fixtures::text("hand-sse");
    let kept = text.replace(r#""secrets":"redacted""#, r#""secrets":"kept""#);
    assert_ne!(kept, text);
    // The lines of the second are redacted already, and so read by tokens.
    assert_all_same(format!("{kept}{text}").as_bytes(), "kept");
}

#[test]
fn both_paths_say_the_same_of_recordings_written_by_hand() {
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
    assert_all_same(recording.text().as_bytes(), "calls");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// A recording with some bytes overwritten, mostly by JSON's own.
    #[test]
    fn both_paths_say_the_same_of_damaged_recordings(
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
        let tokens = scanned(&bytes);
        prop_assert_eq!(difference(folded(&bytes), tokens.clone()), None);
        prop_assert_eq!(difference(filtered(&bytes), tokens), None);
    }
}
