//! What taps saw, turned into parts of a record: bytes in, values out, no I/O.

pub(crate) mod base64;
pub(crate) mod body;
pub(crate) mod encoding;
pub(crate) mod event_list;
pub(crate) mod exchange;
pub(crate) mod record_builder;
pub(crate) mod sse;
pub(crate) mod websocket;
pub(crate) mod written;
