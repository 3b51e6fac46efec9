//! The name around a keyword: where it begins and ends in a text.

use std::ops::Range;

use super::byte_class::{is_dotted_byte, leading, run_start, trailing};
use super::name_kind::NameKind;
use super::names;
use super::quoting::ends_with_escape;

/// The whole name that a keyword is in; `None` when it is too long to be one.
pub(super) fn name_around(text: &[u8], found: Range<usize>) -> Option<Range<usize>> {
    // A keyword may include the signs around the name.
    let is_sign = |byte| !is_dotted_byte(byte);
    let keyword = &text[found.clone()];
    let is_whole = is_sign(keyword[0]);
    let mut start = found.start + leading(keyword, is_sign);
    while !is_whole
        && start > 0
        && is_dotted_byte(text[start - 1])
        && !ends_with_escape(&text[..start])
    {
        start -= 1;
        if found.end - start > names::MAX_NAME {
            return None;
        }
    }
    let mut end = found.end - trailing(keyword, is_sign);
    while text.get(end).is_some_and(|byte| is_dotted_byte(*byte)) {
        end += 1;
        if end - start > names::MAX_NAME {
            return None;
        }
    }
    // A full stop ends a sentence, not a name.
    while end > start && text[end - 1] == b'.' {
        end -= 1;
    }
    // `API key`: two words.
    if start > 1
        && text[start - 1] == b' '
        && names::classify(&text[start..end]).is_none_or(is_vague)
    {
        let before = &text[..start - 1];
        let word = trailing(before, |byte| byte.is_ascii_alphabetic());
        let word = &before[before.len() - word..];
        if FIRST_WORDS
            .iter()
            .any(|first| word.eq_ignore_ascii_case(first))
        {
            start -= word.len() + 1;
        }
    }
    Some(start..end)
}

fn is_vague(kind: NameKind) -> bool {
    kind.is_ambiguous() || kind == NameKind::Token
}

/// Where the path begins of which a name is the last part: `"Service:ApiKey"`, `"//host/:_authToken"`.
pub(super) fn path_start(text: &[u8], name: usize) -> usize {
    let is_path = |byte| is_dotted_byte(byte) || matches!(byte, b':' | b'/' | b'@');
    match text[..name].last() {
        Some(b':' | b'/' | b'@') => run_start(text, name, names::MAX_NAME, is_path),
        _ => name,
    }
}

/// Words that make `key` or `token` behind them the name of a secret.
const FIRST_WORDS: &[&[u8]] = &[
    b"api",
    b"access",
    b"secret",
    b"private",
    b"auth",
    b"bearer",
    b"account",
    b"license",
    b"encryption",
    b"signing",
    b"master",
    b"ssh",
    b"refresh",
    b"session",
    b"client",
];
