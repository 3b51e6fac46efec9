//! Redaction through its public face: credentials in many places, and texts that only look like them.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod known_values;
mod named_places;
mod ordinary;
mod passwords;
mod places;
mod properties;
mod record_fields;
mod records;
#[path = "../support/secrets.rs"]
mod secrets;
mod shapes;
mod spellings;
mod tables;
mod texts;

use std::sync::Arc;

use capture::redact::{Redactor, SessionKey};
use serde_json::value::RawValue;

fn redactor() -> Redactor {
    Redactor::new(Arc::new(SessionKey::derived(b"a test")))
}

fn redact(redactor: &Redactor, text: &str) -> String {
    match redactor.text(text.as_bytes()) {
        Some(bytes) => String::from_utf8(bytes).unwrap(),
        None => text.into(),
    }
}

/// The fingerprints in a text.
fn fingerprints(text: &str) -> Vec<&str> {
    text.split("<redacted:")
        .skip(1)
        .map(|rest| rest.split('>').next().unwrap())
        .collect()
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<&RawValue>(text).is_ok()
}
