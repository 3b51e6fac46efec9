//! What a tap says of a connection that became a WebSocket.

use super::clock::Stamp;
use super::direction::Direction;

/// A connection became a WebSocket.
#[derive(Debug)]
pub(crate) struct SocketInfo {
    /// The connection.
    pub(crate) connection: u64,
    /// The exchange that was its upgrade.
    pub(crate) upgrade: u64,
    /// `wss://…`, for the exchanges on it.
    pub(crate) url: String,
    /// The version of HTTP that carried the upgrade.
    pub(crate) http_version: &'static str,
    /// The response's `Sec-WebSocket-Extensions`: what was agreed.
    pub(crate) extensions: Option<String>,
}

/// Bytes of a WebSocket as they passed.
#[derive(Debug)]
pub(crate) struct SocketChunk {
    pub(crate) connection: u64,
    pub(crate) direction: Direction,
    pub(crate) at: Stamp,
    pub(crate) bytes: Box<[u8]>,
    /// How long we held them.
    pub(crate) delay_us: u64,
}
