//! The network at both ends: first bytes, TLS, whom we trust, and the way out.

pub(crate) mod cause;
pub(crate) mod connect_to;
pub(crate) mod dial;
#[cfg(target_os = "linux")]
mod netlink;
pub(crate) mod parent;
pub(crate) mod process;
pub(crate) mod rewind;
pub(crate) mod roots;
mod sockets;
pub(crate) mod tls;
pub(crate) mod upstream;
