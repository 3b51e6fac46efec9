//! Tokens in long runs of letters, digits, `_` and `-`.
//!
//! A token has a run of at least [`MIN_RUN`] such bytes, so only those are looked at. Prefixes that end in a
//! separator are looked up at each separator, others at the start of each word, and prefixes with
//! a dot before the run.

use std::sync::LazyLock;

use super::byte_class::{is_dotted_byte, is_word_byte, leading};
use super::quoting::{is_boundary, starts_after_escape};
use super::scan::Scan;
use super::token_shape::{self, Shape, ShapeMatch};
use super::vendor_formats;
use super::vendors::{LEADING, SEPARATED, WITH_DOT};

/// Looks for tokens in and around the run that begins at `start`.
#[inline(never)]
pub(super) fn detect(scan: &mut Scan<'_>, start: usize) {
    let text = scan.text;
    let start = starts_after_escape(text, start);
    let head = &text[start..text.len().min(start + MAX_HEAD)];
    let length = leading(head, is_word_byte);
    let head = &head[..length];
    with_dot(scan, start);
    vendor_formats::with_sign(scan, start);
    at_word_start(scan, start);
    for (at, byte) in head.iter().enumerate() {
        if matches!(byte, b'_' | b'-') {
            at_separator(scan, start, start + at);
            at_word_start(scan, start + at + 1);
        }
    }
    vendor_formats::by_end(scan, start);
}

/// Tokens whose prefix ends in the separator at `at`.
fn at_separator(scan: &mut Scan<'_>, run: usize, at: usize) {
    let text = scan.text;
    let Some(before) = at.checked_sub(1).filter(|before| *before >= run) else {
        return;
    };
    for shape in &TABLES.separated[table_index(text[before])] {
        let Some(start) = (at + 1).checked_sub(shape.prefix.len()) else {
            continue;
        };
        let prefix = &text[start..=at];
        if prefix.eq_ignore_ascii_case(shape.prefix.as_bytes()) {
            try_shape(scan, shape, start);
        }
    }
}

/// Tokens that begin at `start`, where a word begins.
fn at_word_start(scan: &mut Scan<'_>, start: usize) {
    let text = scan.text;
    let Some(first) = text.get(start) else {
        return;
    };
    if *first == b'e' && text[start..].starts_with(b"eyJ") && jwt(scan, start) {
        return;
    }
    // A certificate or a public key in Base64 is no secret.
    if PUBLIC.iter().any(|begin| text[start..].starts_with(begin)) {
        return;
    }
    for shape in &TABLES.leading[table_index(*first)] {
        if text[start..].starts_with(shape.prefix.as_bytes()) {
            try_shape(scan, shape, start);
        }
    }
}

fn try_shape(scan: &mut Scan<'_>, shape: &Shape, start: usize) {
    let text = scan.text;
    if start < scan.end().max(scan.tokens_seen_to) || (shape.bounded && !is_boundary(text, start)) {
        return;
    }
    match shape.measure(text, start + shape.prefix.len()) {
        ShapeMatch::Token(end) => scan.mark_token(start..end),
        ShapeMatch::None => {}
        ShapeMatch::NoneBefore(end) => scan.tokens_seen_to = end,
    }
}

/// A JSON Web Token; returns whether there is one.
fn jwt(scan: &mut Scan<'_>, start: usize) -> bool {
    let text = scan.text;
    if start < scan.end().max(scan.jwts_seen_to) || !is_boundary(text, start) {
        return false;
    }
    match token_shape::measure_jwt(text, start) {
        ShapeMatch::Token(end) => {
            scan.mark_token(start..end);
            true
        }
        ShapeMatch::None => false,
        ShapeMatch::NoneBefore(end) => {
            scan.jwts_seen_to = end;
            false
        }
    }
}

/// Tokens whose prefix ends in the dot before the run.
fn with_dot(scan: &mut Scan<'_>, run: usize) {
    let text = scan.text;
    if !text[..run].ends_with(b".") {
        return;
    }
    let earliest = run.saturating_sub(MAX_PREFIX).max(scan.end());
    let mut start = run - 1;
    while start > earliest && is_dotted_byte(text[start - 1]) {
        start -= 1;
    }
    let start = starts_after_escape(text, start);
    let starts = (start..run).filter(|at| *at == start || !is_word_byte(text[at - 1]));
    for at in starts {
        for shape in WITH_DOT {
            if text[at..].starts_with(shape.prefix.as_bytes()) {
                try_shape(scan, shape, at);
            }
        }
    }
}

/// Shapes by a byte of their prefix, its case folded.
struct Tables {
    /// By the byte before the separator at the end of the prefix.
    separated: [Vec<&'static Shape>; 32],
    /// By the first byte.
    leading: [Vec<&'static Shape>; 32],
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let mut tables = Tables {
        separated: Default::default(),
        leading: Default::default(),
    };
    for shape in SEPARATED {
        let prefix = shape.prefix.as_bytes();
        tables.separated[table_index(prefix[prefix.len() - 2])].push(shape);
    }
    for shape in LEADING {
        tables.leading[table_index(shape.prefix.as_bytes()[0])].push(shape);
    }
    tables
});

/// Letters in either case have one index.
fn table_index(byte: u8) -> usize {
    usize::from(byte & 31)
}

/// `-----BEGIN CERT…` and `-----BEGIN PUBL…` in Base64.
const PUBLIC: [&[u8]; 2] = [b"LS0tLS1CRUdJTiBDRVJU", b"LS0tLS1CRUdJTiBQVUJM"];

/// The shortest token, with its prefix.
pub(super) const MIN_RUN: u32 = 12;

/// How far into a run prefixes are looked up: `my_own_ghp_…`. Longer runs are data.
const MAX_HEAD: usize = 64;

/// Longer than any prefix with dots.
const MAX_PREFIX: usize = 64;
