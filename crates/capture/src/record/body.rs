//! Bodies and events, after their content-encoding was undone.

use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

/// The body of a request or a response, or one WebSocket message sent by the agent.
///
/// The content is in one of `json`, `text`, `base64`; in none of them when the
/// body is empty, when its events are listed instead, or when nothing was kept.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Body {
    /// Valid JSON, verbatim: numbers and key order are kept, line ends between tokens are not.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub json: Option<Box<RawValue>>,
    /// Valid UTF-8 that is not JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Anything else, in standard Base64 with padding (RFC 4648, section 4).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base64: Option<String>,
    /// Length of the content after decoding, in bytes, kept or not; of what was decoded when the
    /// body is `truncated` before its decoding ended.
    #[serde(default)]
    pub bytes: u64,
    /// Length on the wire, in bytes: encoded, without the transfer framing.
    #[serde(default)]
    pub wire_bytes: u64,
    /// The `content-encoding` that was undone for the record; for a WebSocket
    /// message `permessage-deflate`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// Keyed hash of the decoded content before redaction, in hexadecimal:
    /// equal for equal bodies of one recording, meaningless outside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
    /// Whether the content is shorter than the body: past the body limit, past
    /// the cap on expansion, or cut with its connection.
    #[serde(default)]
    pub truncated: bool,
    /// Why the content could not be decoded to its end; if nothing could be, it is as on the wire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// One server-sent event, or one WebSocket message from the origin.
///
/// The content is in one of `json`, `text`, `base64`, as in [`Body`]. A long stream has
/// a hundred thousand events in memory, so each is as small as possible.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Event {
    /// When its last byte passed, in microseconds from the start of the exchange.
    pub at_us: u64,
    /// The `event` field of a server-sent event. Shared: most events of a stream have the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<Arc<str>>,
    /// The data or the message, if it is valid JSON.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub json: Option<Box<RawValue>>,
    /// The data or the message, if it is other text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Box<str>>,
    /// The message, if it is binary.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base64: Option<Box<str>>,
    /// Length of the data or of the inflated message, in bytes.
    #[serde(default)]
    pub bytes: u64,
    /// Length of the payload on the wire, in bytes; only for a compressed WebSocket message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wire_bytes: Option<u64>,
    /// Whether the content was left out or cut for its size.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub truncated: bool,
}

/// Reads a key that is present as `Some` even when its value is `null`: the body `null` is not
/// a missing body.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Box<RawValue>>, D::Error> {
    Box::<RawValue>::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_null_body_is_not_a_missing_body() {
        let body: Body = serde_json::from_str(r#"{"json":null,"bytes":4}"#).unwrap();
        assert_eq!(body.json.unwrap().get(), "null");
        let body: Body = serde_json::from_str(r#"{"bytes":0}"#).unwrap();
        assert!(body.json.is_none());
    }
}
