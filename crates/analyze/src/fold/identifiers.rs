//! Credentials and identifiers in requests and responses.
//!
//! A redacted recording has `<redacted:FINGERPRINT>` in place of a credential;
//! equal fingerprints are equal credentials. For recordings that keep their secrets,
//! the fingerprint is computed here: no report shows a credential. Identifiers are
//! recognized by name, and also reported as fingerprints only.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use memchr::memmem;

use crate::call::Digest;
use crate::endpoint::Endpoint;
use crate::json::Json;
use crate::line::exchange::{Body, Exchange, Header};
use crate::text;

use super::quoted_text::{REDACTED, key_before, member_value, redacted, value_in};

/// Every credential and identifier, counted.
#[derive(Debug, Clone, Default)]
pub(crate) struct Identifiers {
    /// Bounded by [`MAX_IDENTIFIER_USES`].
    pub(crate) seen: BTreeMap<IdentifierUse, u64>,
}

/// A value in one field of the traffic with one host.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct IdentifierUse {
    /// Whether it grants access; else it only identifies someone.
    pub(crate) credential: bool,
    pub(crate) fingerprint: String,
    /// `header authorization`, `body refresh_token`, `url key`.
    pub(crate) field: String,
    pub(crate) host: String,
    /// Whether the agent sent it; else the origin did.
    pub(crate) sent: bool,
    /// Whether it was sent without TLS.
    pub(crate) clear: bool,
}

impl Identifiers {
    pub(crate) fn add(&mut self, endpoint: &Endpoint, exchange: &Exchange<'_>) {
        let request = &exchange.request;
        let mut scan = IdentifierScan {
            identifiers: self,
            host: &endpoint.host,
            sent: true,
            clear: request.url.starts_with("http://") || request.url.starts_with("ws://"),
        };
        scan.url(&request.url);
        scan.headers(&request.headers);
        scan.body(request.body.as_ref());
        scan.sent = false;
        if let Some(response) = &exchange.response {
            scan.headers(&response.headers);
            scan.body(response.body.as_ref());
        }
        self.trim();
    }

    pub(crate) fn merge(&mut self, other: Self) {
        for (found, count) in other.seen {
            *self.seen.entry(found).or_default() += count;
        }
        self.trim();
    }

    fn trim(&mut self) {
        while self.seen.len() > MAX_IDENTIFIER_USES {
            self.seen.pop_last();
        }
    }
}

/// One direction of one exchange.
struct IdentifierScan<'a> {
    identifiers: &'a mut Identifiers,
    host: &'a str,
    sent: bool,
    clear: bool,
}

impl IdentifierScan<'_> {
    fn see(&mut self, credential: bool, fingerprint: &str, field: String) {
        let found = IdentifierUse {
            credential,
            fingerprint: text::cut(fingerprint, MAX_NAME_BYTES).to_owned(),
            field,
            host: self.host.to_owned(),
            sent: self.sent,
            clear: self.clear,
        };
        *self.identifiers.seen.entry(found).or_default() += 1;
    }

    fn url(&mut self, url: &str) {
        for (at, fingerprint) in redacted(url) {
            let before = &url[..at];
            let name = before
                .strip_suffix('=')
                .and_then(|rest| rest.rsplit(['?', '&']).next());
            self.see(true, fingerprint, field("url", name.unwrap_or("user")));
        }
    }

    fn headers(&mut self, headers: &[Header<'_>]) {
        for header in headers {
            let name = &*text::lower(&header.name);
            let is_id = IDENTIFIERS.contains(&name);
            let mut found = false;
            for (at, fingerprint) in redacted(&header.value) {
                found = true;
                let is_cookie = name == "cookie" || name == "set-cookie";
                let before = header.value[..at].trim_end_matches('=');
                let cookie = before.rsplit([';', ' ']).next().filter(|_| is_cookie);
                let named = cookie.map(|cookie| format!("{name} {cookie}"));
                let named = named.as_deref().unwrap_or(name);
                self.see(!is_id, fingerprint, field("header", named));
            }
            if !found && (is_id || SECRET_HEADERS.contains(&name)) {
                let fingerprint = Digest::of(&header.value).to_string();
                self.see(!is_id, &fingerprint, field("header", name));
            } else {
                let mut finds = Finds::default();
                self.quoted(&header.value, &PLAIN, "header", &mut finds);
                self.quoted(&header.value, &IN_STRINGS, "header", &mut finds);
            }
        }
    }

    /// Finds credentials and identifiers in a body, JSON or other text.
    fn body(&mut self, body: Option<&Body<'_>>) {
        let Some(body) = body else { return };
        let mut finds = Finds::default();
        if let Some(json) = body.json {
            self.credentials(json.raw());
            self.members(json, &mut finds);
        } else if let Some(text) = body.text.and_then(Json::inner) {
            // Still escaped: the search copes with any level of escaping.
            self.credentials(text);
            self.quoted(text, &IN_STRINGS, "body", &mut finds);
        }
    }

    fn credentials(&mut self, content: &str) {
        for (at, fingerprint) in redacted(content) {
            let key = key_before(&content[..at]);
            let is_id = IDENTIFIERS.contains(&key);
            self.see(!is_id, fingerprint, field("body", key));
        }
    }

    /// Finds identifiers among the members of JSON, and of JSON inside its strings.
    fn members(&mut self, content: Json<'_>, finds: &mut Finds) {
        let tokens = (content.index()..content.next_index()).map(|index| content.at(index));
        for json in tokens {
            if json.is_name() {
                if let Some(word) = json.inner().and_then(identifier)
                    && let Some(value) = content.at(json.next_index()).inner().and_then(value_in)
                {
                    self.identifier(word, value, "body", finds);
                }
            } else if json.is_escaped() {
                let text = json.inner().unwrap_or_default();
                self.quoted(text, &IN_STRINGS, "body", finds);
            }
        }
    }

    /// Finds identifiers among the members of JSON in a text; `ends` finds the ends of their names.
    fn quoted(
        &mut self,
        content: &str,
        ends: &memmem::Finder<'_>,
        location: &str,
        finds: &mut Finds,
    ) {
        for at in ends.find_iter(content.as_bytes()) {
            let (before, after) = content.split_at(at + NAME_END.len());
            // No name is longer, and an unbounded search back would be quadratic.
            let start = before.len().saturating_sub(MAX_IDENTIFIER_BYTES);
            let before = &before[before.ceil_char_boundary(start)..];
            let name = before.rsplit('"').next().unwrap_or_default();
            let is_quoted = name.len() < before.len();
            let word = identifier(name).filter(|_| is_quoted);
            if let Some(word) = word
                && let Some(value) = member_value(after)
            {
                self.identifier(word, value, location, finds);
            }
        }
    }

    fn identifier(&mut self, word: usize, value: &str, location: &str, finds: &mut Finds) {
        finds[word] += 1;
        if finds[word] > MAX_FINDS || value.is_empty() || value.starts_with(REDACTED) {
            return;
        }
        let fingerprint = Digest::of(value).to_string();
        self.see(false, &fingerprint, field(location, IDENTIFIERS[word]));
    }
}

