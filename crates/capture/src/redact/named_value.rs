//! A keyword that is part of a name: which kind of name it is, and where its value is.
//!
//! Names of parameters and their values are read here. Others lead on: fields of forms to
//! `multipart`, names in quotes to `quoted_value`, names without to `assignment`.

use std::ops::Range;

use super::assignment;
use super::byte_class::run_end;
use super::heuristics;
use super::multipart;
use super::name::{name_around, path_start};
use super::names;
use super::quoted_value;
use super::quoting::Quote;
use super::scan::{Escaping, Scan};
use super::url;

/// Looks at the name around a keyword, and at its value.
pub(super) fn detect(scan: &mut Scan<'_>, keyword: Range<usize>) {
    let text = scan.text;
    let Some(name) = name_around(text, keyword) else {
        return;
    };
    // A name can hold several keywords.
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
    let is_field = multipart::field(scan, &name);
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
            quoted_value::after_name(scan, kind, &name, quote, end);
        }
        _ if names::is_common_word(&text[name.clone()]) => {}
        _ => assignment::after_name(scan, kind, &name, name.end),
    }
}

/// `?name=value` or `&name=value`.
fn parameter(scan: &mut Scan<'_>, name: &Range<usize>, start: usize) {
    let end = run_end(scan.text, start, url::is_parameter_value);
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

/// A shorter value of a parameter is a number, or an example.
const MIN_PARAMETER: usize = 4;
