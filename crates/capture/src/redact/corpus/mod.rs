//! Tests: many credentials in many places, and what must not be taken for one.
//!
//! What each file needs is here: a redactor, and ways to read what it gave.

mod ordinary;

mod places;
mod properties;
mod records;
mod texts;

use std::sync::Arc;

use serde_json::value::RawValue;

use super::{Redactor, SessionKey};

fn redactor() -> Redactor {
    Redactor::new(Arc::new(SessionKey::fixed()))
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
