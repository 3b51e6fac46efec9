//! What a value looks like: a random token, a password that a person chose, an identifier or a word.
//!
//! Where a name is not enough, the value decides. Random text changes between small letters,
//! capitals and digits every other byte; words, identifiers, paths and dates do not.

use super::byte_class::{leading, trailing};

/// Whether a value looks random: a token, a key, a hash.
pub(super) fn is_random(value: &[u8]) -> bool {
    let has_digit = value.iter().any(u8::is_ascii_digit);
    // Without digits, random letters look more like words with capitals.
    let (part, of) = if has_digit { (1, 4) } else { (2, 5) };
    (MIN_RANDOM..=MAX_VALUE).contains(&value.len()) && changes(value) * of >= value.len() * part
}

/// Whether the id of a session is that of a login: random letters of both cases. Conversations have
/// UUIDs, hexadecimal numbers, and typed ids.
pub(super) fn is_session(value: &[u8]) -> bool {
    value.iter().any(u8::is_ascii_lowercase)
        && value.iter().any(u8::is_ascii_uppercase)
        && is_random_and_no_id(value)
}

/// Whether a value looks random, and not like an identifier.
pub(super) fn is_random_and_no_id(value: &[u8]) -> bool {
    is_random(value) && !is_uuid(value) && !is_typed_id(value)
}

/// Whether a value without quotes is a secret rather than a word of prose or code.
pub(super) fn is_token(value: &[u8]) -> bool {
    value.len() >= MIN_RANDOM
        && value.iter().any(u8::is_ascii_digit)
        && value.iter().any(u8::is_ascii_alphabetic)
        && !value
            .iter()
            .any(|byte| matches!(byte, b' ' | b'\n' | b'\\'))
        && class_changes(value) >= 2
        && !is_placeholder(value)
        && !is_constant(value)
}

/// Whether a value is the name of a constant: `DOT11_DIALOG_TOKEN`.
fn is_constant(value: &[u8]) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_';
    value[0].is_ascii_uppercase() && value.contains(&b'_') && value.iter().all(is_part)
}

/// Whether a value is a number in code, perhaps with its type: `0xC000006A_u32`.
fn is_hexadecimal(value: &[u8]) -> bool {
    let digits = value.strip_prefix(b"0x").unwrap_or_default();
    let is_part = |byte: &u8| byte.is_ascii_hexdigit() || matches!(byte, b'_' | b'u' | b'i');
    !digits.is_empty() && digits.iter().all(is_part)
}

/// Whether a short value is a secret where its place leaves little doubt: it changes between kinds of
/// characters often, or is a long number.
pub(super) fn is_dense(value: &[u8]) -> bool {
    let is_printable = value
        .iter()
        .all(|byte| byte.is_ascii_graphic() && *byte != b'\\');
    let has_digit = value.iter().any(u8::is_ascii_digit);
    let is_number = value.len() >= LONG_NUMBER && value.iter().all(u8::is_ascii_digit);
    let is_mixed = value.len() >= MIN_DENSE && has_digit && class_changes(value) * 3 >= value.len();
    is_printable && !is_placeholder(value) && (is_number || is_mixed)
}

/// Whether a value may be a password that a person chose: a word with a digit inside or a sign.
pub(super) fn is_password(value: &[u8]) -> bool {
    let is_long = (MIN_PASSWORD..=MAX_PASSWORD).contains(&value.len());
    if !is_long || is_placeholder(value) || is_hexadecimal(value) {
        return false;
    }
    let is_code = |byte: &u8| *byte <= b' ' || *byte == 0x7f || b"\\()<>{}[]\"'".contains(byte);
    let is_printable = !value.iter().any(is_code);
    let letters = value.iter().filter(|byte| byte.is_ascii_alphabetic());
    let last_letter = value.iter().rposition(u8::is_ascii_alphabetic);
    let first_digit = value.iter().position(u8::is_ascii_digit);
    let (Some(last_letter), Some(first_digit)) = (last_letter, first_digit) else {
        // No digit: letters of both cases that follow no word, `akAqAhllTX`.
        return is_printable && is_random(value);
    };
    let has_sign = value.iter().any(|byte| b"!@#$%^&*?+~".contains(byte));
    let has_capital = value.iter().any(u8::is_ascii_uppercase);
    is_printable && letters.count() >= 3 && (first_digit < last_letter || has_sign || has_capital)
}

