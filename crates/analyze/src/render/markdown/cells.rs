//! Cells and lists that several sections share.

use super::escape::code;
use crate::text::units::{count, plural};

/// What `write` makes of the value; a dash if there is none.
pub(super) fn or_dash<T>(value: Option<T>, write: impl FnOnce(T) -> String) -> String {
    value.map_or_else(|| "–".to_owned(), write)
}

/// The status of a response.
pub(super) fn status(status: Option<u16>) -> String {
    status.map_or_else(|| "no response".to_owned(), |status| status.to_string())
}

/// `texts`, separated by commas; a dash for none.
pub(super) fn joined(texts: &[String]) -> String {
    or_dash((!texts.is_empty()).then_some(texts), |texts| {
        texts.join(", ")
    })
}

/// `texts` as code, separated by commas.
pub(super) fn codes<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> String {
    let texts: Vec<String> = texts.into_iter().map(|text| code(text.as_ref())).collect();
    texts.join(", ")
}

/// The first `limit` items, then how many more there are: `a, b, … 3 more`.
pub(super) fn first<T>(items: &[T], limit: usize, write: impl Fn(&T) -> String) -> String {
    let mut texts: Vec<String> = items.iter().take(limit).map(write).collect();
    if items.len() > limit {
        texts.push(format!("… {} more", items.len() - limit));
    }
    texts.join(", ")
}

/// The counts that are not 0: `2xx 12, 4xx 1`.
pub(super) fn counts<const N: usize>(counts: [(&str, u64); N]) -> String {
    let occurred = counts.into_iter().filter(|(_, number)| *number > 0);
    let texts: Vec<String> = occurred
        .map(|(name, number)| format!("{name} {}", count(number)))
        .collect();
    texts.join(", ")
}

/// The line under a list that leaves out `left` items; nothing for 0.
pub(super) fn more(left: u64, singular: &str, out: &mut String) {
    if left > 0 {
        let more = plural(left, &format!("more {singular}"));
        out.push_str(&format!("… and {more}.\n\n"));
    }
}
