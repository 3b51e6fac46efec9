//! The real codex, through `wrap --offline`, held against the stand-in's own log.
//!
//! `just e2e` runs it. codex comes from npm, once, into `target/e2e`; after
//! that no test leaves the machine. Every run has a folder of its own as HOME.

mod codex;
mod launch;
mod login;
mod recording;
mod stand_in_log;
mod transports;
