//! Whatever the text: JSON stays JSON, text stays text.

use proptest::prelude::*;

use crate::{is_json, redact, redactor};

fn fragment() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        Just("\"token\":\"".into()),
        Just("{\\\"password\\\":\\\"".into()),
        Just("Authorization: ".into()),
        Just("cookie: a=".into()),
        Just("://u:".into()),
        Just("?code=".into()),
        Just("-----BEGIN PRIVATE KEY-----".into()),
        Just("name=\"secret\"\r\n\r\n".into()),
        Just("sk-Zk3fQ9xW2mT7vB5nR8".into()),
        Just("\\".into()),
        Just("'".into()),
        Just("@".into()),
    ]
}

proptest! {
    #[test]
    fn json_stays_json_and_text_stays_text(parts in proptest::collection::vec(fragment(), 0..12)) {
        let redactor = redactor();
        let text = parts.concat();
        redact(&redactor, &text);
        let mut json = serde_json::to_string(&[&text]).unwrap();
        for _ in 0..3 {
            prop_assert!(is_json(&redact(&redactor, &json)), "{}", json);
            json = serde_json::to_string(&[&json]).unwrap();
        }
        redactor.form(text.as_bytes());
    }
}
