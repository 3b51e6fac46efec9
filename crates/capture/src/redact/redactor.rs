//! The redactor: replaces secrets by fingerprints, in records and in texts.

use std::borrow::Cow;
use std::sync::Arc;

use memchr::memchr;

use super::key::SessionKey;
use crate::record::{Connection, Exchange, Header, Session};

use super::finder::Finder;
use super::names::{self, Kind};
use super::pair;
use super::scan::{REPLACED, Scan, Span, Spelling};
use super::url;

/// Replaces secrets by fingerprints under the recording's key.
pub struct Redactor {
    key: Arc<SessionKey>,
    finder: Finder,
}

impl Redactor {
    pub fn new(key: Arc<SessionKey>) -> Self {
        Self {
            key,
            finder: Finder::new(),
        }
    }

    /// A text without its secrets; `None` when it has none.
    ///
    /// Valid JSON stays valid JSON, and UTF-8 stays UTF-8.
    pub fn text(&self, text: &[u8]) -> Option<Vec<u8>> {
        self.replace(text, &self.finder.spans(text))
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

    /// Replaces the secrets in what is not a body: URL, headers, reasons.
    pub fn exchange(&self, exchange: &mut Exchange) {
        let request = &mut exchange.request;
        self.url(&mut request.url);
        self.headers(&mut request.headers);
        self.headers(&mut request.trailers);
        if let Some(response) = &mut exchange.response {
            self.headers(&mut response.headers);
            self.headers(&mut response.trailers);
            for informational in &mut response.informational {
                self.headers(&mut informational.headers);
            }
        }
        if let Some(reason) = &mut exchange.outcome.reason {
            self.string(reason);
        }
        exchange.notes.iter_mut().for_each(|note| self.string(note));
    }

    /// Replaces the secrets in what is said of a connection.
    pub fn connection(&self, connection: &mut Connection) {
        let reason = connection.disposition.reason.iter_mut();
        let words = reason
            .chain(&mut connection.authority)
            .chain(&mut connection.via)
            .chain(&mut connection.notes);
        words.for_each(|text| self.string(text));
    }

    /// Replaces the secrets in the wrapped command.
    pub fn session(&self, session: &mut Session) {
        let mut after_secret_option = false;
        for argument in &mut session.command {
            let is_option = argument.starts_with('-');
            let (name, value) = match argument.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (argument.as_str(), None),
            };
            let is_secret = names::key(name.as_bytes()).is_some();
            let opens = is_option && is_secret && value.is_none();
            if after_secret_option && !is_option {
                *argument = self.replacement(argument.as_bytes());
            } else if let Some(value) = value.filter(|_| is_secret) {
                *argument = format!("{name}={}", self.replacement(value.as_bytes()));
            } else {
                self.string(argument);
            }
            after_secret_option = opens;
        }
    }

    fn headers(&self, headers: &mut [Header]) {
        let mut unnamed = Vec::with_capacity(headers.len());
        for Header { name, value } in headers {
            match names::header(name) {
                Some(kind) => put(value, self.value(kind, value.as_bytes())),
                None => unnamed.push(value),
            }
        }
        // Most are short, and a search costs as much to begin as to go through one of them.
        let all: Vec<&str> = unnamed.iter().map(|value| value.as_str()).collect();
        if self.finder.finds_any(all.join("\n").as_bytes()) {
            for value in unnamed {
                put(value, self.text(value.as_bytes()));
            }
        }
    }

    /// The value of a header whose name says that it is secret.
    fn value(&self, kind: Kind, value: &[u8]) -> Option<Vec<u8>> {
        let mut scan = Scan::new(value);
        let whole = 0..value.len();
        pair::mark_value(&mut scan, kind, whole, Spelling::Plain);
        self.replace(value, &scan.into_spans())
    }

    fn url(&self, url: &mut String) {
        let bytes = url.as_bytes();
        let query = memchr(b'?', bytes).map_or(bytes.len(), |sign| sign + 1);
        let (head, query) = bytes.split_at(query);
        let authority = memchr::memmem::find(head, b"://").map(|at| at + 3);
        let userinfo = authority.and_then(|start| url::userinfo(head, start));
        let head_replaced = match userinfo {
            Some(range) => {
                let spelling = Spelling::Percent;
                self.replace(head, &[Span { range, spelling }])
            }
            None => self.text(head),
        };
        let query_replaced = self.form(query);
        if head_replaced.is_some() || query_replaced.is_some() {
            let mut whole = head_replaced.unwrap_or_else(|| head.to_vec());
            whole.extend(query_replaced.as_deref().unwrap_or(query));
            put(url, Some(whole));
        }
    }

    fn string(&self, text: &mut String) {
        let replaced = self.text(text.as_bytes());
        put(text, replaced);
    }

    /// Appends a field of a form; says whether it was changed.
    fn field(&self, field: &[u8], out: &mut Vec<u8>) -> bool {
        let Some(sign) = memchr(b'=', field) else {
            return self.append(field, out);
        };
        let (name, value) = (&field[..sign], &field[sign + 1..]);
        out.extend_from_slice(&field[..=sign]);
        if names::is_secret_parameter(&url::decode(name, true)) && !value.is_empty() {
            let secret = url::decode(value, true);
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

    /// Appends a value that may hold a secret inside.
    fn append(&self, value: &[u8], out: &mut Vec<u8>) -> bool {
        let replaced = self.text(&url::decode(value, true));
        match &replaced {
            Some(plain) => url::encode(plain, out),
            None => out.extend_from_slice(value),
        }
        replaced.is_some()
    }

    fn replace(&self, text: &[u8], spans: &[Span]) -> Option<Vec<u8>> {
        if spans.is_empty() {
            return None;
        }
        let mut out = Vec::with_capacity(text.len() + spans.len() * REPLACEMENT_BYTES);
        let mut done = 0;
        for span in spans {
            out.extend_from_slice(&text[done..span.range.start]);
            let secret = plain(&text[span.range.clone()], span.spelling);
            out.extend_from_slice(self.replacement(&secret).as_bytes());
            done = span.range.end;
        }
        out.extend_from_slice(&text[done..]);
        Some(out)
    }

    /// What stands in the place of a secret.
    fn replacement(&self, secret: &[u8]) -> String {
        format!("<redacted:{}>", self.key.fingerprint(secret))
    }
}

/// The secret itself, so that it has one fingerprint however it is spelled.
fn plain(spelled: &[u8], spelling: Spelling) -> Cow<'_, [u8]> {
    match spelling {
        Spelling::Percent => url::decode(spelled, false).into(),
        Spelling::Json(levels) if memchr(b'\\', spelled).is_some() => {
            let mut text = spelled.to_vec();
            for _ in 0..=levels {
                text = match unescape(&text) {
                    Some(unescaped) => unescaped,
                    None => break,
                };
            }
            text.into()
        }
        Spelling::Plain | Spelling::Json(_) => spelled.into(),
    }
}

/// The text that a JSON string spells.
fn unescape(spelled: &[u8]) -> Option<Vec<u8>> {
    let quoted = [b"\"", spelled, b"\""].concat();
    serde_json::from_slice::<String>(&quoted)
        .ok()
        .map(String::into_bytes)
}

/// Puts a redacted text in its place.
fn put(place: &mut impl From<String>, replaced: Option<Vec<u8>>) {
    if let Some(bytes) = replaced {
        // Spans begin and end at ASCII bytes, so nothing is lost here.
        *place = String::from_utf8_lossy(&bytes).into_owned().into();
    }
}

/// The length of a replacement.
const REPLACEMENT_BYTES: usize = 27;
