//! A name in quotes or in a query, and its value.
//!
//! `"name": "value"` at any depth of strings in strings, `?name=value&`, `"name", "value"`,
//! `{"name": "…", "value": "…"}`, and the fields of a multipart form. Names without
//! quotes: `assign`.

use std::ops::Range;

use memchr::memmem;

use super::assignment;
use super::credentials;
use super::heuristics;
use super::names::{self, NameKind};
use super::quoting::{Quote, ends_with_escape, skip_space};
use super::scan::{Escaping, Scan};
use super::strictness;
use super::token_shape;
use super::url;

/// Looks at the name around `found`, and at its value.
pub(super) fn detect(scan: &mut Scan<'_>, found: Range<usize>) {
    let text = scan.text;
    let Some(name) = name_around(text, found) else {
        return;
    };
    // A name can hold several parts that are looked for.
    if name.end <= scan.names_seen_to {
        return;
    }
    scan.names_seen_to = name.end;
    if url::is_parameter(text, name.start)
        && let Some(value) = url::after_equals(text, name.end)
    {
        parameter(scan, &name, value);
        return;
    }
    let is_field = field(scan, &name);
    if is_field {
        return;
    }
    let Some(kind) = names::classify(&text[name.clone()]) else {
        return;
    };
    match Quote::read(text, name.end) {
        // Code in backticks is prose about a name.
        Some((quote, end)) if quote.is_backtick() && quote.ends_at(text, name.start) => {
            assignment::after_name(scan, kind, &name, end);
        }
        Some((quote, end)) if quote.ends_at(text, path_start(text, name.start)) => {
            quoted(scan, kind, &name, quote, end);
        }
        _ if names::is_common_word(&text[name.clone()]) => {}
        _ => assignment::after_name(scan, kind, &name, name.end),
    }
}

/// Where the path begins that a name is the last part of: `"Service:ApiKey"`, `"//host/:_authToken"`.
fn path_start(text: &[u8], name: usize) -> usize {
    let is_path = |byte: &u8| is_name(*byte) || matches!(byte, b':' | b'/' | b'@');
    let before = &text[name.saturating_sub(names::MAX_NAME)..name];
    match before.last() {
        Some(b':' | b'/' | b'@') => {
            name - before.iter().rev().take_while(|byte| is_path(byte)).count()
        }
        _ => name,
    }
}

/// Marks the secret in a value, by the kind of its name.
pub(super) fn mark_value(
    scan: &mut Scan<'_>,
    kind: NameKind,
    value: Range<usize>,
    escaping: Escaping,
) {
    match kind {
        NameKind::Secret | NameKind::Password => {
            if !heuristics::is_prose(&scan.text[value.clone()]) {
                scan.mark(value, escaping);
            }
        }
        NameKind::Authorization => {
            let secret = credentials::after_scheme(scan.text, value);
            scan.mark(secret, escaping);
        }
        NameKind::Cookie => credentials::cookies(scan, value, escaping),
        NameKind::Token => {
            let token = &scan.text[value.clone()];
            if token.len() >= SHORT_TOKEN && !heuristics::is_word(token) {
                scan.mark(value, escaping);
            }
        }
        NameKind::Ambiguous | NameKind::Key => {
            if heuristics::is_random_and_no_id(&scan.text[value.clone()]) {
                scan.mark(value, escaping);
            }
        }
        NameKind::Session => {
            if heuristics::is_session(&scan.text[value.clone()]) {
                scan.mark(value, escaping);
            }
        }
        NameKind::Code => {
            let code = &scan.text[value.clone()];
            let is_number = (4..=12).contains(&code.len())
                && code
                    .iter()
                    .all(|byte| byte.is_ascii_digit() || b" -".contains(byte));
            if is_number || heuristics::is_random(code) || heuristics::is_token(code) {
                scan.mark(value, escaping);
            }
        }
    }
}

/// The whole name that a part was found in; `None` when it is too long to be one.
fn name_around(text: &[u8], found: Range<usize>) -> Option<Range<usize>> {
    // A part may include the signs around it.
    let signs = text[found.clone()].iter();
    let is_whole = !is_name(text[found.start]);
    let mut start = found.start + signs.take_while(|byte| !is_name(**byte)).count();
    while !is_whole && start > 0 && is_name(text[start - 1]) && !ends_with_escape(&text[..start]) {
        start -= 1;
        if found.end - start > names::MAX_NAME {
            return None;
        }
    }
    let signs = text[found.clone()].iter().rev();
    let mut end = found.end - signs.take_while(|byte| !is_name(**byte)).count();
    while text.get(end).is_some_and(|byte| is_name(*byte)) {
        end += 1;
        if end - start > names::MAX_NAME {
            return None;
        }
    }
    // A full stop ends a sentence, not a name.
    while end > start && text[end - 1] == b'.' {
        end -= 1;
    }
    // `API key`: two words.
    if start > 1
        && text[start - 1] == b' '
        && names::classify(&text[start..end]).is_none_or(is_vague)
    {
        let before = &text[..start - 1];
        let word = before
            .iter()
            .rev()
            .take_while(|byte| byte.is_ascii_alphabetic())
            .count();
        let word = &before[before.len() - word..];
        if FIRST_WORDS
            .iter()
            .any(|first| word.eq_ignore_ascii_case(first))
        {
            start -= word.len() + 1;
        }
    }
    Some(start..end)
}

