//! Real programs, codex first, under `wrap --offline`, compared with the stand-in's log.
//!
//! Run by `just e2e`. The programs are installed once from npm and PyPI into
//! `target/e2e`; after that no test leaves the machine. Every run has its own HOME.

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
