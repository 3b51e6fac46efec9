//! WebSockets: frames to messages, messages to exchanges.
//!
//! The traffic went by untouched; this reads a copy. `frame` splits bytes into frames,
//! `reader` joins and inflates them into messages, one reader for each direction,
//! `pairing` makes exchanges (`turn`) of messages, and `socket` puts the parts together.

mod extension;
mod frame;
mod inflate;
mod kind;
mod message;
pub(crate) mod pairing;
mod reader;
pub(crate) mod socket;
mod turn;
