//! Tokens without a prefix: known by a sign inside them, or by their end.
//!
//! Each format is that of one issuer. Tokens with a prefix: `vendors`.

use super::byte_class::{is_digit, is_dotted_byte, is_word_byte, run_end, run_start, without_stop};
use super::quoting::is_boundary;
use super::scan::Scan;

/// Tokens with a slash, a colon, a bar or a tilde before the run that begins at `run`.
pub(super) fn with_sign(scan: &mut Scan<'_>, run: usize) {
    let text = scan.text;
    let Some(sign) = run.checked_sub(1) else {
        return;
    };
    if !matches!(text[sign], b'/' | b':' | b'|' | b'~') {
        return;
    }
    let length = run_end(text, run, is_word_byte) - run;
    let number = run_start(text, sign, MAX_LENGTH, is_digit);
    let digits = sign - number;
    let start = match text[sign] {
        // Google's refresh tokens: `1//0…`.
        b'/' if length >= 30
            && text[run] == b'0'
            && text[..run].ends_with(b"1//")
            && is_boundary(text, run - 3) =>
        {
            run - 3
        }
        // Bots of Telegram: `1234567890:A…`.
        b':' if (8..=12).contains(&digits) && length == 35 && text[run] == b'A' => number,
        // Asana: `1/1234567890123456:…`.
        b':' if digits == 16 && number >= 2 && text[number - 1] == b'/' && length >= 32 => number,
        // Apps of Facebook: `123456789012345|…`.
        b'|' if (15..=17).contains(&digits) && (27..=40).contains(&length) => number,
        // OpenShift: `sha256~…`.
        b'~' if text[..run].ends_with(b"sha256~") && length >= 40 => run - 7,
        _ => return,
    };
    if start >= scan.end() {
        scan.mark_token(start..run + length);
    }
}

/// Tokens that are known by the end of the run, or by what follows it.
pub(super) fn by_end(scan: &mut Scan<'_>, start: usize) {
    let text = scan.text;
    if start < scan.end() {
        return;
    }
    let window = &text[..text.len().min(start + MAX_LENGTH)];
    let end = run_end(window, start, is_word_byte);
    let word = &text[start..end];
    let rest = &text[end..];
    if word.len() == 14 && rest.starts_with(b".atlasv1.") {
        let end = run_end(text, end, |byte| is_dotted_byte(byte) || byte == b'=');
        scan.mark_token(start..end);
    } else if is_discord(word, rest) || is_airtable(word, rest) {
        let end = run_end(text, end, is_dotted_byte);
        scan.mark_token(start..without_stop(text, start, end));
    } else if is_mailchimp(word) || (word.len() == 40 && word.ends_with(b"_mmk")) {
        scan.mark_token(start..end);
    }
}

/// `<id in Base64>.<6>.<27 and more>`.
fn is_discord(word: &[u8], rest: &[u8]) -> bool {
    let is_id = (23..=28).contains(&word.len()) && matches!(word[0], b'M' | b'N' | b'O');
    let mut parts = rest.split(|byte| !is_word_byte(*byte));
    is_id
        && rest.starts_with(b".")
        && parts.next().is_some_and(<[u8]>::is_empty)
        && parts.next().is_some_and(|part| part.len() == 6)
        && rest.get(7) == Some(&b'.')
        && parts.next().is_some_and(|part| part.len() >= 27)
}

/// `pat<14>.<64 hexadecimal digits>`.
fn is_airtable(word: &[u8], rest: &[u8]) -> bool {
    word.len() == 17
        && word.starts_with(b"pat")
        && rest.starts_with(b".")
        && rest
            .get(1..65)
            .is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit))
}

/// `<32 hexadecimal digits>-us12`.
fn is_mailchimp(word: &[u8]) -> bool {
    let Some((key, place)) = word.split_at_checked(32) else {
        return false;
    };
    key.iter().all(u8::is_ascii_hexdigit)
        && place.strip_prefix(b"-us").is_some_and(|number| {
            (1..=2).contains(&number.len()) && number.iter().all(u8::is_ascii_digit)
        })
}

/// Client secrets of Microsoft Entra: three characters, a digit, `Q~` (which ends at `at`), and 31 or more.
pub(super) fn entra(scan: &mut Scan<'_>, at: usize) {
    let text = scan.text;
    let is_part = |byte| is_dotted_byte(byte) || byte == b'~';
    let end = without_stop(text, at, run_end(text, at, is_part));
    let Some(start) = at.checked_sub(6).filter(|start| *start >= scan.end()) else {
        return;
    };
    let head = &text[start..at];
    let is_secret = head.iter().all(|byte| is_part(*byte))
        && head[4] == b'Q'
        && is_boundary(text, start)
        && (31..=36).contains(&(end - at));
    if is_secret {
        scan.mark_token(start..end);
    }
}

/// Longer than any run that is known by its end, and than any number before a sign.
const MAX_LENGTH: usize = 64;
