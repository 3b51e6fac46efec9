//! The network: the way out to origins, and who is connected on the way in.

pub(crate) mod cause;
pub(crate) mod connect_to;
pub(crate) mod dial;
#[cfg_attr(not(target_os = "linux"), path = "no_netlink.rs")]
mod netlink;
pub(crate) mod parent;
pub(crate) mod processes;
pub(crate) mod rewind;
mod socket_pair;
mod sockets;
pub(crate) mod upstream;
