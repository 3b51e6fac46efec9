//! A value that only a blank separates from its name: of an option, in a configuration, in prose.

use std::ops::Range;

use super::assigned_value::value_of;
use super::byte_class::{leading, window};
use super::heuristics::{self, SHORT_PASSWORD};
use super::name_kind::NameKind;
use super::quoting::Quote;
use super::scan::{Escaping, Scan};
use super::syntax::{MAX_WORD, is_name_byte, operator, skip_blanks, variable_end};
use super::value_rules::Strictness;

/// Looks at what follows a name and a blank.
pub(super) fn spaced(scan: &mut Scan<'_>, kind: NameKind, name: &Range<usize>, start: usize) {
    let text = scan.text;
    if text[name.clone()] == *b"pass" {
        // The English word. FTP's command is in capitals.
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
    let word = start + leading(window(text, start, MAX_WORD), is_name_byte);
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
        let words = window(text, at, MAX_WORD);
        let end = at + leading(words, |byte| byte.is_ascii_alphabetic());
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

fn is_filler(word: &[u8]) -> bool {
    FILLERS
        .iter()
        .any(|filler| word.eq_ignore_ascii_case(filler))
}

/// Words between a name and its value in prose.
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

/// `will now be set to`.
const MAX_FILLERS: usize = 5;
