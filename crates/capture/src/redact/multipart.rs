//! Fields of a multipart form (RFC 7578), also of a form inside strings.

use std::ops::Range;

use memchr::memmem;

use super::byte_class::{is_backslash, is_dotted_byte, leading, run_start, trailing, window};
use super::names;
use super::scan::{Escaping, Scan};

/// Marks the value of a field: the name is in the header of its part, the value after a blank line.
///
/// Returns whether the name is that of a field at all.
pub(super) fn field(scan: &mut Scan<'_>, name: &Range<usize>) -> bool {
    let text = scan.text;
    // `user[password]`: the name of the field begins before its last part.
    let is_outer = |byte| is_dotted_byte(byte) || matches!(byte, b'[' | b']');
    let before = &text[..run_start(text, name.start, names::MAX_NAME, is_outer)];
    let before = before.strip_suffix(b"\"").unwrap_or(before);
    let escapes = trailing(before, is_backslash);
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
    // In a string a quote has one backslash and a line end has one; in a string in a string, three and two.
    let (feed, both) = if escapes == 0 {
        (b"\n".to_vec(), b"\r\n".to_vec())
    } else {
        let escape = vec![b'\\'; escapes.div_ceil(2)];
        let feed = [&escape[..], b"n"].concat();
        let both = [&escape[..], b"r", &feed].concat();
        (feed, both)
    };
    let head = window(text, name.end, MAX_PART_HEAD);
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
        _ => &rest[..leading(rest, |byte| byte != b'"')],
    };
    let length = [both, feed]
        .iter()
        .filter_map(|end| memmem::find(rest, &[&end[..], b"--"].concat()))
        .min()
        .unwrap_or_else(|| match escapes {
            0 => rest.len(),
            // The last backslashes belong to the quote at the end of the string.
            _ => rest.len() - trailing(rest, is_backslash),
        });
    scan.mark(start..start + length, Escaping::None);
    true
}

fn contains_ignoring_case(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len())
        .any(|window| window.eq_ignore_ascii_case(word))
}

/// The header of a part of a form.
const MAX_PART_HEAD: usize = 1024;
