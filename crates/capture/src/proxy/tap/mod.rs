//! Taps watch bytes go by, and stamp them.
//!
//! A [`Tap`](connection::Tap) sees both directions of one connection as they pass, with TLS
//! already off, and hands the recorder a draft for each exchange. It is plain
//! synchronous code without I/O: nothing it does can alter or fail the
//! traffic. After bytes that it cannot read it leaves a note and only counts.

pub(crate) mod bytes;
pub(crate) mod connection;
pub(crate) mod exchanges;
pub(crate) mod head;
pub(crate) mod http1;
pub(crate) mod http2;
#[cfg(test)]
mod tests;
pub(crate) mod unreadable;
