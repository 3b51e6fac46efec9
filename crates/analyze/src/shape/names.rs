//! Tells ids from names: members named by an id are entries of a map, not structure.

/// Whether a name looks generated: a number, a date, a UUID, a hash, a prefixed id, a path or a
/// URL.
pub(super) fn is_id(name: &str) -> bool {
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    let all_digits = digits == name.len() && digits > 0;
    let mostly_digits = digits >= 6 && digits * 2 >= name.len();
    let long_with_digits = name.len() >= 16 && digits >= 4 && !name.contains(' ');
    all_digits
        || mostly_digits
        || long_with_digits
        || is_uuid(name)
        || name.starts_with('/')
        || name.contains("://")
}

fn is_uuid(name: &str) -> bool {
    name.len() == 36
        && name.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_told_from_names() {
        for id in [
            "0",
            "1795368341",
            "2026-11-23",
            "9f86d081884c7d659a2feaa0c55ad015",
            "resp_68f3a1b2c4d5e6f7",
            "abcdefab-abcd-abcd-abcd-abcdefabcdef",
            "/home/me/file.rs",
            "https://example.com/",
        ] {
            assert!(is_id(id), "{id}");
        }
        for name in [
            "",
            "type",
            "x-codex-window-id",
            "top_p2",
            "gpt-5.3-codex",
            "h264",
        ] {
            assert!(!is_id(name), "{name}");
        }
    }
}