/// How often each of [`IDENTIFIERS`] was found in one header or body.
type Finds = [usize; IDENTIFIERS.len()];

/// The index of `name` in [`IDENTIFIERS`].
fn identifier(name: &str) -> Option<usize> {
    name.ends_with(NAME_END).then(|| {
        IDENTIFIERS
            .iter()
            .position(|identifier| *identifier == name)
    })?
}

/// Finds the ends of identifiers' names inside JSON strings, where quotes are escaped.
static IN_STRINGS: LazyLock<memmem::Finder<'static>> =
    LazyLock::new(|| memmem::Finder::new(r"id\"));

/// Finds them where quotes are not escaped.
static PLAIN: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new("id\""));

fn field(location: &str, name: &str) -> String {
    format!("{location} {}", text::cut(name, MAX_NAME_BYTES))
}

/// Headers that hold a credential, for recordings that keep secrets.
const SECRET_HEADERS: &[&str] = &[
    "authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
    "x-api-key",
    "api-key",
    "statsig-api-key",
    "mcp-session-id",
];

/// How the name of each of [`IDENTIFIERS`] ends.
const NAME_END: &str = "id";

/// Headers and JSON members that identify a user, an account or a machine.
const IDENTIFIERS: [&str; 11] = [
    "installation_id",
    "x-codex-installation-id",
    "chatgpt-account-id",
    "chatgpt_account_id",
    "account_id",
    "device_id",
    "oai-device-id",
    "machine_id",
    "anonymous_id",
    "user_id",
    "stable_id",
];

/// A session has a few dozen; more are noise.
const MAX_IDENTIFIER_USES: usize = 4096;
const MAX_NAME_BYTES: usize = 100;
/// The longest name, including the quote before it.
const MAX_IDENTIFIER_BYTES: usize = 32;
/// Telemetry repeats an id in every data point; a few are enough.
const MAX_FINDS: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_identifier_is_found_by_the_end_of_its_name() {
        for (word, name) in IDENTIFIERS.into_iter().enumerate() {
            assert_eq!(identifier(name), Some(word));
            assert!(name.len() < MAX_IDENTIFIER_BYTES);
        }
        assert_eq!(identifier("id"), None);
    }

    #[test]
    fn identifiers_in_a_header_are_found_in_any_quoting() {
        let mut identifiers = Identifiers::default();
        let mut scan = IdentifierScan {
            identifiers: &mut identifiers,
            host: "h",
            sent: true,
            clear: false,
        };
        scan.headers(&[Header {
            name: "X-Metadata".into(),
            value: r#"{"user_id":"u","inner":"{\"account_id\":\"a\"}"}"#.into(),
        }]);
        let fields: Vec<&str> = identifiers.seen.keys().map(|seen| &*seen.field).collect();
        let mut expected = [Digest::of("u"), Digest::of("a")].map(|digest| digest.to_string());
        expected.sort();
        let seen: Vec<&str> = identifiers
            .seen
            .keys()
            .map(|seen| &*seen.fingerprint)
            .collect();
        assert_eq!(seen, expected);
        assert!(fields.contains(&"header user_id") && fields.contains(&"header account_id"));
    }
}
