//! `wrap` as a whole, with small programs in the place of agents.

#![expect(clippy::unwrap_used, reason = "what helps tests may panic as tests do")]

mod command_line;
mod demo;
mod doctor;
mod environment;
mod exit_code;
mod model_apis;
mod offline;
mod orphans;
mod pty;
mod screen;
mod sessions;
mod signals;
mod streams;
mod upstream_ca;
mod wrap;