/// Whether a value is a placeholder: `$TOKEN`, `<key>`, `{{key}}`, `%s`.
pub(super) fn is_placeholder(value: &[u8]) -> bool {
    matches!(value, [b'$' | b'<' | b'{' | b'*' | b'%' | b'[' | b'(', ..])
        || value.windows(2).any(|pair| pair == b"::" || pair == b"()")
}

/// Whether a text is prose: letters, blanks and punctuation only.
pub(super) fn is_prose(value: &[u8]) -> bool {
    value.contains(&b' ')
        && value.iter().all(|byte| {
            byte.is_ascii_alphabetic() || !byte.is_ascii() || b" .,;:'-!?()".contains(byte)
        })
}

/// Whether a value is nothing but small letters and separators: a word, or several.
pub(super) fn is_word(value: &[u8]) -> bool {
    value
        .iter()
        .all(|byte| byte.is_ascii_lowercase() || matches!(byte, b' ' | b'_' | b'-'))
}

/// Whether a value is a UUID (RFC 9562): an identifier unless its name says more.
pub(super) fn is_uuid(value: &[u8]) -> bool {
    value.len() == 36
        && value.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Whether a value is an identifier with its type: `resp_68a1…`, `call_…`, `ses_…`.
pub(super) fn is_typed_id(value: &[u8]) -> bool {
    let letters = leading(value, |byte| byte.is_ascii_lowercase());
    (2..=12).contains(&letters) && value.get(letters) == Some(&b'_')
}

/// As [`class_changes`]; none in a value with characters that tokens do not have.
fn changes(value: &[u8]) -> usize {
    let body = value.len() - trailing(value, |byte| byte == b'=');
    let is_token = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/_-.~".contains(byte);
    if value[..body].iter().all(is_token) {
        class_changes(value)
    } else {
        0
    }
}

/// How often a value changes between small letters, capitals and digits; separators do not count.
pub(super) fn class_changes(value: &[u8]) -> usize {
    let mut last = 0;
    let mut changes = 0;
    for byte in value {
        let class = match byte {
            b'a'..=b'z' => 1,
            b'A'..=b'Z' => 2,
            b'0'..=b'9' => 3,
            _ => 0,
        };
        if class != 0 {
            changes += usize::from(last != 0 && class != last);
            last = class;
        }
    }
    changes
}

/// Shorter values in prose and code are words.
pub(super) const MIN_RANDOM: usize = 16;

/// Shorter mixtures are names and versions.
const MIN_DENSE: usize = 10;

/// Longer than times in microseconds.
const LONG_NUMBER: usize = 16;

/// Longer is a document, not a value.
const MAX_VALUE: usize = 16 << 10;

/// Shorter passwords look like words and numbers.
const MIN_PASSWORD: usize = 8;

/// Passwords in variables and options are hardly ever shorter.
pub(super) const SHORT_PASSWORD: usize = 6;

/// No person types more.
const MAX_PASSWORD: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_text_is_told_from_words_paths_and_dates() {
        for random in [
            "M1cHho4PAAANvkYfQv9NomBbjl2y",
            "9f86d081884c7d659a2feaa0c55ad015",
            "akAqAhllTXIFIElaQwwyOE",
            "kTkW9-2Qz_1bX8cR5vN0",
        ] {
            assert!(is_random(random.as_bytes()), "{random}");
        }
        for other in [
            "development",
            "correct-horse-battery-staple",
            "crates/capture/src/proxy/v2",
            "2026-11-28T15:44:00Z",
            "GA1.2.1234567890.1700000000",
            "MyApplicationConfiguration2",
            "application/vnd.amazon.eventstream",
            "max_output_tokens_2024_11_20",
        ] {
            assert!(!is_random(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn passwords_are_told_from_words_and_numbers() {
        for password in ["Tr0ub4d&3", "p4ssZw0rd", "Winter2026!", "x9!H4RQF#6"] {
            assert!(is_password(password.as_bytes()), "{password}");
        }
        for other in [
            "password2",
            "secret",
            "12345678",
            "required",
            "0xC000006A_u32",
            "$PASSWORD1",
            "is too short",
        ] {
            assert!(!is_password(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn identifiers_are_told() {
        assert!(is_uuid(b"01a20432-6730-7c31-bcbc-4985e1f1079f"));
        assert!(is_typed_id(b"ses_4b8aAbC") && !is_typed_id(b"M1cHho4P") && !is_typed_id(b"_x"));
        assert!(is_prose(b"is too short") && !is_prose(b"Tr0ub4d 3"));
    }
}
