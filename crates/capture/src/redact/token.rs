//! Tokens in long runs of letters, digits, `_` and `-`.
//!
//! A token has a run of at least [`MIN_RUN`] such bytes, so only those are looked at. Prefixes that end in a
//! separator are looked up at each separator, others at the start of each word, and prefixes with
//! a dot before the run.

use std::sync::LazyLock;

use super::byte_class::{
    is_digit, is_dotted_byte, is_word_byte, leading, run_end, run_start, without_stop,
};
use super::quoting::{is_boundary, starts_after_escape};
use super::scan::Scan;
use super::token_shape::{self, Shape, ShapeMatch};
use super::vendors::{LEADING, SEPARATED, WITH_DOT};

/// Looks for tokens in and around the run that begins at `start`.
#[inline(never)]
pub(super) fn detect(scan: &mut Scan<'_>, start: usize) {
    let text = scan.text;
    let start = starts_after_escape(text, start);
    let head = &text[start..text.len().min(start + MAX_HEAD)];
    let length = leading(head, is_word_byte);
    let head = &head[..length];
    before_run(scan, start);
    at_word_start(scan, start);
    for (at, byte) in head.iter().enumerate() {
        if matches!(byte, b'_' | b'-') {
            at_separator(scan, start, start + at);
            at_word_start(scan, start + at + 1);
        } else if *byte == b'\\' {
            break;
        }
    }
    after_run(scan, start);
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

/// Tokens that begin before the run, with a sign inside them.
fn before_run(scan: &mut Scan<'_>, run: usize) {
    let text = scan.text;
    let Some(sign) = run.checked_sub(1).map(|at| text[at]) else {
        return;
    };
    match sign {
        b'.' => {
            let earliest = run.saturating_sub(MAX_BEFORE).max(scan.end());
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
        b'/' => refresh_token(scan, run),
        b':' => after_colon(scan, run),
        b'|' => after_bar(scan, run),
        b'~' => after_tilde(scan, run),
        _ => {}
    }
}

/// Google's refresh tokens: `1//0…`.
fn refresh_token(scan: &mut Scan<'_>, run: usize) {
    let text = scan.text;
    let Some(start) = run.checked_sub(3) else {
        return;
    };
    let end = run_end(text, run, is_word_byte);
    let is_token = text[start..run] == *b"1//" && text[run] == b'0' && end - run >= 30;
    if is_token && is_boundary(text, start) && start >= scan.end() {
        scan.mark_token(start..end);
    }
}

/// Bots of Telegram: `1234567890:A…`; Asana: `1/1234567890123456:…`.
fn after_colon(scan: &mut Scan<'_>, run: usize) {
    let text = scan.text;
    let start = run_start(text, run - 1, MAX_BEFORE, is_digit);
    let digits = run - 1 - start;
    let end = run_end(text, run, is_word_byte);
    let length = end - run;
    let is_telegram = (8..=12).contains(&digits) && length == 35 && text[run] == b'A';
    let is_asana = digits == 16 && length >= 32 && start >= 2 && text[start - 1] == b'/';
    if (is_telegram || is_asana) && start >= scan.end() {
        scan.mark_token(start..end);
    }
}

/// OpenShift's `sha256~…`.
fn after_tilde(scan: &mut Scan<'_>, run: usize) {
    let text = scan.text;
    let end = run_end(text, run, is_word_byte);
    let Some(start) = run.checked_sub(7) else {
        return;
    };
    if text[start..run] == *b"sha256~" && end - run >= 40 && start >= scan.end() {
        scan.mark_token(start..end);
    }
}

/// Client secrets of Microsoft Entra: three characters, a digit, `Q~` (which ends at `at`), and 31 or more.
pub(super) fn entra(scan: &mut Scan<'_>, at: usize) {
    let text = scan.text;
    let is_part = |byte| is_dotted_byte(byte) || byte == b'~';
    let end = without_stop(text, at, run_end(text, at, is_part));
    let Some(start) = at.checked_sub(6).filter(|start| *start >= scan.end()) else {
        return;
    };
    let head = &text[start..at];
    let is_secret = head.iter().all(|byte| is_part(*byte))
        && head[4] == b'Q'
        && is_boundary(text, start)
        && (31..=36).contains(&(end - at));
    if is_secret {
        scan.mark_token(start..end);
    }
}

/// Tokens of applications at Facebook: `123456789012345|…`.
fn after_bar(scan: &mut Scan<'_>, run: usize) {
    let text = scan.text;
    let start = run_start(text, run - 1, MAX_BEFORE, is_digit);
    let digits = run - 1 - start;
    let end = run_end(text, run, is_word_byte);
    if (15..=17).contains(&digits) && (27..=40).contains(&(end - run)) && start >= scan.end() {
        scan.mark_token(start..end);
    }
}

/// Tokens that are known by the end of the run, or by what follows it.
fn after_run(scan: &mut Scan<'_>, start: usize) {
    let text = scan.text;
    if start < scan.end() {
        return;
    }
    let window = &text[..text.len().min(start + MAX_BEFORE)];
    let end = run_end(window, start, is_word_byte);
    let word = &text[start..end];
    let rest = &text[end..];
    if word.len() == 14 && rest.starts_with(b".atlasv1.") {
        let end = run_end(text, end, |byte| is_dotted_byte(byte) || byte == b'=');
        scan.mark_token(start..end);
    } else if is_discord(word, rest) || is_airtable(word, rest) {
        let end = run_end(text, end, is_dotted_byte);
        scan.mark_token(start..without_stop(text, start, end));
    } else if is_mailchimp(word) || (word.len() == 40 && word.ends_with(b"_mmk")) {
        scan.mark_token(start..end);
    }
}

/// `<id in Base64>.<6>.<27 and more>`.
fn is_discord(word: &[u8], rest: &[u8]) -> bool {
    let is_id = (23..=28).contains(&word.len()) && matches!(word[0], b'M' | b'N' | b'O');
    let mut parts = rest.split(|byte| !is_word_byte(*byte));
    is_id
        && rest.starts_with(b".")
        && parts.next().is_some_and(<[u8]>::is_empty)
        && parts.next().is_some_and(|part| part.len() == 6)
        && rest.get(7) == Some(&b'.')
        && parts.next().is_some_and(|part| part.len() >= 27)
}

/// `pat<14>.<64 hexadecimal digits>`.
fn is_airtable(word: &[u8], rest: &[u8]) -> bool {
    word.len() == 17
        && word.starts_with(b"pat")
        && rest.starts_with(b".")
        && rest
            .get(1..65)
            .is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit))
}

/// `<32 hexadecimal digits>-us12`.
fn is_mailchimp(word: &[u8]) -> bool {
    let Some((key, place)) = word.split_at_checked(32) else {
        return false;
    };
    key.iter().all(u8::is_ascii_hexdigit)
        && place.strip_prefix(b"-us").is_some_and(|number| {
            (1..=2).contains(&number.len()) && number.iter().all(u8::is_ascii_digit)
        })
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

/// Longer than any prefix with dots, and than any run that is known by its end.
const MAX_BEFORE: usize = 64;
