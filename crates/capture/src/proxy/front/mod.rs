//! The listening side: accepts agents, and serves with hyper what the proxy itself answers.
//!
//! [`listener`] accepts, `server` answers requests, `connect` opens tunnels, `plain` forwards
//! requests in absolute form.

mod answers;
mod connect;
pub(crate) mod listener;
pub(crate) mod password;
mod plain;
mod server;
mod tapped_stream;
