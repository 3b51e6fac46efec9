//! The recorder: gives form to what the taps saw, and hands it to the sink.
//!
//! Taps hold a [`Recorder`]; everything they say goes through one queue, bounded
//! in bytes, to one plain thread. That thread turns drafts and WebSocket bytes
//! into records, redacts them and calls the sink; when large bodies wait, a
//! second one helps it to give them their form.

mod base64;
mod body;
mod clock;
mod content;
mod desk;
mod encoding;
mod event_list;
mod exchange;
mod handle;
mod helper;
mod ledger;
mod message;
mod refusals;
#[cfg(test)]
mod schema;
mod sse;
mod taken;
mod thread;
mod websocket;
mod written;

pub(crate) use clock::Clock;
pub(crate) use desk::NAP;
pub(crate) use handle::Recorder;
pub(crate) use message::{Direction, WebSocketOpen};
#[cfg(feature = "harness")]
pub(crate) use thread::record_here;
pub(crate) use thread::{Config, RecorderThread, start};
