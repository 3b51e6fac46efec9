//! The proxy from outside: an agent, the proxy and an origin on loopback.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod absolute_form;
mod agent_faults;
mod agent_tls;
mod cancelled;
mod certificates;
mod connections;
mod corpus;
mod fidelity;
mod harness;
mod http1;
mod http2;
mod json;
mod late_alert;
mod matrix;
mod origin_faults;
mod redaction;
mod scene;
mod schema;
mod secrets;
mod silence;
mod smuggling;
mod ways_in;
mod ways_out;
mod websocket;
