//! The vocabulary that taps, content and the recorder share: plain data below all three.

mod clock;
mod connection;
mod delay;
mod direction;
mod draft;
mod websocket;

pub(crate) use clock::{Clock, Stamp};
pub(crate) use connection::{connection, disposition};
pub(crate) use delay::{add_delay, add_piece};
pub(crate) use direction::{ConnectionEnd, Direction, Side};
pub(crate) use draft::{BodyDraft, Draft, RequestDraft, ResponseDraft};
pub(crate) use websocket::{SocketChunk, SocketInfo};
