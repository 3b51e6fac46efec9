//! Which values are secrets, by the kind of their name and the place they are in.

use std::ops::Range;

use super::credentials::{self, after_scheme};
use super::heuristics::{self, SHORT_PASSWORD};
use super::name_kind::NameKind;
use super::scan::{Escaping, Scan};

/// How much a value must look like a secret: the less, the surer its place is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Strictness {
    /// The value of a variable: `NAME=value`.
    Lenient,
    /// An assigned value.
    Normal,
    /// A value that only follows the name.
    Strict,
}

impl Strictness {
    pub(super) fn accepts(self, value: &[u8], kind: NameKind) -> bool {
        // How frameworks write keys that are bytes.
        let value = value.strip_prefix(b"base64:").unwrap_or(value);
        if heuristics::is_placeholder(value) {
            return false;
        }
        match kind {
            NameKind::Key if self == Self::Normal => {
                heuristics::is_random(value) || heuristics::is_uuid(value)
            }
            NameKind::Ambiguous | NameKind::Key => heuristics::is_random_and_no_id(value),
            NameKind::Session => heuristics::is_session(value),
            NameKind::Code => heuristics::is_random(value),
            NameKind::Password if self == Self::Lenient => value.len() >= SHORT_PASSWORD,
            _ if self == Self::Lenient => value.len() >= SHORT_VALUE,
            NameKind::Password if self == Self::Strict => {
                heuristics::is_password(value) || heuristics::is_random(value)
            }
            NameKind::Password => heuristics::is_password(value) || heuristics::is_token(value),
            _ if self == Self::Normal => {
                heuristics::is_token(value)
                    || heuristics::is_random(value)
                    || heuristics::is_dense(value)
            }
            _ => heuristics::is_random(value) || heuristics::is_uuid(value),
        }
    }
}

/// Whether a value that is assigned outside of JSON is a secret.
pub(super) fn is_secret(value: &[u8], kind: NameKind) -> bool {
    if kind == NameKind::Cookie {
        return value.contains(&b'=');
    }
    let value = match kind {
        NameKind::Authorization => &value[after_scheme(value, 0..value.len())],
        _ => value,
    };
    Strictness::Normal.accepts(value, kind)
}

/// Whether a string behind the name, in a list or among arguments, is its value.
pub(super) fn is_argument(value: &[u8], kind: NameKind) -> bool {
    let is_sure = matches!(
        kind,
        NameKind::Secret | NameKind::Token | NameKind::Authorization
    );
    let is_token = heuristics::is_token(value) && heuristics::class_changes(value) >= SURE_CHANGES;
    Strictness::Strict.accepts(value, kind) || (is_sure && is_token)
}

/// A scan of a value alone, with its secret marked.
pub(super) fn scan_value(kind: NameKind, value: &[u8]) -> Scan<'_> {
    let mut scan = Scan::new(value);
    mark_value(&mut scan, kind, 0..value.len(), Escaping::None);
    scan
}

/// Marks the secret in a value whose place leaves no doubt: in JSON, in a header.
pub(super) fn mark_value(
    scan: &mut Scan<'_>,
    kind: NameKind,
    value: Range<usize>,
    escaping: Escaping,
) {
    match kind {
        NameKind::Secret | NameKind::Password => {
            if !heuristics::is_prose(&scan.text[value.clone()]) {
                scan.mark(value, escaping);
            }
        }
        NameKind::Authorization => {
            let secret = after_scheme(scan.text, value);
            scan.mark(secret, escaping);
        }
        NameKind::Cookie => credentials::cookies(scan, value, escaping),
        NameKind::Token => {
            let token = &scan.text[value.clone()];
            if token.len() >= SHORT_TOKEN && !heuristics::is_word(token) {
                scan.mark(value, escaping);
            }
        }
        NameKind::Ambiguous | NameKind::Key => {
            if heuristics::is_random_and_no_id(&scan.text[value.clone()]) {
                scan.mark(value, escaping);
            }
        }
        NameKind::Session => {
            if heuristics::is_session(&scan.text[value.clone()]) {
                scan.mark(value, escaping);
            }
        }
        NameKind::Code => {
            let code = &scan.text[value.clone()];
            let is_number = (4..=12).contains(&code.len())
                && code
                    .iter()
                    .all(|byte| byte.is_ascii_digit() || b" -".contains(byte));
            if is_number || heuristics::is_random(code) || heuristics::is_token(code) {
                scan.mark(value, escaping);
            }
        }
    }
}

/// Secrets in variables are hardly ever shorter.
const SHORT_VALUE: usize = 8;

/// Names of constants change less often between letters and digits.
const SURE_CHANGES: usize = 3;

/// Under the name `token`, shorter values are pieces of text.
const SHORT_TOKEN: usize = 8;
