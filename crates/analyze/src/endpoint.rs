//! The endpoint of an exchange: method, host, and the path with its ids replaced.

use std::collections::BTreeMap;

use capture::record::Transport;
use serde::{Deserialize, Serialize};

use crate::json::Json;
use crate::line::exchange::{Exchange, header};
use crate::purpose::Purpose;
use crate::text;
use crate::text::urls::{host_of, path_of};

/// The method, host and path that an exchange is counted under.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Endpoint {
    /// The host, in lower case, without its port.
    pub host: String,
    /// The path, its ids replaced by `{uuid}`, `{id}`, `{hash}` or `{n}`; without the query.
    pub path: String,
    /// The method; for a message on a WebSocket `WS`.
    pub method: String,
    /// The `type` of a WebSocket message, if it has one.
    pub message: Option<String>,
    /// What it is for.
    pub purpose: Purpose,
}

impl Endpoint {
    /// The endpoint of an exchange.
    pub(crate) fn of(exchange: &Exchange<'_>) -> Self {
        let request = &exchange.request;
        let host = host_of(&request.url).to_ascii_lowercase();
        let path = path_of(&request.url);
        let agent = header(&request.headers, "user-agent").unwrap_or("");
        let (method, message) = match exchange.transport {
            Transport::Http | Transport::Unknown => {
                (text::cut(&request.method, MAX_METHOD_BYTES), None)
            }
            Transport::Websocket => ("WS", message_type(exchange)),
        };
        Self {
            purpose: Purpose::of(&host, path, agent),
            host: text::cut(&host, MAX_HOST_BYTES).to_owned(),
            path: template(path),
            method: method.to_owned(),
            message,
        }
    }

    /// The endpoint for the folded endpoints of a host; the host is [`FOLDED`] if hosts are folded too.
    pub(crate) fn folded(purpose: Purpose, host: &str) -> Self {
        Self {
            host: host.to_owned(),
            path: FOLDED.to_owned(),
            method: "*".to_owned(),
            message: None,
            purpose,
        }
    }

    /// Whether it represents several endpoints. Paths in recordings begin with `/`.
    pub(crate) fn is_folded(&self) -> bool {
        self.path == FOLDED
    }
}

/// The value in `map` for an endpoint, which is cloned only if it is missing.
pub(crate) fn entry<'m, V: Default>(
    map: &'m mut BTreeMap<Endpoint, V>,
    endpoint: &Endpoint,
) -> &'m mut V {
    if !map.contains_key(endpoint) {
        map.insert(endpoint.clone(), V::default());
    }
    map.get_mut(endpoint).expect("inserted above")
}

/// The `type` of the message that opened a WebSocket exchange.
fn message_type(exchange: &Exchange<'_>) -> Option<String> {
    let json = exchange.request.body.as_ref()?.json?;
    let message = json.get("type").and_then(Json::text)?;
    Some(text::cut(&message, MAX_METHOD_BYTES).to_owned())
}

/// The path with every segment that looks like an id replaced.
fn template(path: &str) -> String {
    let mut folded = String::with_capacity(path.len().min(MAX_PATH_BYTES));
    for (index, segment) in path.split('/').enumerate() {
        if index > 0 {
            folded.push('/');
        }
        folded.push_str(placeholder(segment).unwrap_or(segment));
        if folded.len() > MAX_PATH_BYTES {
            folded.truncate(folded.floor_char_boundary(MAX_PATH_BYTES));
            folded.push('…');
            break;
        }
    }
    folded
}

/// The placeholder for a segment that looks like an id.
fn placeholder(segment: &str) -> Option<&'static str> {
    let bytes = segment.as_bytes();
    if bytes.is_empty() {
        return None;
    }
    if is_uuid(bytes) {
        return Some("{uuid}");
    }
    if bytes.iter().all(u8::is_ascii_digit) {
        return Some("{n}");
    }
    let has_digit = bytes.iter().any(u8::is_ascii_digit);
    if bytes.len() >= MIN_HASH_LENGTH && has_digit && bytes.iter().all(u8::is_ascii_hexdigit) {
        return Some("{hash}");
    }
    // `resp_68a1…`, `thread-0F3x…`: a word, a separator, and a long rest with digits.
    let tail = segment.rsplit(['_', '-']).next().unwrap_or(segment);
    let is_token = |text: &str, length: usize| {
        text.len() >= length
            && text.bytes().any(|byte| byte.is_ascii_digit())
            && text.bytes().any(|byte| byte.is_ascii_alphabetic())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    (is_token(tail, MIN_TAIL_LENGTH) || is_token(segment, MIN_TOKEN_LENGTH)).then_some("{id}")
}

fn is_uuid(bytes: &[u8]) -> bool {
    bytes.len() == 36
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// The path, or the host, of endpoints that are counted together.
pub(crate) const FOLDED: &str = "{folded}";
/// A shorter run of hexadecimal digits may be a word or a version.
const MIN_HASH_LENGTH: usize = 8;
/// The part of an id after its prefix.
const MIN_TAIL_LENGTH: usize = 12;
/// An id without a prefix.
const MIN_TOKEN_LENGTH: usize = 16;
/// Paths, hosts and methods come from the recording, so their lengths are bounded.
const MAX_PATH_BYTES: usize = 200;
const MAX_HOST_BYTES: usize = 253;
const MAX_METHOD_BYTES: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_replaced_and_words_stay() {
        for (path, expected) in [
            ("/v1/responses", "/v1/responses"),
            ("/v1/responses/resp_68a1b2c3d4e5f6a7", "/v1/responses/{id}"),
            ("/t/01a20432-6730-7c31-bcbc-4985e1f1079f/x", "/t/{uuid}/x"),
            ("/users/42", "/users/{n}"),
            ("/blob/9f86d081884c7d65", "/blob/{hash}"),
            ("/otlp/v1/metrics", "/otlp/v1/metrics"),
            (
                "/repos/openai/codex/releases/latest",
                "/repos/openai/codex/releases/latest",
            ),
            (
                "/backend-api/codex/analytics-events/events",
                "/backend-api/codex/analytics-events/events",
            ),
            ("/models/gpt-5.3-codex", "/models/gpt-5.3-codex"),
            ("/deadbeef/decade", "/deadbeef/decade"),
            ("/", "/"),
        ] {
            assert_eq!(template(path), expected);
        }
    }

    #[test]
    fn a_path_without_end_is_cut() {
        let path = "/é".repeat(10_000);
        assert!(template(&path).len() <= MAX_PATH_BYTES + '…'.len_utf8());
    }
}
