//! Inside a tunnel: what is intercepted, and the relay that hands bytes on.

pub(crate) mod agent_stream;
pub(crate) mod connection_guard;
pub(crate) mod half_close_timeout;
pub(crate) mod interceptor;
pub(crate) mod relay;
pub(crate) mod tls_session;
pub(crate) mod watched_socket;
