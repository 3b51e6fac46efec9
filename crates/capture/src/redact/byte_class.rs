//! Classes of bytes, and how far a run of one class reaches.

/// How many bytes of a class `text` begins with.
pub(super) fn leading(text: &[u8], class: impl Fn(u8) -> bool) -> usize {
    let length = text.iter().position(|byte| !class(*byte));
    length.unwrap_or(text.len())
}

/// How many bytes of a class `text` ends with.
pub(super) fn trailing(text: &[u8], class: impl Fn(u8) -> bool) -> usize {
    let length = text.iter().rev().position(|byte| !class(*byte));
    length.unwrap_or(text.len())
}

/// The end of the run that begins at `start`, which may be past the end of `text`.
pub(super) fn run_end(text: &[u8], start: usize, class: impl Fn(u8) -> bool) -> usize {
    start + leading(text.get(start..).unwrap_or_default(), class)
}

/// The start of the run that ends at `end`, at most `limit` bytes before it.
pub(super) fn run_start(
    text: &[u8],
    end: usize,
    limit: usize,
    class: impl Fn(u8) -> bool,
) -> usize {
    end - trailing(&text[end.saturating_sub(limit)..end], class)
}

/// What follows `start`, at most `limit` bytes of it.
pub(super) fn window(text: &[u8], start: usize, limit: usize) -> &[u8] {
    &text[start.min(text.len())..text.len().min(start + limit)]
}

/// The end of `start..end` without the full stop of a sentence.
pub(super) fn without_stop(text: &[u8], start: usize, end: usize) -> usize {
    end - trailing(&text[start..end], |byte| byte == b'.')
}

/// What a run of letters and digits is made of, with the separators of identifiers.
pub(super) fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

pub(super) fn is_dotted_byte(byte: u8) -> bool {
    is_word_byte(byte) || byte == b'.'
}

/// What a bearer token may hold (RFC 6750, section 2.1).
pub(super) fn is_bearer_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte)
}

pub(super) fn is_digit(byte: u8) -> bool {
    byte.is_ascii_digit()
}

pub(super) fn is_backslash(byte: u8) -> bool {
    byte == b'\\'
}

/// What random text has and prose with hyphens does not.
pub(super) fn is_digit_or_capital(byte: &u8) -> bool {
    byte.is_ascii_digit() || byte.is_ascii_uppercase()
}
