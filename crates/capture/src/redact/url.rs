//! Secrets in URLs: passwords before the host, values in the query; forms, too.

use std::ops::Range;

use memchr::memrchr;

use super::byte_class::{is_digit, leading, run_end};
use super::heuristics;

/// The secret in the URL whose authority begins at `start`, after `://`: a password, or the
/// path of a webhook.
///
/// A user name alone stays, unless it is as long as a token.
pub(super) fn secret(text: &[u8], start: usize) -> Option<Range<usize>> {
    let Some(userinfo) = userinfo(text, start) else {
        return webhook(text, start);
    };
    let colon = memchr::memchr(b':', &text[userinfo.clone()]);
    let secret = match colon {
        Some(colon) => userinfo.start + colon + 1..userinfo.end,
        None if userinfo.len() >= LONG_USER => userinfo,
        None => return None,
    };
    let password = &text[secret.clone()];
    let is_example = heuristics::is_placeholder(password) || EXAMPLES.contains(&password);
    (!is_example).then_some(secret)
}

/// What is before the host in the authority that begins at `start`.
///
/// A password may hold signs that a URL would have to spell with percent signs; then it ends at
/// the last `@` before a host.
pub(super) fn userinfo(text: &[u8], start: usize) -> Option<Range<usize>> {
    let window = &text[..text.len().min(start + MAX_AUTHORITY)];
    let end = run_end(window, start, |byte| {
        byte > b' ' && !b"/?#\"'\\<>()`,;|".contains(&byte)
    });
    if let Some(at) = memrchr(b'@', &text[start..end]) {
        return Some(start..start + at);
    }
    let colon = memchr::memchr(b':', &text[start..end])?;
    // Most have none: then the rest need not be read byte by byte.
    memchr::memchr(b'@', &window[start..])?;
    let loose = run_end(window, start, |byte| {
        byte > b' ' && !b"\"<>`".contains(&byte)
    });
    let at = memrchr(b'@', &text[start..loose])?;
    let (password, host) = (
        &text[start + colon + 1..start + at],
        &text[start + at + 1..loose],
    );
    let host_length = leading(host, |byte| {
        byte.is_ascii_alphanumeric() || b".-".contains(&byte)
    });
    // `host:443/path?mail=a@b` has a port there, and no password.
    let is_port = leading(password, is_digit);
    let is_port = is_port > 0 && matches!(password.get(is_port), Some(b'/' | b'?' | b'#'));
    let ends_well = matches!(
        host.get(host_length),
        None | Some(b'/' | b':' | b'?' | b'#' | b'\\' | b'\'')
    );
    (host_length > 0 && !is_port && ends_well && !password.contains(&b'/'))
        .then_some(start..start + at)
}

/// The part of a webhook's path that lets whoever knows it in.
pub(super) fn webhook(text: &[u8], start: usize) -> Option<Range<usize>> {
    let host_end = run_end(text, start, |byte| {
        byte.is_ascii_alphanumeric() || b".-".contains(&byte)
    });
    let host = &text[start..host_end];
    let path = text.get(host_end..)?;
    let (_, prefix) = WEBHOOKS.iter().find(|(end, prefix)| {
        host.ends_with(end.as_bytes()) && path.starts_with(prefix.as_bytes())
    })?;
    let secret = host_end + prefix.len();
    let end = run_end(text, secret, |byte| {
        is_parameter_value(byte) && !b"?)],;".contains(&byte)
    });
    (end - secret >= MIN_WEBHOOK).then_some(secret..end)
}

/// Whether a name that begins at `start` is that of a parameter in a query.
pub(super) fn is_parameter(text: &[u8], start: usize) -> bool {
    let before = &text[..start];
    [
        &b"?"[..],
        b"&",
        b"&amp;",
        b"\\u0026",
        b"3F",
        b"3f",
        b"26",
        b"#",
    ]
    .iter()
    .any(|sign| match before.strip_suffix(*sign) {
        // Spelled with percent signs, once or more.
        Some(before) if sign[0].is_ascii_digit() => {
            before.ends_with(b"%") || before.ends_with(b"%25")
        }
        found => found.is_some(),
    })
}

/// Where the value of a parameter begins whose name ends at `at`: behind an equals sign, which
/// may be spelled with percent signs, once or more.
pub(super) fn after_equals(text: &[u8], at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    if rest.first() == Some(&b'=') {
        return Some(at + 1);
    }
    let mut signs = rest.strip_prefix(b"%")?;
    while let Some(rest) = signs.strip_prefix(b"25") {
        signs = rest;
    }
    let is_equals = matches!(signs, [b'3', b'D' | b'd', ..]);
    is_equals.then(|| text.len() - signs.len() + 2)
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

/// What documentation writes for a password.
const EXAMPLES: &[&[u8]] = &[
    b"password",
    b"pass",
    b"passwd",
    b"pwd",
    b"pw",
    b"secret",
    b"xxx",
    b"***",
];

/// Hosts whose URLs are secrets, and how the paths of those begin.
const WEBHOOKS: &[(&str, &str)] = &[
    ("hooks.slack.com", "/services/"),
    ("hooks.slack.com", "/workflows/"),
    ("hooks.slack.com", "/triggers/"),
    ("discord.com", "/api/"),
    ("discordapp.com", "/api/"),
    ("webhook.office.com", "/webhookb2/"),
    ("outlook.office.com", "/webhook/"),
    ("outlook.office365.com", "/webhook/"),
    ("hooks.zapier.com", "/hooks/catch/"),
    ("api.telegram.org", "/bot"),
    ("maker.ifttt.com", "/trigger/"),
    ("tines.com", "/webhook/"),
    ("open.feishu.cn", "/open-apis/bot/"),
    ("open.larksuite.com", "/open-apis/bot/"),
    ("chat.googleapis.com", "/v1/spaces/"),
];

/// A shorter path names a place.
const MIN_WEBHOOK: usize = 20;

/// No host is longer, with what a person puts before it.
const MAX_AUTHORITY: usize = 1024;

/// A user name as long as this is a token.
const LONG_USER: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<&str> {
        let start = text.find("://").unwrap() + 3;
        secret(text.as_bytes(), start).map(|range| &text[range])
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
