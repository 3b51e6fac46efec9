//! A name without quotes, and its value: in shells, code, configuration, logs and prose.
//!
//! `NAME=value`, `name: value`, `name := "value"`, `let name: &str = "value"`,
//! `--name value`, `<name>value</name>`, `f("name", "value")`, `the name is value`.
//! Outside of JSON a name is not enough: the value must look like a secret.

use std::ops::Range;

use memchr::memchr2;

use super::credentials::{authorization, cookie_line};
use super::heuristics::{self, SHORT_PASSWORD};
use super::names::NameKind;
use super::quoting::{Quote, skip_space};
use super::scan::{Escaping, Scan};
use super::strictness::Strictness;
use super::syntax::{
    MAX_ASSIGNED, MAX_BLANKS, after_prefix, after_type, ends_line, is_name_byte, is_plain,
    is_variable_name, opens_element, operator, skip_blanks, variable_end,
};
use super::table::{column, inserted};
use super::token_shape;

/// Looks at what follows at `at`, behind a name and perhaps a bracket.
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
        Some(b',' | b';' | b'\t') => column(scan, name),
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
        Some(_) if sign > at => spaced(scan, kind, name, sign),
        _ => {}
    }
}

/// The value behind an operator.
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
    // Only something that can be nothing else: the next line may be anything.
    value_of(scan, kind, next, Strictness::Strict);
}

/// A value that begins at `start`, with quotes or without.
fn value_of(scan: &mut Scan<'_>, kind: NameKind, start: usize, strictness: Strictness) {
    let text = scan.text;
    let start = after_prefix(text, start);
    if start < scan.values_seen_to {
        return;
    }
    if let Some((quote, start)) = Quote::read(text, start) {
        let window = &text[..text.len().min(start + MAX_ASSIGNED)];
        let value = quote.value(window, start);
        if value.end == window.len() && window.len() < text.len() {
            return;
        }
        scan.values_seen_to = value.end;
        if strictness.accepts(&text[value.clone()], kind) {
            scan.mark(value, Escaping::Json(quote.levels()));
        }
        return;
    }
    if strictness == Strictness::Lenient {
        let end = variable_end(text, start);
        if strictness.accepts(&text[start..end], kind) {
            scan.values_seen_to = end;
            scan.mark(start..end, Escaping::None);
        }
        return;
    }
    let plain = token_shape::run(text, start, is_plain);
    scan.values_seen_to = plain;
    let plain = start..token_shape::without_stop(text, start, plain);
    // What is called is code, `token = read_token1()`, and so is what has parameters, `Seed25519Bin<'_>`.
    let is_code = matches!(text.get(plain.end), Some(b'(' | b'<'));
    if kind == NameKind::Password {
        // A password may hold any sign; what ends a sentence or a list is none of it.
        let end = variable_end(text, start);
        let end = end
            - text[start..end]
                .iter()
                .rev()
                .take_while(|byte| b",.;)]}>".contains(byte))
                .count();
        let has_code = text[start..end]
            .iter()
            .any(|byte| b"(){}[]<>,=".contains(byte));
        if !has_code && strictness.accepts(&text[start..end], kind) {
            scan.values_seen_to = end;
            return scan.mark(start..end, Escaping::None);
        }
    }
    if is_code {
        return;
    }
    // Without quotes a name of a type or a constant is likelier than a key.
    let is_name = kind.is_ambiguous() && !is_long_random(&text[plain.clone()]);
    if !is_name && strictness.accepts(&text[plain.clone()], kind) {
        scan.mark(plain, Escaping::None);
    }
}

/// Random, and longer than the names that only look so: `PublicKeyX509Der`.
fn is_long_random(value: &[u8]) -> bool {
    value.len() >= LONG_RANDOM && value.iter().any(u8::is_ascii_digit)
}

