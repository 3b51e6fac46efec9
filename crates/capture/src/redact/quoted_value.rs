//! A name in quotes, and its value.
//!
//! `"name": "value"` at any depth of strings in strings, `"name", "value"`, `{"name": "…", "value": "…"}`
//! in either order, and attributes of XML.

use std::ops::Range;

use memchr::memmem;

use super::assigned_value;
use super::assignment;
use super::byte_class::window;
use super::name_kind::NameKind;
use super::names;
use super::quoting::{Quote, skip_space};
use super::scan::{Escaping, Scan};
use super::value_rules::{self, mark_value};

/// Looks for the value of a name whose closing quote ends at `end`.
pub(super) fn after_name(
    scan: &mut Scan<'_>,
    kind: NameKind,
    name: &Range<usize>,
    quote: Quote,
    end: usize,
) {
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

/// `"name", "value"`: what follows is the value, or a member called `value`.
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
        if !value_rules::is_secret(&text[value.clone()], kind) {
            return;
        }
    } else if !value_rules::is_argument(&text[value.clone()], kind) {
        return;
    }
    mark_value(scan, kind, value, Escaping::Json(quote.levels()));
}

/// `{"value": "…", "name": "API_KEY"}`: the value comes first.
fn value_before(scan: &mut Scan<'_>, kind: NameKind, name: &Range<usize>, quote: Quote) {
    let text = scan.text;
    let window = name.start.saturating_sub(MAX_BETWEEN)..name.start;
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
        && value_rules::is_secret(&text[value.clone()], kind)
    {
        mark_value(scan, kind, value, Escaping::Json(quote.levels()));
    }
}

/// Behind an attribute with the name: an attribute called `value`, or the text of the element.
fn attribute(scan: &mut Scan<'_>, kind: NameKind, quote: Quote, end: usize) {
    let text = scan.text;
    let rest = window(text, end, MAX_BETWEEN);
    let close = memchr::memchr2(b'>', b'<', rest).unwrap_or(rest.len());
    let inside = &rest[..close];
    let found = memmem::find(inside, b"value=").or_else(|| memmem::find(inside, b"Value="));
    if let Some(found) = found {
        let Some((opening, start)) = Quote::read(text, end + found + b"value=".len()) else {
            return;
        };
        let value = opening.value(text, start);
        if opening.levels() == quote.levels() && value_rules::is_secret(&text[value.clone()], kind)
        {
            mark_value(scan, kind, value, Escaping::None);
        }
    } else if rest.get(close) == Some(&b'>') && inside.trim_ascii().is_empty() {
        assigned_value::element(scan, kind, end + close + 1);
    }
}

/// Whether the value that ends at `end` is a token of a model's output, with its log probability.
fn is_log_probability(text: &[u8], end: usize) -> bool {
    let Some((_, end)) = Quote::read(text, end) else {
        return false;
    };
    let comma = skip_space(text, end);
    let next = skip_space(text, comma + 1);
    text.get(comma) == Some(&b',')
        && Quote::read(text, next).is_some_and(|(_, name)| text[name..].starts_with(b"logprob"))
}

/// Members that hold the value of the name in another member.
const VALUE_NAMES: &[&[u8]] = &[b"value", b"val", b"content", b"default", b"secretvalue"];

/// Between a name and its value, in either order.
const MAX_BETWEEN: usize = 512;
