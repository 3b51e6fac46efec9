//! Every parser, fed what no peer would send.
//!
//! Each module is one target: `run` takes an input, and panics where what was made of it
//! is not what it should be. Two callers bring the inputs: cargo-fuzz, which searches
//! for them (`targets/`, `just fuzz`), and a smoke test for CI, which makes them out of the
//! seeds, the same each time (`tests/smoke/`, `just fuzz-smoke`).

pub mod decoding;
pub mod expressions;
mod input;
pub mod recording;
pub mod redaction;
pub mod sse;
pub mod tap;
pub mod websocket;
