//! A name and its value, in every way that a text can put them together.
//!
//! `"name": "value"` at any depth of strings in strings, `?name=value&`,
//! `NAME=value`, `name: value`, and the fields of a multipart form.

use std::ops::Range;

use memchr::{memchr2, memmem};

use super::names::{self, Kind};
use super::scan::{Scan, Spelling};
use super::shapes;
use super::url;
use super::value::{Quote, ends_with_escape, skip_space};

/// Looks at the name around `found`, and at its value.
pub(super) fn follow(scan: &mut Scan<'_>, found: Range<usize>) {
    let text = scan.text;
    let Some(name) = name_around(text, found) else {
        return;
    };
    if url::is_parameter(text, name.start) && text.get(name.end) == Some(&b'=') {
        parameter(scan, &name);
        return;
    }
    let Some(kind) = names::key(&text[name.clone()]) else {
        return;
    };
    match Quote::read(text, name.end) {
        Some((quote, end)) if quote.stands_before(text, name.start) => {
            quoted(scan, kind, quote, end);
            field(scan, &name);
        }
        _ => assigned(scan, kind, &name),
    }
}

/// Marks the secret in a value, by the kind of its name.
pub(super) fn mark_value(scan: &mut Scan<'_>, kind: Kind, value: Range<usize>, spelling: Spelling) {
    match kind {
        Kind::Secret => scan.mark(value, spelling),
        Kind::Authorization => {
            let secret = after_scheme(scan.text, value);
            scan.mark(secret, spelling);
        }
        Kind::Cookie => cookies(scan, value, spelling),
        Kind::Token => {
            if value.len() >= SHORT_TOKEN {
                scan.mark(value, spelling);
            }
        }
    }
}

