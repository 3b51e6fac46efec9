//! Whether a value is a secret, by the kind of its name and by how sure the place is that it is its value.

use super::credentials::after_scheme;
use super::looks::{self, SHORT_PASSWORD};
use super::names::NameKind;

/// How sure the place is that the value is one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Judge {
    /// The value is that of a variable: `NAME=value`.
    Variable,
    /// It is assigned.
    Usual,
    /// It only follows.
    Strict,
}

impl Judge {
    pub(super) fn holds(self, value: &[u8], kind: NameKind) -> bool {
        // As frameworks write keys that are bytes.
        let value = value.strip_prefix(b"base64:").unwrap_or(value);
        if looks::is_placeholder(value) {
            return false;
        }
        match kind {
            NameKind::Key if self == Self::Usual => {
                looks::is_random(value) || looks::is_uuid(value)
            }
            NameKind::Doubtful | NameKind::Key => looks::is_no_identifier(value),
            NameKind::Session => looks::is_session(value),
            NameKind::Code => looks::is_random(value),
            NameKind::Password if self == Self::Variable => value.len() >= SHORT_PASSWORD,
            _ if self == Self::Variable => value.len() >= SHORT_VALUE,
            NameKind::Password if self == Self::Strict => {
                looks::is_password(value) || looks::is_random(value)
            }
            NameKind::Password => looks::is_password(value) || looks::is_token(value),
            _ if self == Self::Usual => {
                looks::is_token(value) || looks::is_random(value) || looks::is_dense(value)
            }
            _ => looks::is_random(value) || looks::is_uuid(value),
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
    Judge::Usual.holds(value, kind)
}

/// Whether a string behind the name in a list, or among the arguments of a call, is its value.
pub(super) fn is_argument(value: &[u8], kind: NameKind) -> bool {
    let is_sure = matches!(
        kind,
        NameKind::Secret | NameKind::Token | NameKind::Authorization
    );
    let is_token = looks::is_token(value) && looks::changes_between(value) >= SURE_CHANGES;
    Judge::Strict.holds(value, kind) || (is_sure && is_token)
}

/// A variable's value is hardly ever shorter, if it is a secret.
const SHORT_VALUE: usize = 8;

/// A constant's name has fewer changes between letters and digits.
const SURE_CHANGES: usize = 3;
