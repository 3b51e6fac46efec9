//! Secrets in URLs: passwords before the host, paths of webhooks, parameters of queries.

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

/// The userinfo of the authority that begins at `start`.
///
/// A password may hold signs that should be percent-encoded; it ends at the last `@` before a host.
pub(super) fn userinfo(text: &[u8], start: usize) -> Option<Range<usize>> {
    let window = &text[..text.len().min(start + MAX_AUTHORITY)];
    let end = run_end(window, start, |byte| {
        byte > b' ' && !b"/?#\"'\\<>()`,;|".contains(&byte)
    });
    if let Some(at) = memrchr(b'@', &text[start..end]) {
        return Some(start..start + at);
    }
    let colon = memchr::memchr(b':', &text[start..end])?;
    // Most have none: a fast search saves reading the rest byte by byte.
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
    // `host:443/path?mail=a@b` has a port, not a password.
    let is_port = leading(password, is_digit);
    let is_port = is_port > 0 && matches!(password.get(is_port), Some(b'/' | b'?' | b'#'));
    let ends_well = matches!(
        host.get(host_length),
        None | Some(b'/' | b':' | b'?' | b'#' | b'\\' | b'\'')
    );
    (host_length > 0 && !is_port && ends_well && !password.contains(&b'/'))
        .then_some(start..start + at)
}

/// The secret part of a webhook's path; its host begins at `start`.
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

/// Whether the name at `start` is that of a parameter in a query.
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
        // Percent-encoded, once or more.
        Some(before) if sign[0].is_ascii_digit() => {
            before.ends_with(b"%") || before.ends_with(b"%25")
        }
        found => found.is_some(),
    })
}

/// Where the value of a parameter begins: after the equals sign at `at`, which may be
/// percent-encoded, once or more.
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

/// Passwords in documentation.
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

/// Hosts of webhooks, and how the paths of their secret URLs begin.
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

/// Shorter paths are not secrets.
const MIN_WEBHOOK: usize = 20;

/// Longer than any host with a user name and a password.
const MAX_AUTHORITY: usize = 1024;

/// A user name of this length is a token.
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
}
