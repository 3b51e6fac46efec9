//! What a tap hands to the recorder for a connection that became a WebSocket.

use super::clock::Stamp;
use super::direction::Direction;

/// A WebSocket that has just been opened, and what its exchanges share.
#[derive(Debug)]
pub(crate) struct SocketInfo {
    /// The connection's id.
    pub(crate) connection: u64,
    /// The id of the exchange that opened it.
    pub(crate) upgrade: u64,
    /// `wss://…`, for the exchanges on it.
    pub(crate) url: String,
    /// The version of HTTP that carried the upgrade.
    pub(crate) http_version: &'static str,
    /// The response's `Sec-WebSocket-Extensions`: what was negotiated.
    pub(crate) extensions: Option<String>,
}

/// Bytes of a WebSocket, as they passed.
#[derive(Debug)]
pub(crate) struct SocketChunk {
    pub(crate) connection: u64,
    pub(crate) direction: Direction,
    pub(crate) at: Stamp,
    pub(crate) bytes: Box<[u8]>,
    /// How long it took us to hand them on.
    pub(crate) delay_us: u64,
}
