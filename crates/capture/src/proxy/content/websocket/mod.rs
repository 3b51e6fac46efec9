//! WebSockets: frames to messages, messages to exchanges.
//!
//! The bytes went by untouched; this reads a copy. `frame` cuts frames, `reader`
//! joins and inflates them to messages, one reader for each direction,
//! `pairing` makes exchanges (`turn`) of them, and `socket` puts the parts together.

mod extension;
mod frame;
mod inflate;
mod kind;
mod message;
pub(crate) mod pairing;
mod reader;
pub(crate) mod socket;
mod turn;