/// The whole name that a part was found in; `None` when it is too long to be one.
fn name_around(text: &[u8], found: Range<usize>) -> Option<Range<usize>> {
    let mut start = found.start;
    while start > 0 && is_name(text[start - 1]) && !ends_with_escape(&text[..start]) {
        start -= 1;
        if found.end - start > names::MAX_NAME {
            return None;
        }
    }
    // The part of a parameter's name may include its equals sign.
    let mut end = found.end - usize::from(text[found.end - 1] == b'=');
    while text.get(end).is_some_and(|byte| is_name(*byte)) {
        end += 1;
        if end - start > names::MAX_NAME {
            return None;
        }
    }
    Some(start..end)
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

/// `?name=value` or `&name=value`.
fn parameter(scan: &mut Scan<'_>, name: &Range<usize>) {
    if names::is_secret_parameter(&scan.text[name.clone()]) {
        let start = name.end + 1;
        let end = shapes::run(scan.text, start, url::is_parameter_value);
        scan.mark(start..end, Spelling::Percent);
    }
}

/// `"name": "value"`; the name's quote ends at `end`.
fn quoted(scan: &mut Scan<'_>, kind: Kind, quote: Quote, end: usize) {
    let text = scan.text;
    let colon = skip_space(text, end);
    if text.get(colon) != Some(&b':') {
        return;
    }
    let Some((opening, start)) = Quote::read(text, skip_space(text, colon + 1)) else {
        return;
    };
    if opening.levels() != quote.levels() {
        return;
    }
    let value = opening.value(text, start);
    if kind == Kind::Token && is_log_probability(text, value.end) {
        return;
    }
    mark_value(scan, kind, value, Spelling::Json(quote.levels()));
}

/// Whether the value that ends at `end` is a piece of output with its probability.
fn is_log_probability(text: &[u8], end: usize) -> bool {
    let Some((_, end)) = Quote::read(text, end) else {
        return false;
    };
    let comma = skip_space(text, end);
    let next = skip_space(text, comma + 1);
    text.get(comma) == Some(&b',')
        && Quote::read(text, next).is_some_and(|(_, name)| text[name..].starts_with(b"logprob"))
}

/// A field of a multipart form (RFC 7578): the name in its header, the value after a blank line.
fn field(scan: &mut Scan<'_>, name: &Range<usize>) {
    let text = scan.text;
    if !text[..name.start].ends_with(b"name=\"") {
        return;
    }
    let head = &text[name.end..text.len().min(name.end + MAX_PART_HEAD)];
    let Some(blank) = memmem::find(head, b"\r\n\r\n") else {
        return;
    };
    let start = name.end + blank + 4;
    let length = memmem::find(&text[start..], b"\r\n--").unwrap_or(text.len() - start);
    scan.mark(start..start + length, Spelling::Plain);
}

/// `NAME=value` or `name: value`, with or without quotes.
fn assigned(scan: &mut Scan<'_>, kind: Kind, name: &Range<usize>) {
    let text = scan.text;
    let sign = skip_blanks(text, name.end);
    let Some(b'=' | b':') = text.get(sign) else {
        return;
    };
    let start = skip_blanks(text, sign + 1);
    if kind == Kind::Cookie {
        cookie_line(scan, start);
        return;
    }
    if start < scan.barren_value {
        return;
    }
    let value = match Quote::read(text, start) {
        Some((quote, start)) => {
            let window = &text[..text.len().min(start + MAX_ASSIGNED)];
            let value = quote.value(window, start);
            if value.end == window.len() && window.len() < text.len() {
                return;
            }
            value
        }
        None => start..shapes::run(text, start, is_plain),
    };
    let variable = text[sign] == b'=' && text[name.clone()].iter().all(is_variable);
    scan.barren_value = value.end;
    if kind == Kind::Authorization {
        authorization(scan, value);
    } else if looks_random(&text[value.clone()], variable) {
        scan.mark(value, Spelling::Plain);
    }
}

/// `Authorization: Scheme credentials`, as a line of text.
fn authorization(scan: &mut Scan<'_>, value: Range<usize>) {
    let word = &scan.text[value.clone()];
    if is_scheme(word) {
        // Without quotes the value ends with the scheme, and what follows is the secret.
        let start = skip_blanks(scan.text, value.end);
        let end = shapes::run(scan.text, start, is_plain);
        scan.mark(start..end, Spelling::Plain);
    } else if looks_random(word, false) || word.contains(&b' ') {
        let secret = after_scheme(scan.text, value);
        scan.mark(secret, Spelling::Plain);
    }
}

/// The line of a `Cookie` or `Set-Cookie` header, which begins at `start`.
fn cookie_line(scan: &mut Scan<'_>, start: usize) {
    if start < scan.barren_cookie {
        return;
    }
    let end = shapes::run(scan.text, start, |byte| {
        !matches!(byte, b'\r' | b'\n' | b'\\' | b'"' | b'\'')
    });
    cookies(scan, start..end, Spelling::Plain);
    scan.barren_cookie = end;
}

/// Marks the values of cookies; their names and attributes stay.
fn cookies(scan: &mut Scan<'_>, list: Range<usize>, spelling: Spelling) {
    let text = scan.text;
    let mut start = list.start;
    while start < list.end {
        let rest = &text[start..list.end];
        let end = start + memchr::memchr(b';', rest).unwrap_or(rest.len());
        let cookie = &text[start..end];
        if let Some(sign) = memchr::memchr(b'=', cookie) {
            let name = cookie[..sign].trim_ascii();
            if !ATTRIBUTES
                .iter()
                .any(|known| name.eq_ignore_ascii_case(known))
            {
                scan.mark(start + sign + 1..end, spelling);
            }
        }
        start = end + 1;
    }
}

/// What follows the scheme in the value of an `Authorization` header; all of
/// it where there is no scheme that we know.
fn after_scheme(text: &[u8], value: Range<usize>) -> Range<usize> {
    let credentials = &text[value.clone()];
    let Some(space) = memchr2(b' ', b'\t', credentials) else {
        return value;
    };
    if is_scheme(&credentials[..space]) {
        value.start + space + 1..value.end
    } else {
        value
    }
}

fn is_scheme(word: &[u8]) -> bool {
    SCHEMES
        .iter()
        .any(|scheme| word.eq_ignore_ascii_case(scheme))
}

/// Whether a value without quotes is a secret rather than a word of prose or code.
///
/// The name of an environment variable makes it likelier.
fn looks_random(value: &[u8], variable: bool) -> bool {
    if variable {
        return value.len() >= SHORT_TOKEN && !value.starts_with(b"$");
    }
    value.len() >= LONG_VALUE
        && !value.contains(&b' ')
        && value.iter().any(u8::is_ascii_digit)
        && value.iter().any(u8::is_ascii_alphabetic)
}

fn is_variable(byte: &u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_'
}

fn is_plain(byte: u8) -> bool {
    byte > b' ' && byte != 0x7f && !b"\"'\\`,;<>(){}[]&|".contains(&byte)
}

fn skip_blanks(text: &[u8], at: usize) -> usize {
    let limit = text.len().min(at + MAX_BLANKS);
    let blanks = text.get(at..limit).unwrap_or_default();
    at + blanks
        .iter()
        .take_while(|byte| matches!(byte, b' ' | b'\t'))
        .count()
}

/// Schemes of HTTP authentication that are kept before a redacted secret.
const SCHEMES: &[&[u8]] = &[
    b"bearer",
    b"basic",
    b"digest",
    b"token",
    b"negotiate",
    b"ntlm",
    b"dpop",
    b"apikey",
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

/// Shorter values of a key that says just `token` are pieces of text.
const SHORT_TOKEN: usize = 8;

/// Shorter values in prose and code are words.
const LONG_VALUE: usize = 16;

/// The header of a part of a form, after the name.
const MAX_PART_HEAD: usize = 1024;

/// How far a quoted value in code may reach.
const MAX_ASSIGNED: usize = 4096;

/// Between a name, its sign and its value.
const MAX_BLANKS: usize = 16;
