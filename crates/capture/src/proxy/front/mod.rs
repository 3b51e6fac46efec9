//! What agents reach first: the listener, and what the proxy itself answers with hyper.

pub(crate) mod connect;
pub(crate) mod listener;
pub(crate) mod password;
pub(crate) mod plain;
