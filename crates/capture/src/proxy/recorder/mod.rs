//! The recorder: makes records of what taps saw, and hands them to the sink.
//!
//! Taps hold a [`Recorder`], the sending end of one queue, which is bounded in
//! bytes. A plain thread turns drafts and WebSocket bytes into records, redacts
//! them and calls the sink; when large bodies queue up, a second thread builds
//! some of the records.

pub(crate) mod message;
mod queue;
mod refusals;
mod second_worker;
mod tally;
#[cfg(test)]
mod tests;
mod thread;
mod unflushed;
mod worker;

pub(crate) use queue::Recorder;
#[cfg(feature = "harness")]
pub(crate) use thread::record_here;
pub(crate) use thread::{Config, RecorderThread, start};
pub(crate) use worker::PAUSE_AFTER_FLUSH;
