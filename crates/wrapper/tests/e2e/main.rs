//! Real programs, codex first, through `wrap --offline`, held against the stand-in's own log.
//!
//! `just e2e` runs it. They come from npm and PyPI, once, into `target/e2e`;
//! after that no test leaves the machine. Every run has a folder of its own as HOME.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod agents;
mod children;
mod client_hello;
mod clients;
mod fidelity;
mod fixtures;
mod install;
mod launch;
mod login;
mod recording;
mod report;
mod slow_handshake;
mod slow_relay;
mod stand_in_log;
mod terminal;
mod transports;
mod tui;
