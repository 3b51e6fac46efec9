//! Credentials and identifiers, as they are seen in requests and answers.
//!
//! A redacted recording holds `<redacted:…>` where a credential was; equal
//! fingerprints are equal credentials. Where a recording keeps its secrets, a
//! fingerprint is made here: no report shows a credential. Identifiers are told
//! by their names and likewise shown as fingerprints alone.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::exchange::{Body, Exchange, Header};
use aho_corasick::{AhoCorasick, MatchKind};
use memchr::memmem;
use serde::{Deserialize, Serialize};

use super::Endpoint;
use crate::call::Digest;
use crate::json::Json;
use crate::text;

/// Everything that was seen, counted.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Sightings {
    /// Bounded by [`MAX_SIGHTINGS`].
    #[serde(with = "super::pairs")]
    pub(super) seen: BTreeMap<Sighting, u64>,
}

/// A value in one place of the traffic with one host.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Sighting {
    /// Whether it lets its holder in; else it only tells who they are.
    pub(super) credential: bool,
    pub(super) fingerprint: String,
    /// `header authorization`, `body refresh_token`, `url key`.
    pub(super) field: String,
    pub(super) host: String,
    /// Whether the agent sent it; else the origin did.
    pub(super) sent: bool,
    /// Whether it travelled without TLS.
    pub(super) clear: bool,
}

impl Sightings {
    pub(super) fn add(&mut self, endpoint: &Endpoint, exchange: &Exchange<'_>) {
        let request = &exchange.request;
        let mut scene = Scene {
            sightings: self,
            host: &endpoint.host,
            sent: true,
            clear: request.url.starts_with("http://") || request.url.starts_with("ws://"),
        };
        scene.url(&request.url);
        scene.headers(&request.headers);
        scene.body(request.body.as_ref());
        scene.sent = false;
        if let Some(response) = &exchange.response {
            scene.headers(&response.headers);
            scene.body(response.body.as_ref());
        }
        self.trim();
    }

    pub(super) fn merge(&mut self, other: Self) {
        for (sighting, count) in other.seen {
            *self.seen.entry(sighting).or_default() += count;
        }
        self.trim();
    }

    fn trim(&mut self) {
        while self.seen.len() > MAX_SIGHTINGS {
            self.seen.pop_last();
        }
    }
}

/// One direction of one exchange.
struct Scene<'a> {
    sightings: &'a mut Sightings,
    host: &'a str,
    sent: bool,
    clear: bool,
}

impl Scene<'_> {
    fn see(&mut self, credential: bool, fingerprint: &str, field: String) {
        let sighting = Sighting {
            credential,
            fingerprint: text::cut(fingerprint, MAX_NAME_BYTES).to_owned(),
            field,
            host: self.host.to_owned(),
            sent: self.sent,
            clear: self.clear,
        };
        *self.sightings.seen.entry(sighting).or_default() += 1;
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
            let name = header.name.to_ascii_lowercase();
            let is_id = IDENTIFIERS.contains(&name.as_str());
            let mut found = false;
            for (at, fingerprint) in redacted(&header.value) {
                found = true;
                let is_cookie = name == "cookie" || name == "set-cookie";
                let before = header.value[..at].trim_end_matches('=');
                let cookie = before.rsplit([';', ' ']).next().filter(|_| is_cookie);
                let named = cookie.map_or(name.clone(), |cookie| format!("{name} {cookie}"));
                self.see(!is_id, fingerprint, field("header", &named));
            }
            if !found && (is_id || SECRET_HEADERS.contains(&name.as_str())) {
                let fingerprint = Digest::of(&header.value).to_string();
                self.see(!is_id, &fingerprint, field("header", &name));
            } else {
                self.members(&header.value, "header", false);
            }
        }
    }

    fn body(&mut self, body: Option<&Body<'_>>) {
        let Some(body) = body else { return };
        // Both as they stand: what is looked for is found in any quoting.
        let json = body.json.map(Json::raw);
        let Some(content) = json.or(body.text.and_then(Json::inner)) else {
            return;
        };
        self.members(content, "body", true);
    }

    /// Finds identifiers, and where `secrets` says so credentials, among the
    /// members of JSON, also of JSON inside a JSON string.
    fn members(&mut self, content: &str, place: &str, secrets: bool) {
        let mut finds = [0; IDENTIFIERS.len()];
        for found in WORDS.find_iter(content) {
            let Some(word) = found.pattern().as_usize().checked_sub(1) else {
                if secrets && let Some(fingerprint) = fingerprint(&content[found.end()..]) {
                    let key = key_before(&content[..found.start()]);
                    let is_id = IDENTIFIERS.contains(&key);
                    self.see(!is_id, fingerprint, field(place, key));
                }
                continue;
            };
            finds[word] += 1;
            let is_key = content[..found.start()].ends_with('"') && finds[word] <= MAX_FINDS;
            let value =
                member_value(&content[found.end()..]).filter(|value| is_key && !value.is_empty());
            if let Some(value) = value.filter(|value| !value.starts_with(REDACTED)) {
                let fingerprint = Digest::of(value).to_string();
                self.see(false, &fingerprint, field(place, IDENTIFIERS[word]));
            }
        }
    }
}

