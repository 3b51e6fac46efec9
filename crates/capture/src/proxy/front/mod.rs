//! What agents reach first: the listener, and what the proxy itself answers with hyper.

mod answers;
mod connect;
pub(crate) mod listener;
pub(crate) mod password;
mod plain;
mod server;
mod tapped_stream;
