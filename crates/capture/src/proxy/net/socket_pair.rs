//! A TCP socket by its two addresses, and its owner.

use std::net::SocketAddr;

/// The two ends of a connection, as seen from one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct SocketPair {
    pub(crate) local: SocketAddr,
    pub(crate) remote: SocketAddr,
}

impl SocketPair {
    /// Normalises IPv4-mapped addresses, which a socket of both families reports.
    pub(crate) fn new(local: SocketAddr, remote: SocketAddr) -> Self {
        let normal =
            |address: SocketAddr| SocketAddr::new(address.ip().to_canonical(), address.port());
        Self {
            local: normal(local),
            remote: normal(remote),
        }
    }
}

/// What the kernel knows of a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SocketOwner {
    /// Its name among a process's open files is `socket:[inode]`.
    pub(crate) inode: u64,
    /// The numeric id of the user who opened it.
    pub(crate) user: u32,
}