/// What is looked for in contents, in one pass: first [`REDACTED`], then [`IDENTIFIERS`].
static WORDS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .build(std::iter::once(&REDACTED).chain(&IDENTIFIERS))
        .expect("the words are few and short")
});

/// Looks for [`REDACTED`] alone.
static BEGINNING: LazyLock<memmem::Finder<'static>> =
    LazyLock::new(|| memmem::Finder::new(REDACTED));

/// The fingerprints in `content`, and where each `<redacted:` begins.
fn redacted(content: &str) -> impl Iterator<Item = (usize, &str)> {
    let starts = BEGINNING.find_iter(content.as_bytes());
    starts.filter_map(|at| Some((at, fingerprint(&content[at + REDACTED.len()..])?)))
}

/// The fingerprint that `rest` begins with, up to its `>`.
fn fingerprint(rest: &str) -> Option<&str> {
    let mut bytes = rest.bytes().take(MAX_NAME_BYTES);
    let end = bytes.position(|byte| byte == b'>')?;
    Some(&rest[..end])
}

/// The key of the JSON member whose string value `before` ends inside of; of other text `?`.
fn key_before(before: &str) -> &str {
    // No value that holds a credential is longer: and who looks further back for
    // each of many can be made to look for ever.
    let start = before.ceil_char_boundary(before.len().saturating_sub(MAX_BEFORE_BYTES));
    let Some((head, _)) = before[start..].rsplit_once('"') else {
        return "?";
    };
    let head = head.trim_end_matches(['\\', ' ', ':']);
    let Some(head) = head.strip_suffix('"') else {
        return "?";
    };
    let key = head
        .trim_end_matches('\\')
        .rsplit('"')
        .next()
        .unwrap_or("?");
    if key.is_empty() { "?" } else { key }
}

/// The string value of a member whose name `after` follows, quote included.
fn member_value(after: &str) -> Option<&str> {
    let after = after.trim_start_matches('\\').strip_prefix('"')?;
    let after = after.trim_start().strip_prefix(':')?.trim_start();
    let after = after.trim_start_matches('\\').strip_prefix('"')?;
    let end = after
        .bytes()
        .take(MAX_VALUE_BYTES)
        .position(|byte| matches!(byte, b'"' | b'\\'))?;
    Some(&after[..end])
}

fn field(place: &str, name: &str) -> String {
    format!("{place} {}", text::cut(name, MAX_NAME_BYTES))
}

/// How a redacted value begins in a recording.
const REDACTED: &str = "<redacted:";

/// Headers that hold a credential, for recordings that keep them.
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

/// Headers and JSON members that tell one user, account or machine from another.
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

/// A session has a few dozen; more are noise, and must not fill the memory.
const MAX_SIGHTINGS: usize = 4096;
const MAX_NAME_BYTES: usize = 100;
const MAX_VALUE_BYTES: usize = 300;
const MAX_BEFORE_BYTES: usize = 4096;
/// Telemetry repeats an id in every data point: a few tell as much.
const MAX_FINDS: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_before_a_fingerprint_is_found_in_any_quoting() {
        for (before, key) in [
            (r#"{"refresh_token":""#, "refresh_token"),
            (r#"{"a":1, "token" : ""#, "token"),
            (r#"{"m":"{\"api_key\":\""#, "api_key"),
            (r#"{"text":"my key is "#, "text"),
            ("plain text ", "?"),
            ("", "?"),
        ] {
            assert_eq!(key_before(before), key, "{before}");
        }
    }

    #[test]
    fn the_value_of_a_member_is_found_in_any_quoting() {
        assert_eq!(member_value(r#"":"x","#), Some("x"));
        assert_eq!(member_value(r#"\":\"x\","#), Some("x"));
        assert_eq!(member_value(r#"" : "x""#), Some("x"));
        assert_eq!(member_value(r#"":12"#), None);
        assert_eq!(member_value(r#"":"no end"#), None);
        let found: Vec<_> = redacted("a <redacted:12> b <redacted:é> <redacted:").collect();
        assert_eq!(found, [(2, "12"), (18, "é")]);
    }
}
