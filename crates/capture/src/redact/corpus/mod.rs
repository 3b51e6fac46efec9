//! Tests: many credentials in many places, and what must not be taken for one.
//!
//! What each file needs is here: a redactor, ways to read what it gave, random text that is
//! the same in every run.

mod fields;
mod forms;
mod known;
mod ordinary;
mod passwords;
mod places;
mod places_of_names;
mod properties;
mod records;
mod spellings;
mod tables;
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

/// SplitMix64: numbers that look random, the same in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Letters of both cases and digits, at least one of each in every six.
    fn text(&mut self, length: usize) -> String {
        const KINDS: [&[u8]; 3] = [
            b"abcdefghijklmnopqrstuvwxyz",
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZ",
            b"0123456789",
        ];
        let order = [0, 1, 2, 0, 1, 2];
        (0..length)
            .map(|at| {
                // Now and then a kind twice in a row, as in real ones.
                let kind = order[(at + usize::from(self.next().is_multiple_of(5))) % order.len()];
                let letters = KINDS[kind];
                char::from(letters[(self.next() % letters.len() as u64) as usize])
            })
            .collect()
    }
}

/// Whether half of a secret, or more of it, is left in a text.
fn leaks(text: &str, secret: &str) -> bool {
    let half = (secret.len() / 2).max(5);
    (0..=secret.len() - half).any(|start| text.contains(&secret[start..start + half]))
}
