//! Inside a tunnel: what to intercept, TLS on both sides, and the relay.
//!
//! [`interceptor`] decides, `tls_session` does the handshakes, [`relay`] copies with a `pump` for
//! each direction. [`connection_guard`] writes the connection's line however it ends.

mod agent_stream;
pub(crate) mod connection_guard;
mod half_close_timeout;
pub(crate) mod interceptor;
mod peer_stream;
mod pump;
pub(crate) mod relay;
mod tls_session;
pub(crate) mod watched_socket;
