//! The proxy from outside: an agent, the proxy and an origin on loopback.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod connections;
mod fidelity;
mod harness;
mod http1;
mod http2;
mod matrix;
mod ways_in;
mod ways_out;
mod websocket;
