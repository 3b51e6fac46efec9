//! Private keys in armor: PEM (RFC 7468), OpenPGP, SSH2, PuTTY; in files, in strings, in lists of lines.
//!
//! The first and the last line of a key stay, what is between them goes. Keys that were cut at
//! either end are found, too.

use super::byte_class::{is_backslash, leading, run_end, trailing};
use super::heuristics::MIN_RANDOM;
use super::quoting::skip_space;
use super::scan::{Escaping, Scan};

/// Behind `-----BEGIN `: marks the body of a private key.
pub(super) fn begin(scan: &mut Scan<'_>, start: usize) {
    let text = scan.text;
    let label_end = run_end(text, start, is_label);
    let is_private = is_private(&text[start..label_end]);
    let rest = &text[label_end..];
    let dashes = leading(rest, |byte| byte == b'-');
    if is_private && dashes >= 4 {
        body(scan, label_end + dashes);
    }
}

/// Marks up to the last line, or to the end of the strings that hold the key.
fn body(scan: &mut Scan<'_>, start: usize) {
    let text = scan.text;
    let mut start = start;
    loop {
        let rest = &text[start..];
        let stop = memchr::memchr3_iter(b'-', b'"', b'\'', rest)
            .find(|at| {
                rest[*at] != b'-'
                    || rest[*at..].starts_with(b"----END")
                    || rest[*at..].starts_with(b"-----END")
                    || rest[*at..].starts_with(b"---- END")
            })
            .unwrap_or(rest.len());
        let mut end = start + stop;
        while text[start..end].ends_with(b"\\") {
            end -= 1;
        }
        let has_key = text[start..end].iter().any(u8::is_ascii_alphanumeric);
        if has_key {
            scan.mark(start..end, Escaping::None);
        }
        // In a list each line is a string: the key may continue in the next one.
        match next_line(text, start + stop) {
            Some(next) => start = next,
            None => return,
        }
    }
}

/// Where the key continues after the quote at `at`: in the next string of the list.
fn next_line(text: &[u8], at: usize) -> Option<usize> {
    let mark = *text.get(at).filter(|byte| matches!(byte, b'"' | b'\''))?;
    let comma = skip_space(text, at + 1);
    // In code adjacent strings are one, and a plus sign joins them.
    let next = match text.get(comma) {
        Some(b',' | b'+') => skip_space(text, comma + 1),
        _ => comma,
    };
    let quote = next + leading(&text[next..], is_backslash);
    let start = quote + 1;
    let length = run_end(text, start, is_base64) - start;
    let is_header = text[start.min(text.len())..].starts_with(b"Proc-Type")
        || text[start.min(text.len())..].starts_with(b"DEK-Info");
    (text.get(quote) == Some(&mark) && (length >= MIN_LINE || is_header)).then_some(start)
}

/// At `-----END `: marks a private key whose first line is missing.
pub(super) fn end(scan: &mut Scan<'_>, at: usize, label_start: usize) {
    let text = scan.text;
    if !is_private(&text[label_start..run_end(text, label_start, is_label)]) {
        return;
    }
    let mut start = at;
    let earliest = scan.end().max(at.saturating_sub(MAX_KEY));
    while start > earliest && is_armor(text[start - 1]) {
        start -= 1;
    }
    // The keyword is `---END `: dashes before it are not part of the key.
    let secret = start..at - trailing(&text[start..at], |byte| byte == b'-');
    if secret.len() >= MIN_LINE {
        scan.mark(secret, Escaping::None);
    }
}

/// Behind `-Lines:` in a PuTTY key: marks the lines that follow `Private-Lines: 8`.
pub(super) fn putty(scan: &mut Scan<'_>, start: usize) {
    let text = scan.text;
    if !text[..start].ends_with(b"Private-Lines:") {
        return;
    }
    let number = run_end(text, start, |byte| byte == b' ' || byte.is_ascii_digit());
    let body = skip_space(text, number);
    let end = run_end(text, body, |byte| {
        is_armor(byte) && byte != b'-' && byte != b':'
    });
    // The run ends inside the name of the next field, `Private-MAC`.
    let end = memchr::memmem::find(&text[body..end], b"Private").map_or(end, |at| body + at);
    let trimmed = trailing(&text[body..end], |byte| {
        !byte.is_ascii_alphanumeric() && byte != b'='
    });
    let mut end = end - trimmed;
    if text[body..end].ends_with(b"\\n") {
        end -= 2;
    }
    scan.mark(body..end, Escaping::None);
    let mac = &text[end..text.len().min(end + 64)];
    if let Some(at) = memchr::memmem::find(mac, b"Private-MAC: ") {
        let start = end + at + b"Private-MAC: ".len();
        scan.mark(
            start..run_end(text, start, |byte| byte.is_ascii_hexdigit()),
            Escaping::None,
        );
    }
}

fn is_private(label: &[u8]) -> bool {
    let label = label.trim_ascii_end();
    label.ends_with(b"PRIVATE KEY") || label.ends_with(b"PRIVATE KEY BLOCK")
}

fn is_label(byte: u8) -> bool {
    byte == b' ' || byte.is_ascii_uppercase() || byte.is_ascii_digit()
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}

/// What lines of Base64 are made of, line ends and escaped line ends included.
fn is_armor(byte: u8) -> bool {
    is_base64(byte) || matches!(byte, b'\n' | b'\r' | b' ' | b'\t' | b'\\' | b'-')
}

/// The shortest line of a key.
const MIN_LINE: usize = MIN_RANDOM;

/// Longer than any private key.
const MAX_KEY: usize = 16 << 10;
