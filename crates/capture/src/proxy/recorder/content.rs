//! Gives a content its form: JSON, text or Base64, without its secrets.

use std::sync::Arc;

use memchr::memchr2;
use serde::Deserialize;
use serde::de::value::MapDeserializer;
use serde_json::value::RawValue;

use super::{base64, written};
use crate::json::{is_json, may_be_json};
use crate::redact::{Redactor, SessionKey};

/// How the contents of a recording are read.
pub(super) struct Reading {
    /// Bytes kept of each body or event list.
    pub(super) limit: usize,
    pub(super) key: Arc<SessionKey>,
    /// Absent where the user wants secrets kept.
    pub(super) redactor: Option<Redactor>,
}

/// A content in its form: at most one of the three.
#[derive(Debug, Default)]
pub(super) struct Content {
    pub(super) json: Option<Box<RawValue>>,
    pub(super) text: Option<String>,
    pub(super) base64: Option<String>,
    /// Whether it was cut, because written it would be longer than the limit.
    pub(super) cut: bool,
}

impl Content {
    /// How many bytes it takes in the recording's file.
    pub(super) fn written(&self) -> usize {
        let json = self.json.as_ref().map(|json| json.get().len());
        let text = self.text.as_deref().map(written::escaped_len);
        json.or(text)
            .or(self.base64.as_ref().map(String::len))
            .unwrap_or(0)
    }
}

/// What is known of a content before it is read.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Nature {
    /// It is a form: `application/x-www-form-urlencoded`.
    pub(super) is_form: bool,
    /// Its end is missing, perhaps in the middle of a character.
    pub(super) is_cut: bool,
}

impl Reading {
    /// Places a content by what it is, not by what it is said to be.
    pub(super) fn content(&self, bytes: Vec<u8>, nature: Nature) -> Content {
        if may_be_json(&bytes)
            && let Ok(text) = simdutf8::basic::from_utf8(&bytes)
            && is_json(text)
        {
            return self.json(text.trim_ascii());
        }
        match String::from_utf8(bytes) {
            Ok(text) => self.text(text, nature),
            Err(error) => {
                let valid = error.utf8_error().valid_up_to();
                let ends_early = error.utf8_error().error_len().is_none();
                let mut bytes = error.into_bytes();
                if nature.is_cut && ends_early {
                    bytes.truncate(valid);
                    return self.content(bytes, nature);
                }
                self.binary(bytes)
            }
        }
    }

    fn text(&self, text: String, nature: Nature) -> Content {
        if text.is_empty() {
            return Content::default();
        }
        if written::is_mostly_controls(&text) {
            return self.binary(text.into_bytes());
        }
        let redacted = self.redactor.as_ref().and_then(|redactor| {
            if nature.is_form {
                redactor.form(text.as_bytes())
            } else {
                redactor.text(text.as_bytes())
            }
        });
        self.fitting(redacted.map_or(text, into_text))
    }

    /// A text, cut where it would take more than the limit in the recording's file.
    fn fitting(&self, mut text: String) -> Content {
        // Nothing takes more than six bytes for one: most need not be looked through.
        let kept = if text.len() <= self.limit / 6 {
            text.len()
        } else {
            written::cut_to(&text, self.limit).len()
        };
        let cut = kept < text.len();
        text.truncate(kept);
        Content {
            text: Some(text),
            cut,
            ..Content::default()
        }
    }

    /// Embeds JSON verbatim, but on one line: outside of strings, where alone
    /// valid JSON has line ends, they separate nothing that needs it.
    fn json(&self, text: &str) -> Content {
        let bytes = text.as_bytes();
        let redacted = self
            .redactor
            .as_ref()
            .and_then(|redactor| redactor.text(bytes));
        let has_lines = memchr2(b'\n', b'\r', bytes).is_some();
        if redacted.is_none() && !has_lines {
            return embedded(text);
        }
        let mut bytes = redacted.unwrap_or_else(|| bytes.to_vec());
        if has_lines {
            bytes.retain(|byte| !matches!(byte, b'\n' | b'\r'));
        }
        let text = into_text(bytes);
        if text.len() <= self.limit && is_json(&text) {
            return embedded(&text);
        }
        // Fingerprints can be longer than what they replace, and JSON that is cut is none.
        // Redaction keeps JSON valid; were it not to, this is still without secrets.
        self.fitting(text)
    }

    fn binary(&self, bytes: Vec<u8>) -> Content {
        let redacted = self
            .redactor
            .as_ref()
            .and_then(|redactor| redactor.bytes(&bytes));
        let mut bytes = redacted.unwrap_or(bytes);
        let room = written::bytes_in_base64(self.limit);
        let cut = bytes.len() > room;
        bytes.truncate(room);
        Content {
            base64: Some(base64::encode(bytes)),
            cut,
            ..Content::default()
        }
    }
}

/// A text that was found to be JSON, in that form.
fn embedded(json: &str) -> Content {
    let raw = checked(json).ok();
    let text = raw.is_none().then(|| json.to_owned());
    Content {
        json: raw,
        text,
        ..Content::default()
    }
}

