//! Where names end and values begin in code, configuration and shells.

use super::byte_class::{is_backslash, leading, trailing, window};
use super::quoting::Quote;

/// The end of an operator that assigns: `=`, `:`, `:=`, `=>`, `::=`, `?=`, `.=`, `||=`, `&gt;`.
pub(super) fn operator(text: &[u8], at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    if let Some(rest) = rest.strip_prefix(b"&gt;") {
        return Some(text.len() - rest.len());
    }
    let length = leading(window(rest, 0, MAX_OPERATOR), |byte| {
        b"=:>?.|+*".contains(&byte)
    });
    let operator = &rest[..length];
    // `NAME || "value"`, `NAME ?? "value"`, `name -> value`
    if matches!(rest, [b'|', b'|', ..] | [b'?', b'?', ..] | [b'-', b'>', ..]) && length <= 2 {
        return Some(at + 2);
    }
    let assigns = operator.iter().any(|byte| matches!(byte, b'=' | b':')) && operator != b"::";
    // `${NAME:-value}` and `${NAME:=value}` of a shell.
    let is_default = operator == b":" && rest.get(1) == Some(&b'-');
    assigns.then_some(at + length + usize::from(is_default))
}

/// Where the value begins after a type and an equals sign: `string = "…"`.
pub(super) fn after_type(text: &[u8], start: usize) -> Option<usize> {
    let rest = window(text, start, MAX_TYPE);
    let length = leading(rest, |byte| {
        is_name_byte(byte) || b"&'<>?:| []".contains(&byte)
    });
    let word = rest[..length].trim_ascii();
    let is_type = word
        .first()
        .is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'&')
        && !word.iter().any(u8::is_ascii_digit)
        && word.len() < length + 1;
    let sign = rest.get(length)?;
    let is_assignment = *sign == b'=' && rest.get(length + 1) != Some(&b'=');
    let has_blank = rest[..length].ends_with(b" ");
    (is_type && is_assignment && has_blank).then(|| skip_blanks(text, start + length + 1))
}

/// Where a string begins after a prefix or a call: `f"…"`, `String("…")`.
pub(super) fn after_prefix(text: &[u8], start: usize) -> usize {
    let rest = &text[start.min(text.len())..];
    let letters = leading(window(rest, 0, MAX_CALL), |byte| {
        is_name_byte(byte) || matches!(byte, b':' | b'.' | b'@' | b'$' | b'#')
    });
    let is_quote = |at: usize| Quote::read(text, start + at).is_some();
    if (1..=3).contains(&letters) && is_quote(letters) {
        return start + letters;
    }
    if rest.get(letters) == Some(&b'(') && is_quote(letters + 1) {
        return start + letters + 1;
    }
    start
}

/// The end of a variable's value in a shell or an `.env` file: at white space, at a quote, or
/// where another command or variable begins.
pub(super) fn variable_end(text: &[u8], start: usize) -> usize {
    let mut at = start;
    let limit = text.len().min(start + MAX_ASSIGNED);
    while at < limit {
        match text[at] {
            b'"' | b'\'' | b'`' | 0..=b' ' | 0x7f => break,
            b'\\' => {
                let escapes = leading(&text[at..limit], is_backslash);
                let next = text.get(at + escapes);
                // An escaped line end or quote ends the value; an escaped backslash is part of it.
                if escapes % 2 == 1 || matches!(next, Some(b'n' | b'r' | b't' | b'"')) {
                    break;
                }
                at += escapes;
            }
            b';' | b'&' | b'|' => {
                let rest = &text[at + 1..limit];
                let word = leading(rest, is_name_byte);
                let ends = rest
                    .first()
                    .is_none_or(|next| matches!(next, 0..=b' ' | b'\\' | b'"' | b'\''))
                    || (word > 0 && rest.get(word) == Some(&b'='));
                if ends {
                    break;
                }
                at += 1;
            }
            _ => at += 1,
        }
    }
    at
}

/// Whether the name at `start` is that of an XML element, perhaps with a prefix.
pub(super) fn opens_element(text: &[u8], start: usize) -> bool {
    let before = &text[..start];
    let before = match before.strip_suffix(b":") {
        Some(before) => {
            let prefix = trailing(before, |byte| byte.is_ascii_alphanumeric());
            &before[..before.len() - prefix]
        }
        None => before,
    };
    before.ends_with(b"<")
}

pub(super) fn ends_line(rest: &[u8]) -> bool {
    matches!(rest, [b'\n' | b'\r', ..] | [b'\\', b'n' | b'r', ..])
        || (rest.starts_with(b"\\\\") && rest.get(leading(rest, is_backslash)) == Some(&b'n'))
}

pub(super) fn skip_blanks(text: &[u8], at: usize) -> usize {
    let limit = text.len().min(at + MAX_BLANKS);
    let blanks = text.get(at..limit).unwrap_or_default();
    at + leading(blanks, |byte| matches!(byte, b' ' | b'\t' | b'*'))
}

pub(super) fn is_variable_name(byte: &u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_'
}

pub(super) fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

pub(super) fn is_plain(byte: u8) -> bool {
    byte > b' ' && byte != 0x7f && !b"\"'\\`,;<>(){}[]&|".contains(&byte)
}

/// How far a quoted value in code may reach.
pub(super) const MAX_ASSIGNED: usize = 4096;

/// A word of prose, or a type.
pub(super) const MAX_WORD: usize = 32;

/// Between a name, its sign and its value.
pub(super) const MAX_BLANKS: usize = 64;

/// `:::=`.
const MAX_OPERATOR: usize = 4;

/// A type in a declaration, `Option<&'static str>`.
const MAX_TYPE: usize = 48;

/// A function around a string.
const MAX_CALL: usize = 32;
