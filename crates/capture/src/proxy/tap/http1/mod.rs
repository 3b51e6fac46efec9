//! HTTP/1.0 and 1.1 as they pass: requests paired with responses, in order.

mod chunked;
mod framing;
mod observer;

pub(crate) use observer::Http1Observer;