/// The same as a raw value.
///
/// `serde_json` would check it again, three times as long as that took: so it is handed over as its
/// own reader hands over what it has checked. Were that to change, it is checked once more.
fn checked(json: &str) -> Result<Box<RawValue>, serde_json::Error> {
    let members = std::iter::once(("$serde_json::private::RawValue", json));
    let handed_over = MapDeserializer::<_, serde::de::value::Error>::new(members);
    Box::<RawValue>::deserialize(handed_over).or_else(|_| serde_json::from_str(json))
}

/// Redaction cuts at ASCII bytes, so what was UTF-8 still is.
fn into_text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A reading for tests: up to `limit` bytes, secrets redacted.
    pub(in crate::proxy::recorder) fn reading(limit: usize) -> Reading {
        let key = Arc::new(SessionKey::derived(b"a test"));
        Reading {
            limit,
            redactor: Some(Redactor::new(Arc::clone(&key))),
            key,
        }
    }

    fn read(bytes: &[u8]) -> Content {
        reading(1 << 20).content(bytes.to_vec(), Nature::default())
    }

    #[test]
    fn json_is_embedded_verbatim() {
        let json = r#"{"z":1.50,"a":123456789012345678901234567890,"z":[ 1e2 , "\u00e9\/" ]}"#;
        assert_eq!(read(json.as_bytes()).json.unwrap().get(), json);
    }

    #[test]
    fn json_on_several_lines_becomes_one_line() {
        let json = "\r\n{\n  \"a\": [1,\r\n 2],\n\"b\":\"x\\ny\"}\n";
        let content = read(json.as_bytes());
        assert_eq!(
            content.json.unwrap().get(),
            "{  \"a\": [1, 2],\"b\":\"x\\ny\"}"
        );
    }

    #[test]
    fn what_is_no_json_is_text_and_what_is_no_text_is_base64() {
        assert_eq!(read(b"[DONE]").text.as_deref(), Some("[DONE]"));
        assert_eq!(read(b"{\"cut\":").text.as_deref(), Some("{\"cut\":"));
        assert_eq!(read(b"\xff\x00").base64.as_deref(), Some("/wA="));
        let nothing = read(b"");
        assert!(nothing.json.is_none() && nothing.text.is_none() && nothing.base64.is_none());
    }

    #[test]
    fn a_cut_character_at_the_end_of_a_cut_text_is_left_out() {
        let cut = Nature {
            is_cut: true,
            ..Nature::default()
        };
        let euro = "a€".as_bytes();
        let content = reading(9).content(euro[..3].to_vec(), cut);
        assert_eq!(content.text.as_deref(), Some("a"));
        assert!(read(&euro[..3]).base64.is_some());
    }

    #[test]
    fn what_was_checked_is_not_checked_again() {
        assert_eq!(checked("as it is").unwrap().get(), "as it is");
    }

    #[test]
    fn what_is_written_is_no_longer_than_the_limit() {
        let limit = 1200;
        let kept = |bytes: &[u8]| reading(limit).content(bytes.to_vec(), Nature::default());
        for (bytes, form) in [
            (vec![0; limit], "base64"),
            (b"\xff\x00".repeat(limit / 2), "base64"),
            (b"\x1b[0m text\x00".repeat(limit / 11), "base64"),
            (b"\"\\\n".repeat(limit / 3), "text"),
            ("€\"".repeat(limit / 4).into_bytes(), "text"),
            // Every secret becomes longer, and cut JSON is none.
            (
                br#"{"password":"ab"},"#.repeat(limit / 20).into_iter().chain(*b"1").collect(),
                "text",
            ),
            (
                [
                    &b"["[..],
                    &br#"{"password":"ab"},"#.repeat(limit / 20),
                    b"1]",
                ]
                .concat(),
                "text",
            ),
        ] {
            let content = kept(&bytes);
            assert!(content.cut && content.json.is_none(), "{bytes:?}");
            assert_eq!(content.text.is_some(), form == "text", "{bytes:?}");
            let written = content.written();
            assert!(written <= limit && written > limit - 10, "{written}");
            let in_line = match (&content.text, &content.base64) {
                (Some(text), _) => serde_json::to_string(text).unwrap().len() - 2,
                (_, Some(base64)) => base64.len(),
                _ => 0,
            };
            assert_eq!(in_line, written);
        }
        let json = format!("[{}]", "1".repeat(limit - 2));
        let content = kept(json.as_bytes());
        assert_eq!((content.written(), content.cut), (limit, false));
    }

    #[test]
    fn a_text_of_control_characters_is_base64_and_one_with_a_few_is_text() {
        assert_eq!(read(b"\0\0\0").base64.as_deref(), Some("AAAA"));
        let colours = "\u{1b}[31mred, as a shell writes it\u{1b}[0m";
        assert_eq!(read(colours.as_bytes()).text.as_deref(), Some(colours));
    }

    #[test]
    fn deep_nesting_is_read_like_any_json() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(read(deep.as_bytes()).json.unwrap().get(), deep);
    }
}
