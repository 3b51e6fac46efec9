//! `wrap` as a whole, around small programs instead of agents.

#![expect(clippy::unwrap_used, reason = "test helpers may panic like tests")]

mod client;
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
mod stand_in;
mod streams;
mod upstream_ca;
mod wrap;
