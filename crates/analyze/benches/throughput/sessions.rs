//! Makes a long recording of short ones: sessions of real codex, each with its own identifiers.
//!
//! As in any recording of codex, instructions, tools and names repeat. The ids of sessions, turns,
//! responses and items never do.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Writes sessions to `path` until it is `bytes` long.
pub(crate) fn write(path: &Path, bytes: u64) -> io::Result<()> {
    let fixtures = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/recordings");
    let mut lines = Vec::new();
    for name in [
        "codex-websocket.jsonl",
        "codex-sse.jsonl",
        "codex-chatgpt-sse.jsonl",
    ] {
        lines.extend(fs::read(fixtures.join(name))?);
    }
    let identifiers = identifiers(&lines);
    assert!(identifiers.len() > 100, "{} identifiers", identifiers.len());
    let mut file = io::BufWriter::new(fs::File::create(path)?);
    let mut size = 0;
    for session in 1.. {
        if size >= bytes {
            break;
        }
        for (at, number) in &identifiers {
            let number = number.wrapping_add(session) % 1_000_000;
            lines[*at..*at + DIGITS].copy_from_slice(format!("{number:06}").as_bytes());
        }
        file.write_all(&lines)?;
        size += lines.len() as u64;
    }
    file.flush()
}

/// The offset of each identifier's last digits, and a number that is equal for equal identifiers.
fn identifiers(lines: &[u8]) -> Vec<(usize, u64)> {
    let mut found = Vec::new();
    for at in 0..lines.len().saturating_sub(UUID_BYTES) {
        let uuid = &lines[at..at + UUID_BYTES];
        if is_uuid(uuid) {
            found.push((at + UUID_BYTES - DIGITS, number(uuid)));
        }
        // The stand-in's ids of responses and their items.
        if let Some(rest) = lines[at..].strip_prefix(b"_standin_") {
            found.push((at + b"_standin_".len(), number(&rest[..DIGITS])));
        }
    }
    found
}

fn is_uuid(text: &[u8]) -> bool {
    text.iter().enumerate().all(|(at, byte)| match at {
        8 | 13 | 18 | 23 => *byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    })
}

fn number(identifier: &[u8]) -> u64 {
    let digits = identifier.iter();
    digits.fold(7, |number: u64, byte| {
        number.wrapping_mul(31).wrapping_add(u64::from(*byte)) % 1_000_000
    })
}

const UUID_BYTES: usize = 36;
const DIGITS: usize = 6;