/// What follows a name and a blank: an option's value, a word of a configuration, of prose.
fn spaced(scan: &mut Scan<'_>, kind: NameKind, name: &Range<usize>, start: usize) {
    let text = scan.text;
    if text[name.clone()] == *b"pass" {
        // The word; FTP's command has capitals.
        return;
    }
    let is_option = text[name.start] == b'-';
    if is_option {
        let strictness = match kind {
            NameKind::Code => Strictness::Strict,
            kind if kind.is_ambiguous() => Strictness::Strict,
            _ => Strictness::Normal,
        };
        return option_value(scan, kind, start, strictness);
    }
    // `key string = "value"`: a type between the name and the sign.
    let word = start
        + text[start..]
            .iter()
            .take(MAX_WORD)
            .take_while(|byte| is_name_byte(**byte))
            .count();
    if word > start
        && let Some(end) = operator(text, skip_blanks(text, word))
        && !is_filler(&text[start..word])
        && !text[start..word].iter().any(u8::is_ascii_digit)
    {
        return value_of(scan, kind, skip_blanks(text, end), Strictness::Normal);
    }
    let mut at = start;
    // `SET PASSWORD FOR 'bob' = 'value'`
    if text[start..]
        .get(..4)
        .is_some_and(|word| word.eq_ignore_ascii_case(b"for "))
        && let Some((quote, user)) = Quote::read(text, start + 4)
    {
        let user = quote.value(&text[..text.len().min(user + MAX_WORD * 4)], user);
        if let Some(end) = operator(text, skip_blanks(text, user.end + quote.length())) {
            at = skip_blanks(text, end);
        }
    }
    for _ in 0..MAX_FILLERS {
        let end = at
            + text[at..]
                .iter()
                .take(MAX_WORD)
                .take_while(|byte| byte.is_ascii_alphabetic())
                .count();
        if !is_filler(&text[at..end]) {
            break;
        }
        let colon = usize::from(matches!(text.get(end), Some(b':' | b'=')));
        at = skip_blanks(text, end + colon);
    }
    let is_header = kind == NameKind::Authorization || kind == NameKind::Cookie;
    if is_header && Quote::read(text, at).is_none() {
        return;
    }
    value_of(scan, kind, at, Strictness::Strict);
}

/// The value of an option: a word, or several in quotes.
fn option_value(scan: &mut Scan<'_>, kind: NameKind, start: usize, strictness: Strictness) {
    let text = scan.text;
    // `--with-token <<< value`: the standard input of the command.
    let start = match text[start..].strip_prefix(b"<<<") {
        Some(_) => skip_blanks(text, start + 3),
        None => start,
    };
    if Quote::read(text, start).is_some() {
        return value_of(scan, kind, start, strictness);
    }
    let end = variable_end(text, start);
    let value = &text[start..end];
    let is_short = (SHORT_PASSWORD..heuristics::MIN_RANDOM).contains(&value.len())
        && value.iter().any(u8::is_ascii_digit)
        && value.iter().any(u8::is_ascii_alphabetic)
        && !heuristics::is_placeholder(value);
    if strictness.accepts(value, kind) || (strictness == Strictness::Normal && is_short) {
        scan.mark(start..end, Escaping::None);
    }
}

/// What a function of this name is called with: `setApiKey("value")`.
fn called(scan: &mut Scan<'_>, kind: NameKind, start: usize) {
    let text = scan.text;
    // A function that checks a password is called with examples.
    let kind = if kind == NameKind::Password {
        NameKind::Secret
    } else {
        kind
    };
    if Quote::read(text, start).is_some() {
        value_of(scan, kind, start, Strictness::Strict);
    }
}

/// The value on a line of its own: `- name: API_KEY`, and below `value: …`.
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

/// The text of an XML element, which begins at `start`.
pub(super) fn element(scan: &mut Scan<'_>, kind: NameKind, start: usize) {
    let text = scan.text;
    let start = skip_space(text, start);
    let window = &text[..text.len().min(start + MAX_ASSIGNED)];
    let end = token_shape::run(window, start, |byte| {
        !matches!(byte, b'<' | b'"' | b'\n' | b'\r' | b'\\')
    });
    let value = start..start + text[start..end].trim_ascii_end().len();
    if Strictness::Normal.accepts(&text[value.clone()], kind) {
        scan.mark(value, Escaping::None);
    }
}

fn is_filler(word: &[u8]) -> bool {
    FILLERS
        .iter()
        .any(|filler| word.eq_ignore_ascii_case(filler))
}

/// Words between a name and its value in a sentence.
const FILLERS: &[&[u8]] = &[
    b"is",
    b"was",
    b"are",
    b"will",
    b"be",
    b"now",
    b"set",
    b"to",
    b"provided",
    b"given",
    b"changed",
    b"value",
    b"or",
];

/// Names of types and constants with digits are shorter.
const LONG_RANDOM: usize = 20;

/// Brackets and marks between a name and its sign: `**Password**`.
const MAX_BRACKETS: usize = 4;

/// A word of prose, or a type.
const MAX_WORD: usize = 32;

/// `will now be set to`.
const MAX_FILLERS: usize = 5;
