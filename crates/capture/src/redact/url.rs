//! Secrets in URLs: passwords before the host, values in the query; forms, too.

use std::ops::Range;

use memchr::memrchr;

use super::shapes::run;

/// The password in the authority that begins at `start`, after `://`.
///
/// A user name alone stays, unless it is as long as a token.
pub(super) fn password(text: &[u8], start: usize) -> Option<Range<usize>> {
    let userinfo = userinfo(text, start)?;
    let colon = memchr::memchr(b':', &text[userinfo.clone()]);
    match colon {
        Some(colon) => Some(userinfo.start + colon + 1..userinfo.end),
        None if userinfo.len() >= LONG_USER => Some(userinfo),
        None => None,
    }
}

/// What stands before the host in the authority that begins at `start`.
pub(super) fn userinfo(text: &[u8], start: usize) -> Option<Range<usize>> {
    let window = &text[..text.len().min(start + MAX_AUTHORITY)];
    let end = run(window, start, |byte| {
        byte > b' ' && !b"/?#\"'\\<>()`,;|".contains(&byte)
    });
    let at = memrchr(b'@', &text[start..end])?;
    Some(start..start + at)
}

/// Whether a name that begins at `start` is that of a parameter in a query.
pub(super) fn is_parameter(text: &[u8], start: usize) -> bool {
    let before = &text[..start];
    [&b"?"[..], b"&", b"&amp;", b"\\u0026", b"%3F", b"%26"]
        .iter()
        .any(|sign| before.ends_with(sign))
}

/// What the value of a parameter in a text may hold.
pub(super) fn is_parameter_value(byte: u8) -> bool {
    byte > b' ' && byte != 0x7f && !b"&#\"'\\<>`".contains(&byte)
}

/// The text that a form or a query spells with percent signs and plus signs.
pub(super) fn decode(spelled: &[u8], plus_is_space: bool) -> Vec<u8> {
    let mut plain = Vec::with_capacity(spelled.len());
    let mut rest = spelled;
    while let [first, tail @ ..] = rest {
        let pair = tail.first_chunk::<2>().filter(|_| *first == b'%');
        if let Some(byte) = pair.and_then(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)) {
            plain.push(byte);
            rest = &tail[2..];
            continue;
        }
        let is_space = plus_is_space && *first == b'+';
        plain.push(if is_space { b' ' } else { *first });
        rest = tail;
    }
    plain
}

/// Spells a text so that it can be a value in a form or a query.
pub(super) fn encode(plain: &[u8], spelled: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for byte in plain {
        if byte.is_ascii_alphanumeric() || b"-._~<>:".contains(byte) {
            spelled.push(*byte);
        } else {
            let (high, low) = (usize::from(byte >> 4), usize::from(byte & 15));
            spelled.extend_from_slice(&[b'%', DIGITS[high], DIGITS[low]]);
        }
    }
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

/// No host is longer, with what a person puts before it.
const MAX_AUTHORITY: usize = 1024;

/// A user name as long as this is a token.
const LONG_USER: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<&str> {
        let start = text.find("://").unwrap() + 3;
        password(text.as_bytes(), start).map(|range| &text[range])
    }

    #[test]
    fn a_password_is_what_stands_between_the_user_and_the_host() {
        assert_eq!(found("http://wrap:s3cret@127.0.0.1:8080/"), Some("s3cret"));
        assert_eq!(found("http://u:p@ss@host"), Some("p@ss"));
        assert_eq!(
            found("https://0123456789abcdef@host/x"),
            Some("0123456789abcdef")
        );
        assert_eq!(found("ssh://git@github.com"), None);
        assert_eq!(found("https://host/path?mail=a:b@c"), None);
        assert_eq!(found("https://host and user:x@y"), None);
    }

    #[test]
    fn percent_signs_are_undone_where_they_spell_a_byte() {
        assert_eq!(decode(b"a%20b+c%zz%4", true), b"a b c%zz%4");
        assert_eq!(decode(b"a+b%C3%A9", false), "a+bé".as_bytes());
        let mut spelled = Vec::new();
        encode("a b&é".as_bytes(), &mut spelled);
        assert_eq!(decode(&spelled, true), "a b&é".as_bytes());
    }
}
