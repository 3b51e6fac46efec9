//! Secrets in tables, where names are in the first line: CSV, Markdown, `INSERT` of SQL.

use std::ops::Range;

use memchr::{memchr, memmem};

use super::byte_class::{is_backslash, leading, trailing};
use super::heuristics;
use super::quoting::skip_space;
use super::scan::{Escaping, Scan};
use super::syntax::{MAX_ASSIGNED, is_name_byte};

/// Marks the column below a name in the first line of a table: `user,password,id`, `| user | password |`.
pub(super) fn column(scan: &mut Scan<'_>, name: &Range<usize>) {
    let text = scan.text;
    let header = line_start(text, name.start)..line_end(text, name.end);
    let Some(separator) = separator(&text[header.start..name.start], &text[name.end..header.end])
    else {
        return;
    };
    let is_header = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-. \"'`|,;\t\\".contains(byte);
    let count = memmem::find_iter(&text[header.clone()], separator).count();
    // Code breaks its lists after a comma.
    let is_code = separator != b"|" && text[header.clone()].trim_ascii_end().ends_with(separator);
    if is_code || count == 0 || !text[header.clone()].iter().all(is_header) {
        return;
    }
    let place = memmem::find_iter(&text[header.start..name.start], separator).count();
    let mut end = header.end;
    for _ in 0..MAX_ROWS {
        let start = skip_line_end(text, end);
        end = line_end(text, start);
        let row = &text[start..end];
        if start == end || memmem::find_iter(row, separator).count() != count {
            return;
        }
        let before = memmem::find_iter(row, separator).nth(place.wrapping_sub(1));
        let cell = before
            .filter(|_| place > 0)
            .map_or(0, |at| at + separator.len());
        let length = memmem::find(&row[cell..], separator);
        let value = &row[cell..length.map_or(row.len(), |length| cell + length)];
        let trimmed = value.trim_ascii();
        if heuristics::is_password(trimmed) || heuristics::is_random(trimmed) {
            let blanks = value.len() - value.trim_ascii_start().len();
            let start = start + cell + blanks;
            scan.mark(start..start + trimmed.len(), Escaping::None);
        }
    }
}

/// What separates the cells of a line, judging by what is next to one of them.
fn separator<'a>(before: &'a [u8], after: &'a [u8]) -> Option<&'a [u8]> {
    let sign = |byte: &u8| matches!(byte, b',' | b';' | b'\t' | b'|');
    let before = trim_blanks(before);
    if let Some(tab) = before
        .strip_suffix(b"t")
        .filter(|rest| rest.ends_with(b"\\"))
    {
        let escapes = trailing(tab, is_backslash);
        return Some(&before[tab.len() - escapes..]);
    }
    if before.last().is_some_and(sign) {
        return Some(&before[before.len() - 1..]);
    }
    let blanks = leading(after, |byte| byte == b' ');
    let rest = &after[blanks..];
    let escapes = leading(rest, is_backslash);
    if escapes > 0 && rest.get(escapes) == Some(&b't') {
        return Some(&rest[..=escapes]);
    }
    rest.first().is_some_and(sign).then(|| &rest[..1])
}

fn trim_blanks(text: &[u8]) -> &[u8] {
    let blanks = trailing(text, |byte| byte == b' ');
    &text[..text.len() - blanks]
}

/// The start of the line at `at`. Line ends may be escaped.
fn line_start(text: &[u8], at: usize) -> usize {
    let earliest = at.saturating_sub(MAX_HEADER);
    let mut start = at;
    while start > earliest {
        let is_end = matches!(text[start - 1], b'\n' | b'\r' | b'"')
            || (start > 1 && matches!(text[start - 2..start], [b'\\', b'n' | b'r']));
        if is_end {
            break;
        }
        start -= 1;
    }
    start
}

/// The end of the line at `at`, or of the string that it is in.
fn line_end(text: &[u8], at: usize) -> usize {
    let window = &text[..text.len().min(at + MAX_ASSIGNED)];
    let mut end = at;
    while let Some(byte) = window.get(end) {
        let escapes = leading(&window[end..], is_backslash);
        let ends = matches!(byte, b'\n' | b'\r' | b'"')
            || (escapes > 0 && matches!(window.get(end + escapes), Some(b'n' | b'r' | b'"')));
        if ends {
            return end;
        }
        end += escapes.max(1);
    }
    end
}

/// Skips one line end.
fn skip_line_end(text: &[u8], at: usize) -> usize {
    let rest = &text[at.min(text.len())..];
    let rest = rest.strip_prefix(b"\r").unwrap_or(rest);
    let escapes = leading(rest, is_backslash);
    let length = match rest.get(escapes) {
        Some(b'\n') if escapes == 0 => 1,
        Some(b'n' | b'r') if escapes > 0 => escapes + 1,
        _ => 0,
    };
    text.len() - rest.len() + length
}

/// Marks the values of `(name, password) VALUES ('bob', 'value')` at the name's position in each row.
///
/// Returns whether the name is in such a list.
pub(super) fn inserted(scan: &mut Scan<'_>, name: &Range<usize>) -> bool {
    let text = scan.text;
    let rest = &text[name.end..text.len().min(name.end + MAX_HEADER)];
    let is_list = |byte: &u8| is_name_byte(*byte) || b", `\"[]\\\n\r\t".contains(byte);
    let list = leading(rest, |byte| is_list(&byte));
    if rest.get(list) != Some(&b')') {
        return false;
    }
    let at = skip_space(text, name.end + list + 1);
    let values = &text[at..text.len().min(at + MAX_ASSIGNED)];
    let is_insert = values
        .get(..6)
        .is_some_and(|word| word.eq_ignore_ascii_case(b"values"));
    let before = &text[name.start.saturating_sub(MAX_ASSIGNED / 4)..name.start];
    let Some(open) = memchr::memrchr(b'(', before).filter(|_| is_insert) else {
        return false;
    };
    let place = before[open..].iter().filter(|byte| **byte == b',').count();
    let mut column = 0;
    let mut start = at + 6;
    while start < at + values.len() {
        match text[start] {
            b'(' => column = 0,
            b',' => column += 1,
            b';' | b'"' | b'\\' => return true,
            b'\'' => {
                let value = memchr(b'\'', &text[start + 1..at + values.len()]);
                let value = start + 1..start + 1 + value.unwrap_or(0);
                if column == place
                    && (heuristics::is_password(&text[value.clone()])
                        || heuristics::is_random(&text[value.clone()]))
                {
                    scan.mark(value.clone(), Escaping::None);
                }
                start = value.end;
            }
            _ => {}
        }
        start += 1;
    }
    true
}

/// The longest first line of a table.
const MAX_HEADER: usize = 1024;

/// Rows of a table that are read.
const MAX_ROWS: usize = 64;
