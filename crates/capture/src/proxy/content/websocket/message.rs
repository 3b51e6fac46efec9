//! One message on a WebSocket.

use crate::proxy::wire::Stamp;

/// A message, joined from its frames and inflated.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct WebSocketMessage {
    /// The payload, up to the limit.
    pub(crate) content: Vec<u8>,
    /// Length of the payload, kept or not.
    pub(crate) bytes: u64,
    /// Length of the payload as it travelled.
    pub(crate) wire_bytes: u64,
    pub(crate) compressed: bool,
    /// Whether the socket ended before the message did.
    pub(crate) cut: bool,
    /// When its first byte passed.
    pub(crate) start: Stamp,
    /// When its last byte passed.
    pub(crate) end: Stamp,
}

impl WebSocketMessage {
    /// Whether there was more of it than was kept.
    pub(crate) fn truncated(&self) -> bool {
        self.cut || self.bytes > self.content.len() as u64
    }
}
