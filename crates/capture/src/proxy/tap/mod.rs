//! Taps: they watch bytes go by, and stamp them.
//!
//! A [`Tap`](connection::Tap) sees both directions of one connection as they pass, with TLS
//! already off, and hands the recorder a draft for each exchange. It is plain
//! synchronous code without I/O: nothing that it does can alter or fail the
//! traffic. When it meets bytes that it cannot read it says so once, and from
//! then on only counts.

pub(crate) mod bytes;
pub(crate) mod connection;
pub(crate) mod exchanges;
pub(crate) mod head;
pub(crate) mod http1;
pub(crate) mod http2;
#[cfg(test)]
mod tests;
pub(crate) mod unreadable;
