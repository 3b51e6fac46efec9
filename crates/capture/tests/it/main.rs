//! The proxy from outside: an agent, the proxy and an origin on loopback.

mod connections;
mod fidelity;
mod harness;
mod http1;
mod http2;
mod ways_in;