fn is_vague(kind: NameKind) -> bool {
    kind.is_ambiguous() || kind == NameKind::Token
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

/// `?name=value` or `&name=value`.
fn parameter(scan: &mut Scan<'_>, name: &Range<usize>, start: usize) {
    let end = token_shape::run(scan.text, start, url::is_parameter_value);
    let value = &scan.text[start..end];
    let text = &scan.text[name.clone()];
    // `?key=value` in a text is an example.
    let is_secret = if names::is_secret_parameter(text) {
        !heuristics::is_word(value)
            && !heuristics::is_placeholder(value)
            && end - start >= MIN_PARAMETER
    } else {
        names::classify(text).is_some() && heuristics::is_random(value)
    };
    if is_secret {
        scan.mark(start..end, Escaping::Percent);
    }
}

/// `"name": "value"` and its like; the name's quote ends at `end`.
fn quoted(scan: &mut Scan<'_>, kind: NameKind, name: &Range<usize>, quote: Quote, end: usize) {
    let text = scan.text;
    let sign = skip_space(text, end);
    match text.get(sign) {
        Some(b':') => {
            let Some((opening, start)) = Quote::read(text, skip_space(text, sign + 1)) else {
                return;
            };
            if opening.levels() != quote.levels() {
                return;
            }
            let value = opening.value(text, start);
            if kind == NameKind::Token && is_log_probability(text, value.end) {
                return;
            }
            if names::is_oauth(&text[name.clone()]) {
                scan.learn(&value);
            }
            mark_value(scan, kind, value, Escaping::Json(quote.levels()));
        }
        Some(b',') => listed(scan, kind, quote, sign + 1),
        // `config["api_key"] = "…"`, `"api_key" => "…"`, `environ["API_KEY"], "…"`.
        Some(b']' | b')' | b'=') => assignment::after_name(scan, kind, name, sign),
        // `<add key="password" value="…"/>`, `<entry key="password">…</entry>`.
        Some(_) => attribute(scan, kind, quote, end),
        None => {}
    }
    value_before(scan, kind, name, quote);
}

/// What follows the name in a list: its value, or a member called `value`.
fn listed(scan: &mut Scan<'_>, kind: NameKind, quote: Quote, start: usize) {
    let text = scan.text;
    let Some((opening, start)) = Quote::read(text, skip_space(text, start)) else {
        return;
    };
    if opening.levels() != quote.levels() {
        return;
    }
    let mut value = opening.value(text, start);
    let closing = value.end + quote.length();
    let sign = skip_space(text, closing);
    if text.get(sign) == Some(&b':') {
        let is_value = VALUE_NAMES
            .iter()
            .any(|name| text[value.clone()].eq_ignore_ascii_case(name));
        let Some((opening, start)) = Quote::read(text, skip_space(text, sign + 1)) else {
            return;
        };
        if !is_value || opening.levels() != quote.levels() {
            return;
        }
        value = opening.value(text, start);
        if !strictness::is_secret(&text[value.clone()], kind) {
            return;
        }
    } else if !strictness::is_argument(&text[value.clone()], kind) {
        return;
    }
    mark_value(scan, kind, value, Escaping::Json(quote.levels()));
}

/// `{"value": "…", "name": "API_KEY"}`: the value comes first.
fn value_before(scan: &mut Scan<'_>, kind: NameKind, name: &Range<usize>, quote: Quote) {
    let text = scan.text;
    let window = name.start.saturating_sub(MAX_BEFORE)..name.start;
    let before = &text[window.clone()];
    let is_named = [&b"name"[..], b"key", b"Name", b"Key"]
        .iter()
        .filter_map(|word| memmem::rfind(before, word).map(|at| at + word.len()))
        .any(|end| {
            let sign = Quote::read(before, end).map(|(_, end)| skip_space(before, end));
            sign.is_some_and(|sign| {
                before.get(sign) == Some(&b':')
                    && skip_space(before, sign + 1) + quote.length() == before.len()
            })
        });
    let Some(found) = memmem::rfind(before, b"value").filter(|_| is_named) else {
        return;
    };
    let Some((_, end)) = Quote::read(text, window.start + found + b"value".len()) else {
        return;
    };
    let sign = skip_space(text, end);
    let Some((opening, start)) = Quote::read(text, skip_space(text, sign + 1)) else {
        return;
    };
    let value = opening.value(text, start);
    if text.get(sign) == Some(&b':')
        && opening.levels() == quote.levels()
        && value.end < name.start
        && strictness::is_secret(&text[value.clone()], kind)
    {
        mark_value(scan, kind, value, Escaping::Json(quote.levels()));
    }
}

/// The value of an attribute called `value`, or the text of the element, behind an attribute with the name.
fn attribute(scan: &mut Scan<'_>, kind: NameKind, quote: Quote, end: usize) {
    let text = scan.text;
    let rest = &text[end..text.len().min(end + MAX_BEFORE)];
    let close = memchr::memchr2(b'>', b'<', rest).unwrap_or(rest.len());
    let inside = &rest[..close];
    let found = memmem::find(inside, b"value=").or_else(|| memmem::find(inside, b"Value="));
    if let Some(found) = found {
        let Some((opening, start)) = Quote::read(text, end + found + b"value=".len()) else {
            return;
        };
        let value = opening.value(text, start);
        if opening.levels() == quote.levels() && strictness::is_secret(&text[value.clone()], kind) {
            mark_value(scan, kind, value, Escaping::None);
        }
    } else if rest.get(close) == Some(&b'>') && inside.trim_ascii().is_empty() {
        assignment::element(scan, kind, end + close + 1);
    }
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

/// A field of a multipart form (RFC 7578), also of one in strings: the name in its header, the
/// value after a blank line.
///
/// Says whether the name is one.
fn field(scan: &mut Scan<'_>, name: &Range<usize>) -> bool {
    let text = scan.text;
    // `user[password]`: the name of the field begins before its last part.
    let outer = text[..name.start].iter().rev().take(names::MAX_NAME);
    let outer = outer.take_while(|byte| is_name(**byte) || matches!(byte, b'[' | b']'));
    let before = &text[..name.start - outer.count()];
    let before = before.strip_suffix(b"\"").unwrap_or(before);
    let escapes = before.iter().rev().take_while(|byte| **byte == b'\\');
    let escapes = escapes.count();
    let before = &before[..before.len() - escapes];
    let Some(parameter) = before.last_chunk::<5>() else {
        return false;
    };
    let head_start = before.len().saturating_sub(MAX_PART_HEAD);
    let is_form = parameter.eq_ignore_ascii_case(b"name=")
        && contains_ignoring_case(&before[head_start..], b"form-data");
    if !is_form {
        return false;
    }
    // A quote has one backslash in a string, three in a string in one; a line end one, two.
    let (feed, both) = if escapes == 0 {
        (b"\n".to_vec(), b"\r\n".to_vec())
    } else {
        let escape = vec![b'\\'; escapes.div_ceil(2)];
        let feed = [&escape[..], b"n"].concat();
        let both = [&escape[..], b"r", &feed].concat();
        (feed, both)
    };
    let head = &text[name.end..text.len().min(name.end + MAX_PART_HEAD)];
    let blank = [both.repeat(2), feed.repeat(2)]
        .iter()
        .filter_map(|end| memmem::find(head, end).map(|at| at + end.len()))
        .min();
    let Some(blank) = blank.filter(|_| names::is_secret_parameter(&text[name.clone()])) else {
        return true;
    };
    let start = name.end + blank;
    let rest = &text[start..];
    let rest = match escapes {
        0 => rest,
        // Up to the end of the string.
        _ => &rest[..token_shape::run(rest, 0, |byte| byte != b'"')],
    };
    let length = [both, feed]
        .iter()
        .filter_map(|end| memmem::find(rest, &[&end[..], b"--"].concat()))
        .min()
        .unwrap_or_else(|| value_of_string(rest, escapes));
    scan.mark(start..start + length, Escaping::None);
    true
}

/// How much of a text in a string comes before the backslashes of the quote at its end.
fn value_of_string(rest: &[u8], escapes: usize) -> usize {
    let trailing = rest.iter().rev().take_while(|byte| **byte == b'\\').count();
    rest.len() - if escapes == 0 { 0 } else { trailing }
}

fn contains_ignoring_case(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len())
        .any(|window| window.eq_ignore_ascii_case(word))
}

/// Words that make a secret's name of `key` and `token`.
const FIRST_WORDS: &[&[u8]] = &[
    b"api",
    b"access",
    b"secret",
    b"private",
    b"auth",
    b"bearer",
    b"account",
    b"license",
    b"encryption",
    b"signing",
    b"master",
    b"ssh",
    b"refresh",
    b"session",
    b"client",
];

/// Members that hold the value of what another member names.
const VALUE_NAMES: &[&[u8]] = &[b"value", b"val", b"content", b"default", b"secretvalue"];

/// Shorter values of a key that says just `token` are pieces of text.
const SHORT_TOKEN: usize = 8;

/// A shorter value of a parameter is a number, or an example.
const MIN_PARAMETER: usize = 4;

/// The header of a part of a form.
const MAX_PART_HEAD: usize = 1024;

/// Between a value and the name that follows it, or the other way round.
const MAX_BEFORE: usize = 512;
