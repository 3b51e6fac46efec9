//! Whether a value is a secret, by the kind of its name and by how sure the place is that it is its value.

use super::credentials::after_scheme;
use super::heuristics::{self, SHORT_PASSWORD};
use super::names::NameKind;

/// How sure the place is that the value is one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Strictness {
    /// The value is that of a variable: `NAME=value`.
    Lenient,
    /// It is assigned.
    Normal,
    /// It only follows.
    Strict,
}

impl Strictness {
    pub(super) fn accepts(self, value: &[u8], kind: NameKind) -> bool {
        // As frameworks write keys that are bytes.
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

/// Whether a value that is assigned in a place that is no JSON is a secret, by the kind of its name.
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

/// Whether a string behind the name in a list, or among the arguments of a call, is its value.
pub(super) fn is_argument(value: &[u8], kind: NameKind) -> bool {
    let is_sure = matches!(
        kind,
        NameKind::Secret | NameKind::Token | NameKind::Authorization
    );
    let is_token = heuristics::is_token(value) && heuristics::class_changes(value) >= SURE_CHANGES;
    Strictness::Strict.accepts(value, kind) || (is_sure && is_token)
}

/// A variable's value is hardly ever shorter, if it is a secret.
const SHORT_VALUE: usize = 8;

/// A constant's name has fewer changes between letters and digits.
const SURE_CHANGES: usize = 3;
