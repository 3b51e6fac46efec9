//! Peeks at the `type` of a message without parsing the rest.

use memchr::memchr2;

/// The value of the member `type` of a JSON object, if it is a string.
///
/// The text is not checked: if it is not JSON, the result is arbitrary, but never a panic.
pub(crate) fn of(json: &[u8]) -> Option<&[u8]> {
    let mut cursor = Cursor { json, at: 0 };
    cursor.expect(b'{')?;
    loop {
        let key = cursor.string()?;
        cursor.expect(b':')?;
        if key == b"type" {
            return cursor.string();
        }
        cursor.skip_value()?;
        cursor.expect(b',')?;
    }
}

struct Cursor<'a> {
    json: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn skip_space(&mut self) {
        while self.json.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        self.skip_space();
        (self.json.get(self.at) == Some(&byte)).then(|| self.at += 1)
    }

    /// The next string, with its escapes.
    fn string(&mut self) -> Option<&'a [u8]> {
        self.expect(b'"')?;
        let start = self.at;
        loop {
            self.at += memchr2(b'"', b'\\', self.json.get(self.at..)?)?;
            if self.json[self.at] == b'"' {
                self.at += 1;
                return Some(&self.json[start..self.at - 1]);
            }
            self.at += 2;
        }
    }

    /// Skips the next value, however deep.
    fn skip_value(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            match self.json.get(self.at)? {
                b'"' => {
                    self.string()?;
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b',' | b'}' | b']' if depth == 0 => return Some(()),
                b'}' | b']' => depth -= 1,
                _ => {}
            }
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_is_found_wherever_it_stands() {
        for json in [
            r#"{"type":"response.create","input":[]}"#,
            r#" { "a" : {"type":"x","b":["}",{}]} , "c":-1.5e3,"type" : "response.create" }"#,
            r#"{"s":"\"type\":\"no\"\\","type":"response.create""#,
        ] {
            assert_eq!(of(json.as_bytes()), Some(&b"response.create"[..]), "{json}");
        }
    }

    #[test]
    fn a_message_without_a_type_has_none() {
        let long = r#"{"a":[[[["b"]]]],"type":{"type":"x"}}"#;
        for end in 0..=long.len() {
            assert_eq!(of(&long.as_bytes()[..end]), None, "first {end} bytes");
        }
        for json in [
            "",
            "[]",
            "{}",
            "[DONE]",
            "{\"type\":1}",
            "\u{1}\u{2}",
            "{\"a\\",
        ] {
            assert_eq!(of(json.as_bytes()), None, "{json}");
        }
    }
}
