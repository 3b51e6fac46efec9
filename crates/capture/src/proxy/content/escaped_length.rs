//! How many bytes a content takes in the recording's file, and where to cut it to fit.
//!
//! JSON is written verbatim; text in a JSON string, where some bytes take two or six;
//! the rest in Base64, four bytes for three.

/// Whether a text is better recorded as Base64: more than one byte in 16 is a control character,
/// which takes six bytes in a JSON string (`\u0000`).
///
/// Base64 makes it a third longer; escaping could make it six times as long.
pub(crate) fn is_mostly_controls(text: &str) -> bool {
    let long = text.bytes().filter(|byte| is_spelled_long(*byte));
    long.count() * CONTROLS_IN > text.len()
}

/// How many bytes a text takes in a JSON string, without the quotes.
pub(crate) fn escaped_len(text: &str) -> usize {
    text.bytes().map(escaped_byte).sum()
}

/// The longest prefix of a text that takes at most `room` bytes in a JSON string.
pub(crate) fn cut_to(text: &str, room: usize) -> &str {
    let mut taken = 0;
    let end = text.bytes().position(|byte| {
        taken += escaped_byte(byte);
        taken > room
    });
    &text[..text.floor_char_boundary(end.unwrap_or(text.len()))]
}

/// The most bytes that take at most `room` in Base64.
pub(crate) fn bytes_in_base64(room: usize) -> usize {
    room / 4 * 3
}

/// The length of a byte as `serde_json` writes it.
fn escaped_byte(byte: u8) -> usize {
    match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 0x08 | 0x0c => 2,
        byte if is_spelled_long(byte) => 6,
        _ => 1,
    }
}

fn is_spelled_long(byte: u8) -> bool {
    byte < 0x20 && !matches!(byte, b'\n' | b'\r' | b'\t' | 0x08 | 0x0c)
}

/// At one control character in this many bytes, escaping makes a text a third longer: as Base64 does.
const CONTROLS_IN: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_those_that_the_writer_makes() {
        let all: String = (0..0x100).filter_map(char::from_u32).collect();
        let written = serde_json::to_string(&all).unwrap();
        assert_eq!(escaped_len(&all), written.len() - 2);
        for room in 0..written.len() {
            let kept = cut_to(&all, room);
            assert!(all.starts_with(kept) && escaped_len(kept) <= room);
            let next = all[kept.len()..].chars().next();
            let next = next.map_or(room, |next| escaped_len(&next.to_string()));
            assert!(
                escaped_len(kept) + next > room || kept == all,
                "room {room}"
            );
        }
        assert_eq!((bytes_in_base64(4), bytes_in_base64(7)), (3, 3));
    }

    #[test]
    fn few_controls_do_not_matter() {
        assert!(!is_mostly_controls(
            "\u{1b}[31mred, and a good deal of text\u{1b}[0m\r\n\t"
        ));
        assert!(is_mostly_controls("\u{0}\u{0}zero"));
        assert!(!is_mostly_controls(""));
    }
}
