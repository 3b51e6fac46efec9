//! Inside a tunnel: what is intercepted, and the relay that hands bytes on.

mod agent_stream;
pub(crate) mod connection_guard;
mod half_close_timeout;
pub(crate) mod interceptor;
mod peer_stream;
mod pump;
pub(crate) mod relay;
mod tls_session;
pub(crate) mod watched_socket;
