//! Turns what taps saw into parts of a record: bytes in, values out, no I/O and no state of the recorder's.
//!
//! [`record_builder`] is what the rest builds on: it decides whether a content is JSON, text or
//! Base64, and redacts it. `exchange` makes records of drafts, `websocket` of messages.

pub(crate) mod base64;
pub(crate) mod body;
mod codec;
pub(crate) mod encoding;
pub(crate) mod escaped_length;
pub(crate) mod event_list;
pub(crate) mod exchange;
pub(crate) mod record_builder;
pub(crate) mod sse;
pub(crate) mod websocket;
