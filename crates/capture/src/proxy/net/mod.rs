//! The network at both ends: first bytes, TLS, whom we trust, and the way out.

pub(crate) mod cause;
pub(crate) mod connect_to;
pub(crate) mod dial;
pub(crate) mod parent;
pub(crate) mod process;
pub(crate) mod rewind;
pub(crate) mod roots;
pub(crate) mod tls;
pub(crate) mod upstream;
