//! The values of `Authorization` and `Cookie` wherever they are; schemes, attributes and names of cookies stay.

use std::ops::Range;

use memchr::{memchr, memchr2, memmem};

use super::byte_class::{is_bearer_byte, leading, run_end};
use super::heuristics::{self, SHORT_PASSWORD};
use super::quoting::{Quote, skip_space};
use super::scan::{Escaping, Scan};
use super::syntax::{MAX_ASSIGNED, after_type};

/// Marks the credentials of `Authorization: Scheme credentials` in a text; the value begins at `start`.
pub(super) fn authorization(scan: &mut Scan<'_>, start: usize) {
    let text = scan.text;
    // `authorization: &str = "…"`
    let start = after_type(text, start).unwrap_or(start);
    let (start, end) = match Quote::read(text, start) {
        Some((quote, start)) => {
            let window = &text[..text.len().min(start + MAX_ASSIGNED)];
            (start, quote.value(window, start).end)
        }
        None => (start, line_end(text, start)),
    };
    scan.values_seen_to = end;
    let value = &text[start..end];
    if value.len() >= DIGEST.len() && value[..DIGEST.len()].eq_ignore_ascii_case(DIGEST) {
        return digest(scan, start);
    }
    let first = leading(value, |byte| !matches!(byte, b' ' | b'\t'));
    let secret = if first < value.len() && is_scheme_word(&value[..first]) {
        scheme_credentials(text, start, first, end)
    } else {
        let token = &value[..first];
        let is_secret = token.iter().all(|byte| is_bearer_byte(*byte))
            && (heuristics::is_token(token) || heuristics::is_random(token));
        is_secret.then_some(start..start + first)
    };
    if let Some(secret) = secret {
        scan.mark(secret, Escaping::None);
    }
}

/// The credentials of a value that begins with a scheme of `length` bytes; `None` when a word of prose
/// follows.
fn scheme_credentials(
    text: &[u8],
    start: usize,
    length: usize,
    end: usize,
) -> Option<Range<usize>> {
    let is_known = is_scheme(&text[start..start + length]);
    let rest = start + length + 1;
    let rest = rest + leading(&text[rest..end], |byte| byte == b' ');
    // `Bearer \` at the end of a shell's line.
    let rest = skip_continuation(text, rest, end);
    let words = &text[rest..end];
    let first = &words[..leading(words, |byte| byte != b' ')];
    let is_long = first.len() >= SHORT_PASSWORD;
    let is_secret = heuristics::is_token(first)
        || heuristics::is_random(first)
        || (is_long && first.contains(&b'='))
        || (is_long && is_known && first == words && !heuristics::is_placeholder(words));
    let has_parameters = words.contains(&b'=') && words.contains(&b',');
    let end = if has_parameters {
        end
    } else {
        rest + first.len()
    };
    is_secret.then_some(rest..end)
}

/// Marks the hash in the answer to a challenge (RFC 7616, section 3.4).
fn digest(scan: &mut Scan<'_>, start: usize) {
    let text = scan.text;
    let window = &text[..text.len().min(start + MAX_ASSIGNED)];
    let line = &window[start..run_end(window, start, |byte| !matches!(byte, b'\r' | b'\n'))];
    let Some(found) = memmem::find(line, b"response=") else {
        return;
    };
    let at = start + found + b"response=".len();
    let value = match Quote::read(text, at) {
        Some((quote, start)) => quote.value(window, start),
        None => at..run_end(window, at, |byte| byte.is_ascii_hexdigit()),
    };
    scan.values_seen_to = value.end;
    scan.mark(value, Escaping::None);
}

