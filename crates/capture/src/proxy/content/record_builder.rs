//! Decides how a content is recorded, as JSON, text or Base64, and redacts its secrets.

use std::sync::Arc;

use memchr::memchr2;
use serde::Deserialize;
use serde::de::value::MapDeserializer;
use serde_json::value::RawValue;

use crate::json::{is_json, may_be_json};
use crate::proxy::content::{base64, escaped_length};
use crate::redact::{Redactor, SessionKey};

/// Builds the records of one recording, under one limit and with one key.
pub(crate) struct RecordBuilder {
    /// Bytes to keep of each body or event list.
    pub(crate) limit: usize,
    pub(crate) key: Arc<SessionKey>,
    /// `None` where the user keeps secrets.
    pub(crate) redactor: Option<Redactor>,
}

/// A content as it is recorded: at most one of the three.
#[derive(Debug, Default)]
pub(crate) struct Content {
    pub(crate) json: Option<Box<RawValue>>,
    pub(crate) text: Option<String>,
    pub(crate) base64: Option<String>,
    /// Whether it was cut because it would be longer than the limit in the file.
    pub(crate) cut: bool,
}

impl Content {
    /// How many bytes it takes in the file.
    pub(crate) fn file_bytes(&self) -> usize {
        let json = self.json.as_ref().map(|json| json.get().len());
        let text = self.text.as_deref().map(escaped_length::escaped_len);
        json.or(text)
            .or(self.base64.as_ref().map(String::len))
            .unwrap_or(0)
    }
}

/// What is known of a content before it is read.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct BodyHints {
    /// Whether it is a form: `application/x-www-form-urlencoded`.
    pub(crate) is_form: bool,
    /// Whether its end is missing, possibly within a character.
    pub(crate) is_cut: bool,
}

impl RecordBuilder {
    /// Records a content as what it is, whatever its headers say.
    pub(crate) fn content(&self, bytes: Vec<u8>, hints: BodyHints) -> Content {
        if may_be_json(&bytes)
            && let Ok(text) = simdutf8::basic::from_utf8(&bytes)
            && is_json(text)
        {
            return self.json(text.trim_ascii());
        }
        match String::from_utf8(bytes) {
            Ok(text) => self.text(text, hints),
            Err(error) => {
                let valid = error.utf8_error().valid_up_to();
                let ends_early = error.utf8_error().error_len().is_none();
                let mut bytes = error.into_bytes();
                if hints.is_cut && ends_early {
                    bytes.truncate(valid);
                    return self.content(bytes, hints);
                }
                self.binary(bytes)
            }
        }
    }

    fn text(&self, text: String, hints: BodyHints) -> Content {
        if text.is_empty() {
            return Content::default();
        }
        if escaped_length::is_mostly_controls(&text) {
            return self.binary(text.into_bytes());
        }
        let redacted = self.redactor.as_ref().and_then(|redactor| {
            if hints.is_form {
                redactor.form(text.as_bytes())
            } else {
                redactor.text(text.as_bytes())
            }
        });
        self.fitting(redacted.map_or(text, into_text))
    }

    /// A text, cut where it would take more than the limit in the file.
    fn fitting(&self, mut text: String) -> Content {
        // A byte takes at most six in the file, so most texts fit without counting.
        let kept = if text.len() <= self.limit / 6 {
            text.len()
        } else {
            escaped_length::cut_to(&text, self.limit).len()
        };
        let cut = kept < text.len();
        text.truncate(kept);
        Content {
            text: Some(text),
            cut,
            ..Content::default()
        }
    }

    /// Embeds JSON verbatim, but on one line: valid JSON has line ends only between tokens, and no
    /// two tokens need them to be told apart.
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
        // Fingerprints may be longer than what they replace, and JSON that is cut is not JSON.
        // Redaction keeps JSON valid; if it ever did not, this text is still redacted.
        self.fitting(text)
    }

    fn binary(&self, bytes: Vec<u8>) -> Content {
        let redacted = self
            .redactor
            .as_ref()
            .and_then(|redactor| redactor.bytes(&bytes));
        let mut bytes = redacted.unwrap_or(bytes);
        let room = escaped_length::bytes_in_base64(self.limit);
        let cut = bytes.len() > room;
        bytes.truncate(room);
        Content {
            base64: Some(base64::encode(bytes)),
            cut,
            ..Content::default()
        }
    }
}

/// A text that is known to be JSON.
fn embedded(json: &str) -> Content {
    let raw = checked(json).ok();
    let text = raw.is_none().then(|| json.to_owned());
    Content {
        json: raw,
        text,
        ..Content::default()
    }
}

/// The same text as a raw value, without a second check.
///
/// `serde_json` would parse it again, at three times the cost of [`is_json`]. Its own deserializer
/// hands a checked text over in a map with this key, so we do too. Should that key change, this
/// falls back to parsing.
fn checked(json: &str) -> Result<Box<RawValue>, serde_json::Error> {
    let members = std::iter::once(("$serde_json::private::RawValue", json));
    let handed_over = MapDeserializer::<_, serde::de::value::Error>::new(members);
    Box::<RawValue>::deserialize(handed_over).or_else(|_| serde_json::from_str(json))
}

/// Redaction cuts at ASCII bytes, so UTF-8 stays UTF-8.
fn into_text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A builder for tests: up to `limit` bytes, secrets redacted.
    pub(crate) fn builder(limit: usize) -> RecordBuilder {
        let key = Arc::new(SessionKey::derived(b"a test"));
        RecordBuilder {
            limit,
            redactor: Some(Redactor::new(Arc::clone(&key))),
            key,
        }
    }

    fn read(bytes: &[u8]) -> Content {
        builder(1 << 20).content(bytes.to_vec(), BodyHints::default())
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
        let cut = BodyHints {
            is_cut: true,
            ..BodyHints::default()
        };
        let euro = "a€".as_bytes();
        let content = builder(9).content(euro[..3].to_vec(), cut);
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
        let kept = |bytes: &[u8]| builder(limit).content(bytes.to_vec(), BodyHints::default());
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
            let written = content.file_bytes();
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
        assert_eq!((content.file_bytes(), content.cut), (limit, false));
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
