//! A TCP socket by its two addresses, and what the kernel says of it.

use std::net::SocketAddr;

/// The two ends of a connection, as one of them sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct SocketPair {
    pub(crate) local: SocketAddr,
    pub(crate) remote: SocketAddr,
}

impl SocketPair {
    /// IPv4 in its own form also where a socket of both families carries it.
    pub(crate) fn new(local: SocketAddr, remote: SocketAddr) -> Self {
        let normal =
            |address: SocketAddr| SocketAddr::new(address.ip().to_canonical(), address.port());
        Self {
            local: normal(local),
            remote: normal(remote),
        }
    }
}

/// What the kernel says of a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SocketOwner {
    /// What it is called among a process's files.
    pub(crate) inode: u64,
    /// The user who opened it, by number.
    pub(crate) user: u32,
}
