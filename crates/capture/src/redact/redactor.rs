//! The redactor: replaces secrets in texts and forms. Records: `metadata` and `record`.

use std::borrow::Cow;
use std::sync::Arc;

use memchr::memchr;

use super::finder::Finder;
use super::heuristics;
use super::known_values::KnownValues;
use super::names;
use super::percent;
use super::scan::{Escaping, REPLACED, Span};
use super::session_key::SessionKey;

/// Replaces secrets by fingerprints under the recording's key.
pub struct Redactor {
    key: Arc<SessionKey>,
    pub(super) finder: Finder,
    pub(super) known: Arc<KnownValues>,
}

impl Redactor {
    pub fn new(key: Arc<SessionKey>) -> Self {
        Self {
            known: Arc::new(KnownValues::new(&key)),
            finder: Finder::new(),
            key,
        }
    }

    /// `text` without its secrets; `None` when it has none.
    ///
    /// Valid JSON stays valid JSON, and UTF-8 stays UTF-8.
    pub fn text(&self, text: &[u8]) -> Option<Vec<u8>> {
        self.replace(text, &self.finder.spans(text, &self.known))
    }

    /// The body of a form, or a query, without its secrets; `None` when it has none.
    pub fn form(&self, form: &[u8]) -> Option<Vec<u8>> {
        let mut out = Vec::with_capacity(form.len());
        let mut changed = false;
        for (index, field) in form.split(|byte| *byte == b'&').enumerate() {
            if index > 0 {
                out.push(b'&');
            }
            changed |= self.field(field, &mut out);
        }
        changed.then_some(out)
    }

    /// Appends a field of a form; returns whether it was changed.
    fn field(&self, field: &[u8], out: &mut Vec<u8>) -> bool {
        let Some(sign) = memchr(b'=', field) else {
            return self.append(field, out);
        };
        let (name, value) = (&field[..sign], &field[sign + 1..]);
        out.extend_from_slice(&field[..=sign]);
        let is_secret = match name {
            [] => heuristics::is_random(value),
            name => names::is_secret_parameter(&percent::decode(name, true)) && !value.is_empty(),
        };
        if is_secret {
            let secret = percent::decode(value, true);
            let is_new = !secret.starts_with(REPLACED);
            if is_new {
                out.extend_from_slice(self.replacement(&secret).as_bytes());
            } else {
                out.extend_from_slice(value);
            }
            return is_new;
        }
        self.append(value, out)
    }

    /// Appends a value, without the secrets inside it.
    fn append(&self, value: &[u8], out: &mut Vec<u8>) -> bool {
        let replaced = self.text(&percent::decode(value, true));
        match &replaced {
            Some(plain) => percent::encode(plain, out),
            None => out.extend_from_slice(value),
        }
        replaced.is_some()
    }

    /// Replaces spans, which are in order. One that overlaps its predecessor is part of a secret already.
    pub(super) fn replace(&self, text: &[u8], spans: &[Span]) -> Option<Vec<u8>> {
        if spans.is_empty() {
            return None;
        }
        let mut out = Vec::with_capacity(text.len() + spans.len() * REPLACEMENT_BYTES);
        let mut done = 0;
        for span in spans {
            if span.range.start < done {
                continue;
            }
            out.extend_from_slice(&text[done..span.range.start]);
            let replacement = self.replacement_of(&text[span.range.clone()], span.escaping);
            out.extend_from_slice(replacement.as_bytes());
            done = span.range.end;
        }
        out.extend_from_slice(&text[done..]);
        Some(out)
    }

    /// The replacement of a secret that is escaped in the text.
    pub(super) fn replacement_of(&self, escaped: &[u8], escaping: Escaping) -> String {
        self.replacement(&unescaped(escaped, escaping))
    }

    fn replacement(&self, secret: &[u8]) -> String {
        format!("<redacted:{}>", self.key.fingerprint(secret))
    }
}

/// The secret itself: it has one fingerprint however it is escaped.
fn unescaped(escaped: &[u8], escaping: Escaping) -> Cow<'_, [u8]> {
    match escaping {
        Escaping::Percent => percent::decode(escaped, false).into(),
        Escaping::Json(levels) if memchr(b'\\', escaped).is_some() => {
            let mut text = escaped.to_vec();
            for _ in 0..=levels {
                text = match unescape(&text) {
                    Some(unescaped) => unescaped,
                    None => break,
                };
            }
            text.into()
        }
        Escaping::None | Escaping::Json(_) => escaped.into(),
    }
}

/// The text of a JSON string.
fn unescape(escaped: &[u8]) -> Option<Vec<u8>> {
    let quoted = [b"\"", escaped, b"\""].concat();
    serde_json::from_slice::<String>(&quoted)
        .ok()
        .map(String::into_bytes)
}

/// The length of a replacement.
const REPLACEMENT_BYTES: usize = 27;
