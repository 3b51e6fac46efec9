//! HTTP/2 as it passes (RFC 9113): frames cut, header blocks decoded, streams put together.

mod frames;
mod hpack;
mod observer;
mod streams;

pub(crate) use observer::{Http2Observer, PREFACE};
