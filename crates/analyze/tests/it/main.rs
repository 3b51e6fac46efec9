//! Tests of the library and the command, as other programs use them.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, its helpers too"
)]

mod agreement;
mod anthropic;
mod assertion;
mod chat;
mod cli;
mod compare;
mod conformance;
mod connections;
mod damage;
mod docs;
mod exports;
mod figures;
mod filter;
mod fixtures;
mod folding;
mod gemini;
mod generated;
mod golden;
mod hostile;
mod html;
mod merge;
mod outputs;
mod parallel;
mod prices;
mod recordings;
mod request_kinds;
mod secrets;
mod selection;
mod shape;
mod transcript;
