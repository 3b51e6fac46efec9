//! Credentials whose format gives them away: HTTP schemes, JSON Web Keys, password hashes and files, Oracle URLs.

use base64::Engine;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

use super::byte_class::{is_bearer_byte, is_word_byte, run_end, run_start, without_stop};
use super::heuristics;
use super::quoting::starts_after_escape;
use super::scan::{Escaping, Scan};

/// Behind `Bearer `: marks a token. Prose continues with a word.
pub(super) fn bearer(scan: &mut Scan<'_>, start: usize) {
    let end = run_end(scan.text, start, is_bearer_byte);
    let end = without_stop(scan.text, start, end);
    let token = &scan.text[start..end];
    let long = token.len() >= LONG_TOKEN;
    if long || (token.len() >= SHORT_TOKEN && token.iter().any(u8::is_ascii_digit)) {
        scan.learn(&(start..end));
        scan.mark(start..end, Escaping::None);
    }
}

/// Behind `Basic `: marks `user:password` in Base64.
pub(super) fn basic(scan: &mut Scan<'_>, start: usize) {
    let end = run_end(scan.text, start, is_bearer_byte);
    let credentials = &scan.text[start..end];
    if credentials.len() > MAX_BASIC {
        return;
    }
    let is_pair = LENIENT_BASE64.decode(credentials).is_ok_and(|pair| {
        pair.contains(&b':') && pair.iter().all(|byte| matches!(byte, b' '..=b'~'))
    });
    if is_pair {
        scan.mark(start..end, Escaping::None);
    }
}

/// Marks the private members of a JSON Web Key (RFC 7517).
pub(super) fn web_key(scan: &mut Scan<'_>, start: usize) {
    let window = &scan.text[start..scan.text.len().min(start + MAX_WEB_KEY)];
    let close = memchr::memchr(b'}', window).unwrap_or(window.len());
    let window = &window[..close];
    let mut at = 0;
    while let Some(quote) = memchr::memchr(b'"', &window[at..]) {
        let name_start = at + quote + 1;
        let is_private = PRIVATE_MEMBERS.iter().find(|name| {
            window[name_start..].starts_with(name)
                && matches!(window.get(name_start + name.len()), Some(b'"' | b'\\'))
        });
        at = name_start;
        let Some(name) = is_private else { continue };
        let sign = run_end(window, name_start + name.len(), |byte| {
            b"\\\": ".contains(&byte)
        });
        let end = run_end(window, sign, is_word_byte);
        if sign > name_start + name.len() + 2 && end - sign >= heuristics::MIN_RANDOM {
            scan.mark(start + sign..start + end, Escaping::None);
            at = end;
        }
    }
}

/// Marks the hash of a password with its salt: `$2b$12$…`.
pub(super) fn crypt(scan: &mut Scan<'_>, start: usize) {
    let end = run_end(scan.text, start, |byte| {
        byte.is_ascii_alphanumeric() || b"$./+,=-_".contains(&byte)
    });
    let hash = &scan.text[start..end];
    if hash.len() >= MIN_CRYPT && hash.iter().filter(|byte| **byte == b'$').count() >= 3 {
        scan.mark(start..without_stop(scan.text, start, end), Escaping::None);
    }
}

/// Marks the password in `host:port:database:user:password`; the keyword at `at` is the port.
pub(super) fn last_field(scan: &mut Scan<'_>, at: usize) {
    let is_part = |byte: u8| byte > b' ' && !b"\"'\\".contains(&byte);
    let start = run_start(scan.text, at, MAX_PGPASS, is_part);
    let start = starts_after_escape(scan.text, start);
    let end = run_end(scan.text, start, is_part);
    let mut fields = scan.text[start..end].splitn(5, |byte| *byte == b':');
    let port = fields.nth(1);
    let is_port = port.is_some_and(|port| port == b"*" || port.iter().all(u8::is_ascii_digit));
    let has_user = fields.by_ref().take(2).all(|field| !field.is_empty());
    if let Some(password) = fields.next().filter(|_| is_port && has_user) {
        scan.mark(end - password.len()..end, Escaping::None);
    }
}

/// Marks the password in `jdbc:oracle:thin:user/password@host`.
pub(super) fn oracle_url(scan: &mut Scan<'_>, start: usize) {
    let end = run_end(scan.text, start, |byte| {
        byte > b' ' && !b"\"'\\".contains(&byte)
    });
    let url = &scan.text[start..end];
    if let Some(slash) = memchr::memchr(b'/', url)
        && let Some(at) = memchr::memchr(b'@', url).filter(|at| *at > slash + 1)
    {
        scan.mark(start + slash + 1..start + at, Escaping::None);
    }
}

/// The shortest bearer token.
const SHORT_TOKEN: usize = 8;

/// Longer than a word of prose.
const LONG_TOKEN: usize = 20;

/// Far above any user name and password.
const MAX_BASIC: usize = 4096;

/// RFC 7518, sections 6.2.2, 6.3.2 and 6.4.1.
const PRIVATE_MEMBERS: [&[u8]; 7] = [b"d", b"p", b"q", b"dp", b"dq", b"qi", b"k"];

/// Longer than an RSA key of 8,192 bits.
const MAX_WEB_KEY: usize = 16 << 10;

/// Of a line of PostgreSQL's password file, before the keyword.
const MAX_PGPASS: usize = 256;

/// Salt and hash in the shortest scheme.
const MIN_CRYPT: usize = 24;

const LENIENT_BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);
