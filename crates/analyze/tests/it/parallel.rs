//! The report does not depend on the number of threads, nor on the size of blocks.
//!
//! By default a block is 1 MiB, so one thread would read a whole fixture: here each line is a block.

use std::io::Cursor;
use std::path::Path;

use analyze::Scan;

use crate::fixtures::{self, written};
use crate::generated;

/// A line, several lines, the default.
const BLOCK_BYTES: [usize; 3] = [1, 4 << 10, 1 << 20];

fn scan(threads: usize, block_bytes: usize) -> Scan {
    Scan::default().threads(threads).block_bytes(block_bytes)
}

fn read(scan: &Scan, recording: &[u8]) -> String {
    let input = Cursor::new(recording.to_vec());
    written(scan.read_from(input, Path::new("x"), 0).unwrap())
}

#[test]
fn threads_and_blocks_do_not_change_the_report_on_a_fixture() {
    for name in fixtures::all() {
        let recording = fixtures::text(name);
        let whole = read(&Scan::default().threads(1), recording.as_bytes());
        for threads in 1..=4 {
            let shared = read(&scan(threads, 1), recording.as_bytes());
            assert!(shared == whole, "{name} with {threads} threads");
        }
    }
}

#[test]
fn threads_and_blocks_do_not_change_the_report_on_a_long_recording() {
    let recording = generated::recording();
    let whole = read(&Scan::default().threads(1), &recording);
    for (threads, block_bytes) in [
        (1, 1),
        (2, 1),
        (3, 4 << 10),
        (4, 1),
        (4, 64 << 10),
        (4, 1 << 20),
    ] {
        let shared = read(&scan(threads, block_bytes), &recording);
        assert!(
            shared == whole,
            "{threads} threads, blocks of {block_bytes} bytes"
        );
    }
}

#[test]
fn threads_and_blocks_do_not_change_the_report_on_a_compressed_recording() {
    let [(_, plain), compressed @ ..] = generated::copies();
    let whole = read(&Scan::default().threads(1), &plain);
    for (name, copy) in compressed {
        assert!(copy.len() < plain.len() / 2, "{name}");
        assert!(read(&scan(4, 4 << 10), &copy) == whole, "{name}");
    }
}

#[test]
fn the_first_of_all_errors_ends_a_strict_reading_however_lines_are_shared() {
    let recording = generated::recording();
    for threads in 1..=4 {
        for block_bytes in BLOCK_BYTES {
            let strict = scan(threads, block_bytes).strict(true);
            let input = Cursor::new(recording.clone());
            let error = strict.read_from(input, Path::new("x"), 0).unwrap_err();
            assert_eq!(
                error.line(),
                Some(14),
                "{threads} threads, {block_bytes} bytes"
            );
        }
    }
}

/// Fingerprints are keyed with the first 1 MiB of the recording, whatever the size of blocks.
#[test]
fn the_size_of_blocks_does_not_change_the_fingerprints_of_secrets() {
    // Concatenated here, so that no scanner takes this file for a leaked key.
    let secret = format!("sk-{}-{}", "proj", "aB3dE6gH9jK2mN5pQ8sT1vW4".repeat(2));
    let fixture = fixtures::text("codex-sse").repeat(4);
    let kept = fixture
        .replace(r#""secrets":"redacted""#, r#""secrets":"kept""#)
        .replace("say hi", &format!("say {secret}"));
    assert!(kept.len() > 1 << 20);
    let whole = read(&Scan::default().threads(1), kept.as_bytes());
    assert!(whole.contains("<redacted:") && !whole.contains(&secret));
    let shared = read(&scan(3, 1), kept.as_bytes());
    assert!(shared == whole);
}
