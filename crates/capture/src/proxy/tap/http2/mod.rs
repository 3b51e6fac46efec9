//! HTTP/2 as it passes (RFC 9113): frames, header blocks, streams.

mod frames;
mod hpack;
mod observer;
mod streams;

pub(crate) use observer::{Http2Observer, PREFACE};
