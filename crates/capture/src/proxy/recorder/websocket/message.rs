//! A message on a WebSocket, whole.

use crate::proxy::tap::draft::Stamp;

/// One message, joined from its frames and inflated.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Message {
    /// The payload, up to the limit.
    pub(super) content: Vec<u8>,
    /// Length of the payload, kept or not.
    pub(super) bytes: u64,
    /// Length of the payload as it travelled.
    pub(super) wire_bytes: u64,
    pub(super) compressed: bool,
    /// Whether the socket ended within it.
    pub(super) cut: bool,
    /// When its first byte passed.
    pub(super) start: Stamp,
    /// When its last byte passed.
    pub(super) end: Stamp,
}

impl Message {
    /// Whether there was more of it than was kept.
    pub(super) fn truncated(&self) -> bool {
        self.cut || self.bytes > self.content.len() as u64
    }
}