/// Marks the cookies of a `Cookie` or `Set-Cookie` header in a text; its value begins at `start`.
pub(super) fn cookie_line(scan: &mut Scan<'_>, start: usize) {
    if start < scan.cookies_seen_to {
        return;
    }
    let start = Quote::read(scan.text, start).map_or(start, |(_, start)| start);
    let end = run_end(scan.text, start, |byte| {
        !matches!(byte, b'\r' | b'\n' | b'\\' | b'"' | b'\'')
    });
    scan.cookies_seen_to = end;
    // `SET_COOKIE: u32 = 43` is not a cookie.
    let sign = memchr(b'=', &scan.text[start..end]).unwrap_or(0);
    if !scan.text[start..start + sign].contains(&b' ') {
        cookies(scan, start..end, Escaping::None);
    }
}

/// Marks the values of cookies; their names and attributes stay.
pub(super) fn cookies(scan: &mut Scan<'_>, list: Range<usize>, escaping: Escaping) {
    let text = scan.text;
    let mut start = list.start;
    while start < list.end {
        let rest = &text[start..list.end];
        let end = start + memchr(b';', rest).unwrap_or(rest.len());
        let cookie = &text[start..end];
        if let Some(sign) = memchr(b'=', cookie) {
            let name = cookie[..sign].trim_ascii();
            let is_attribute = ATTRIBUTES
                .iter()
                .any(|known| name.eq_ignore_ascii_case(known));
            if !is_attribute {
                let value = start + sign + 1..end;
                scan.learn(&value);
                scan.mark(value, escaping);
            }
        } else if heuristics::is_random(cookie.trim_ascii()) {
            scan.mark(start..end, escaping);
        }
        start = end + 1;
    }
}

/// What follows the scheme in the value of an `Authorization` header; the whole value when
/// there is no scheme.
pub(super) fn after_scheme(text: &[u8], value: Range<usize>) -> Range<usize> {
    let credentials = &text[value.clone()];
    let Some(space) = memchr2(b' ', b'\t', credentials) else {
        return value;
    };
    if is_scheme_word(&credentials[..space]) {
        value.start + space + 1..value.end
    } else {
        value
    }
}

/// Whether a word is a scheme: one we know, or a short token (RFC 9110, section 5.6.2) that is no secret.
fn is_scheme_word(word: &[u8]) -> bool {
    is_scheme(word)
        || ((3..=24).contains(&word.len())
            && word[0].is_ascii_alphabetic()
            && word
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
            && !heuristics::is_random(word)
            && word.iter().filter(|byte| byte.is_ascii_digit()).count() <= 3)
}

fn is_scheme(word: &[u8]) -> bool {
    SCHEMES
        .iter()
        .any(|scheme| word.eq_ignore_ascii_case(scheme))
}

/// The end of a header's value in a text: of its line, or of the string around it.
fn line_end(text: &[u8], start: usize) -> usize {
    let end = run_end(text, start, |byte| {
        !matches!(byte, b'\r' | b'\n' | b'"' | b'\'' | b'`')
    });
    let line = &text[start..end];
    let mut from = 0;
    while let Some(at) = memchr(b'\\', &line[from..]) {
        let at = from + at;
        if matches!(line.get(at + 1), Some(b'n' | b'r' | b'\\') | None) {
            return start + at;
        }
        from = at + 1;
    }
    end
}

/// Skips a backslash and a line end, as in a shell.
fn skip_continuation(text: &[u8], at: usize, end: usize) -> usize {
    if text.get(at) == Some(&b'\\') {
        skip_space(text, at + 1).min(end)
    } else {
        at
    }
}

/// Schemes of HTTP authentication that stay in front of a replacement.
const SCHEMES: &[&[u8]] = &[
    b"bearer",
    b"basic",
    b"digest",
    b"token",
    b"negotiate",
    b"ntlm",
    b"dpop",
    b"apikey",
    b"key",
    b"aws4-hmac-sha256",
];

/// Attributes of `Set-Cookie` (RFC 6265, section 5.2) that have a value.
const ATTRIBUTES: &[&[u8]] = &[
    b"path",
    b"domain",
    b"expires",
    b"max-age",
    b"samesite",
    b"priority",
];

const DIGEST: &[u8] = b"digest ";
