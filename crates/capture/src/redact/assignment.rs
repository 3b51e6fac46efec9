//! A name without quotes, and its value: in shells, code, configuration, logs and prose.
//!
//! `NAME=value`, `name: value`, `name := "value"`, `let name: &str = "value"`,
//! `--name value`, `<name>value</name>`, `f("name", "value")`, `the name is value`.
//! Outside of JSON a name is not enough: the value must look like a secret.

use std::ops::Range;

use memchr::memchr2;

use super::assigned_value::{element, value_of};
use super::credentials::{authorization, cookie_line};
use super::name_kind::NameKind;
use super::quoting::{Quote, skip_space};
use super::scan::Scan;
use super::spaced_value::spaced;
use super::syntax::{
    MAX_BLANKS, MAX_WORD, after_type, ends_line, is_variable_name, opens_element, operator,
    skip_blanks,
};
use super::table::{column, inserted};
use super::value_rules::Strictness;

/// Looks for the value of a name from `at` on, after perhaps a bracket.
pub(super) fn after_name(scan: &mut Scan<'_>, kind: NameKind, name: &Range<usize>, at: usize) {
    let text = scan.text;
    let mut at = at;
    while matches!(text.get(at), Some(b']' | b')' | b'*' | b'`')) && at < name.end + MAX_BRACKETS {
        at += 1;
    }
    let sign = skip_blanks(text, at);
    let is_variable = text[name.clone()].iter().all(is_variable_name);
    if let Some(end) = operator(text, sign) {
        let attached = is_variable && text[sign] == b'=' && sign == name.end;
        return value(scan, kind, end, attached);
    }
    match text.get(sign) {
        Some(b'>') if opens_element(text, name.start) => element(scan, kind, sign + 1),
        // An element with attributes.
        Some(_) if sign > at && opens_element(text, name.start) => {
            let rest = &text[sign..text.len().min(sign + MAX_BLANKS * 16)];
            if let Some(end) = memchr2(b'>', b'<', rest).filter(|end| rest[*end] == b'>') {
                element(scan, kind, sign + end + 1);
            }
        }
        Some(b'(') => called(scan, kind, sign + 1),
        Some(b',') if Quote::read(text, skip_space(text, sign + 1)).is_some() => {
            value_of(scan, kind, skip_space(text, sign + 1), Strictness::Strict);
        }
        Some(b',') if inserted(scan, name) => {}
        Some(b',' | b';') => column(scan, name),
        // `| name | value |`, or a column of that name.
        Some(b'|') => {
            value_of(scan, kind, skip_blanks(text, sign + 1), Strictness::Strict);
            column(scan, name);
        }
        // `ApiKey { get; set; } = "value"`
        Some(b'{') => {
            let rest = &text[sign..text.len().min(sign + MAX_WORD)];
            let close = memchr::memchr(b'}', rest).map(|close| skip_blanks(text, sign + close + 1));
            if let Some(end) = close.and_then(|close| operator(text, close)) {
                value(scan, kind, end, false);
            }
        }
        Some(b'V' | b'v') if at > name.end && inserted(scan, name) => {}
        // `#define API_KEY "value"` in a string.
        Some(b'\\') if sign > at && Quote::read(text, sign).is_some() => {
            spaced(scan, kind, name, sign);
        }
        Some(b'\\' | b'\n' | b'\r') => value_line(scan, kind, name, sign),
        Some(_) if sign > at => {
            // A tab separates columns, too.
            if text[at..sign].contains(&b'\t') {
                column(scan, name);
            }
            spaced(scan, kind, name, sign);
        }
        _ => {}
    }
}

/// The value after an operator.
fn value(scan: &mut Scan<'_>, kind: NameKind, end: usize, is_variable: bool) {
    let text = scan.text;
    let start = skip_blanks(text, end);
    if kind == NameKind::Cookie {
        return cookie_line(scan, start);
    }
    if start < scan.values_seen_to {
        return;
    }
    if kind == NameKind::Authorization {
        return authorization(scan, start);
    }
    let strictness = if is_variable {
        Strictness::Lenient
    } else {
        Strictness::Normal
    };
    // `key: string = "value"`, `key: &str = "value"`
    if let Some(typed) = after_type(text, start) {
        return value_of(scan, kind, typed, strictness);
    }
    // A block of YAML, or a value on the next line.
    let block = text[start..]
        .strip_prefix(b"|")
        .or_else(|| text[start..].strip_prefix(b">"));
    let line = match block {
        Some(rest) if ends_line(rest) => start + 1,
        _ if ends_line(&text[start..]) => start,
        _ => return value_of(scan, kind, start, strictness),
    };
    let next = skip_space(text, line);
    // The next line may be anything, so only a sure secret counts.
    value_of(scan, kind, next, Strictness::Strict);
}

/// The argument of a function with this name: `setApiKey("value")`.
fn called(scan: &mut Scan<'_>, kind: NameKind, start: usize) {
    let text = scan.text;
    // Functions that check passwords are called with examples.
    let kind = if kind == NameKind::Password {
        NameKind::Secret
    } else {
        kind
    };
    if Quote::read(text, start).is_some() {
        value_of(scan, kind, start, Strictness::Strict);
    }
}

/// The value on the next line: `- name: API_KEY`, then `value: …`.
fn value_line(scan: &mut Scan<'_>, kind: NameKind, name: &Range<usize>, end: usize) {
    let text = scan.text;
    let next = skip_space(text, end);
    let rest = &text[next..];
    let Some(rest) = rest
        .strip_prefix(b"value")
        .or_else(|| rest.strip_prefix(b"Value"))
    else {
        return column(scan, name);
    };
    let sign = text.len() - rest.len();
    if let Some(end) = operator(text, sign) {
        value_of(scan, kind, skip_blanks(text, end), Strictness::Normal);
    }
}

/// Brackets and asterisks between a name and its sign: `**Password**`.
const MAX_BRACKETS: usize = 4;
