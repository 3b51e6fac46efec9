//! A CONNECT proxy that records what a coding agent says over the network.

#[cfg(feature = "proxy")]
mod proxy;
pub mod record;

#[cfg(feature = "proxy")]
pub use proxy::{JsonlSink, MemorySink, Sink};
