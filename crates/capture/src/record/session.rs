//! The first and the last line of a recording.

use serde::{Deserialize, Serialize};

use super::Timestamp;

/// The first line: who recorded what, with which limits.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Session {
    /// When recording began.
    pub started_at: Timestamp,
    /// The program that recorded and its version: `codex-dissect 0.1.0`.
    pub tool: String,
    /// The agent's profile, if `wrap` recorded: `codex`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// The wrapped command, if `wrap` recorded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub command: Vec<String>,
    /// Whether the built-in stand-in answered instead of the origins.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub offline: bool,
    /// Host patterns that were intercepted.
    #[serde(default)]
    pub intercept: Vec<String>,
    /// What bounded the recording.
    pub limits: Limits,
    /// What became of credentials.
    pub secrets: Secrets,
}

/// What bounded a recording.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Limits {
    /// Bytes kept of each body or event list.
    pub body: u64,
    /// Bytes that could wait for the disk.
    pub queue: u64,
}

/// What became of credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Secrets {
    /// Replaced by keyed fingerprints before anything was written.
    Redacted,
    /// Written as they were, because the user asked for it.
    Kept,
    /// What a later version wrote, and this one does not know: there may be secrets.
    #[serde(other)]
    Unknown,
}

/// The last line: counts. It is absent after a crash.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct End {
    /// When recording ended; absent only in records that a program builds by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// Exchanges in the recording.
    pub exchanges: u64,
    /// How many of these were cut before their end.
    #[serde(default)]
    pub aborted: u64,
    /// How many of these failed before the origin could be asked.
    #[serde(default)]
    pub failed: u64,
    /// How many of these have a body or events that were not kept whole.
    #[serde(default)]
    pub truncated: u64,
    /// Records that could not be written.
    #[serde(default)]
    pub lost: u64,
    /// The error of the system when the first of these was lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_loss: Option<String>,
    /// Connections, by what became of them.
    #[serde(default)]
    pub connections: Dispositions,
}

/// Counts of connections by [`State`](super::State).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dispositions {
    /// Read.
    #[serde(default)]
    pub intercepted: u64,
    /// Relayed unread.
    #[serde(default)]
    pub opaque: u64,
    /// The agent refused our certificate.
    #[serde(default)]
    pub rejected: u64,
    /// The origin could not be reached or trusted.
    #[serde(default)]
    pub failed: u64,
    /// Refused by us (no password, a loop, a request that no proxy serves), or given up by the
    /// agent before anything passed.
    #[serde(default)]
    pub refused: u64,
}
