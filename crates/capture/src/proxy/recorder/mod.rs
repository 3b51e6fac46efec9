//! The recorder: gives form to what the taps saw, and hands it to the sink.
//!
//! Taps hold a [`Recorder`]; everything they say goes through one queue, bounded
//! in bytes, to one plain thread. That thread turns drafts and WebSocket bytes
//! into records, redacts them and calls the sink; when large bodies wait, a
//! second one helps it to give them their form.

pub(crate) mod message;
mod queue;
mod refusals;
#[cfg(test)]
mod schema;
mod second_worker;
mod tally;
mod thread;
mod unflushed;
mod worker;

pub(crate) use queue::Recorder;
#[cfg(feature = "harness")]
pub(crate) use thread::record_here;
pub(crate) use thread::{Config, RecorderThread, start};
pub(crate) use worker::PAUSE_AFTER_FLUSH;
