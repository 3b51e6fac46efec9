//! Secrets in rows below or behind the names of their columns: CSV, SQL.

use std::ops::Range;

use memchr::memchr;

use super::looks;
use super::scan::{Scan, Spelling};
use super::shapes;
use super::syntax::MAX_ASSIGNED;
use super::value::skip_space;

/// The name is the last of a table's first line: `user,password`, and below `bob,…`.
pub(super) fn column(scan: &mut Scan<'_>, name: &Range<usize>, end: usize) {
    let text = scan.text;
    let Some(separator) = name.start.checked_sub(1).map(|at| text[at]) else {
        return;
    };
    if !matches!(separator, b',' | b';' | b'\t') {
        return;
    }
    let mut line = skip_space(text, end);
    for _ in 0..MAX_ROWS {
        let stop = shapes::run(text, line, |byte| {
            !matches!(byte, b'\n' | b'\r' | b'\\' | b'"')
        });
        let row = &text[line..stop];
        let Some(at) = memchr::memrchr(separator, row) else {
            return;
        };
        let cell = line + at + 1..stop;
        if looks::is_password(&text[cell.clone()]) || looks::is_random(&text[cell.clone()]) {
            scan.mark(cell, Spelling::Plain);
        }
        line = skip_space(text, stop);
        if line == stop {
            return;
        }
    }
}

/// `(name, password) VALUES ('bob', 'value')`: the value at the name's place in each of the rows.
pub(super) fn inserted(scan: &mut Scan<'_>, name: &Range<usize>, at: usize) {
    let text = scan.text;
    let values = &text[at..text.len().min(at + MAX_ASSIGNED)];
    let is_insert = values
        .get(..6)
        .is_some_and(|word| word.eq_ignore_ascii_case(b"values"));
    let before = &text[name.start.saturating_sub(MAX_ASSIGNED / 4)..name.start];
    let Some(open) = memchr::memrchr(b'(', before).filter(|_| is_insert) else {
        return;
    };
    let place = before[open..].iter().filter(|byte| **byte == b',').count();
    let mut column = 0;
    let mut start = at + 6;
    while start < at + values.len() {
        match text[start] {
            b'(' => column = 0,
            b',' => column += 1,
            b';' | b'"' | b'\\' => return,
            b'\'' => {
                let value = memchr(b'\'', &text[start + 1..at + values.len()]);
                let value = start + 1..start + 1 + value.unwrap_or(0);
                if column == place
                    && (looks::is_password(&text[value.clone()])
                        || looks::is_random(&text[value.clone()]))
                {
                    scan.mark(value.clone(), Spelling::Plain);
                }
                start = value.end;
            }
            _ => {}
        }
        start += 1;
    }
}

/// Lines of a table that are looked at.
const MAX_ROWS: usize = 64;
