//! Finds fingerprints, keys and values in text that may be JSON at any level of escaping.
//!
//! For values in headers, for truncated bodies, and for JSON inside the strings of JSON. Every search
//! is bounded, so that no text takes quadratic time.

use std::sync::LazyLock;

use memchr::memmem;

/// Finds [`REDACTED`].
static REDACTIONS: LazyLock<memmem::Finder<'static>> =
    LazyLock::new(|| memmem::Finder::new(REDACTED));

/// The fingerprints in `content`, each with the offset of its `<redacted:`.
pub(super) fn redacted(content: &str) -> impl Iterator<Item = (usize, &str)> {
    let starts = REDACTIONS.find_iter(content.as_bytes());
    starts.filter_map(|at| Some((at, fingerprint(&content[at + REDACTED.len()..])?)))
}

/// The fingerprint that `rest` begins with, up to its `>`.
fn fingerprint(rest: &str) -> Option<&str> {
    let mut bytes = rest.bytes().take(MAX_FINGERPRINT_BYTES);
    let end = bytes.position(|byte| byte == b'>')?;
    Some(&rest[..end])
}

/// The key of the JSON member inside whose string value `before` ends; `?` for other text.
pub(super) fn key_before(before: &str) -> &str {
    // No value that holds a credential is longer, and an unbounded search back from each of
    // many would be quadratic.
    let start = before.ceil_char_boundary(before.len().saturating_sub(MAX_BEFORE_BYTES));
    let Some((head, _)) = before[start..].rsplit_once('"') else {
        return "?";
    };
    let head = head.trim_end_matches(['\\', ' ', ':']);
    let Some(head) = head.strip_suffix('"') else {
        return "?";
    };
    let key = head
        .trim_end_matches('\\')
        .rsplit('"')
        .next()
        .unwrap_or("?");
    if key.is_empty() { "?" } else { key }
}

/// The string value of a JSON member; `after` begins with the quote that ends its name.
pub(super) fn member_value(after: &str) -> Option<&str> {
    let after = after.trim_start_matches('\\').strip_prefix('"')?;
    let after = after.trim_start().strip_prefix(':')?.trim_start();
    let after = after.trim_start_matches('\\').strip_prefix('"')?;
    let end = value_end(after)?;
    Some(&after[..end])
}

/// The value in a JSON string without its quotes: up to the first escape.
pub(super) fn value_in(inner: &str) -> Option<&str> {
    match value_end(inner) {
        Some(end) => Some(&inner[..end]),
        None => (inner.len() < MAX_VALUE_BYTES).then_some(inner),
    }
}

/// Where a quote or an escape ends a value, if it is short.
fn value_end(value: &str) -> Option<usize> {
    let mut bytes = value.bytes().take(MAX_VALUE_BYTES);
    bytes.position(|byte| matches!(byte, b'"' | b'\\'))
}

/// How a redacted value begins in a recording.
pub(super) const REDACTED: &str = "<redacted:";

const MAX_FINGERPRINT_BYTES: usize = 100;
const MAX_VALUE_BYTES: usize = 300;
const MAX_BEFORE_BYTES: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_before_a_fingerprint_is_found_in_any_quoting() {
        for (before, key) in [
            (r#"{"refresh_token":""#, "refresh_token"),
            (r#"{"a":1, "token" : ""#, "token"),
            (r#"{"m":"{\"api_key\":\""#, "api_key"),
            (r#"{"text":"my key is "#, "text"),
            ("plain text ", "?"),
            ("", "?"),
        ] {
            assert_eq!(key_before(before), key, "{before}");
        }
    }

    #[test]
    fn the_value_of_a_member_is_found_in_any_quoting() {
        assert_eq!(member_value(r#"":"x","#), Some("x"));
        assert_eq!(member_value(r#"\":\"x\","#), Some("x"));
        assert_eq!(member_value(r#"" : "x""#), Some("x"));
        assert_eq!(member_value(r#"":12"#), None);
        assert_eq!(member_value(r#"":"no end"#), None);
        let found: Vec<_> = redacted("a <redacted:12> b <redacted:é> <redacted:").collect();
        assert_eq!(found, [(2, "12"), (18, "é")]);
    }

    #[test]
    fn a_value_ends_at_its_first_escape_and_must_be_short() {
        assert_eq!((value_in("x"), value_in(r"x\n")), (Some("x"), Some("x")));
        assert_eq!(value_in(&"x".repeat(MAX_VALUE_BYTES)), None);
    }
}
