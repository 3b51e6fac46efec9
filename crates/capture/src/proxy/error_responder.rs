//! Explains to the agent why an origin cannot be reached or trusted: 502, or 504 after a timeout.
//!
//! As an answer to a request that hyper serves, or, inside a tunnel, as a server in the origin's place.

use std::convert::Infallible;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::CONTENT_TYPE;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{DuplexStream, duplex};

use crate::proxy::context::Context;
use crate::proxy::net::cause::Cause;

/// Starts an HTTP/1.1 server that answers every request with `cause`; returns our end of the pipe to it.
pub(crate) fn serve(context: &Context, cause: &Cause) -> DuplexStream {
    let (near, far) = duplex(BUFFER_BYTES);
    let cause = cause.clone();
    context.shutdown.spawn(async move {
        let service = service_fn(|_| {
            let response = response(&cause);
            async { Ok::<_, Infallible>(response) }
        });
        // However the agent ends this, the cause is recorded already.
        drop(
            http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEAD_LIMIT)
                .serve_connection(TokioIo::new(far), service)
                .await,
        );
    });
    near
}

/// The answer that explains `cause`.
pub(crate) fn response(cause: &Cause) -> Response<Full<Bytes>> {
    let status = if cause.is_timeout() {
        StatusCode::GATEWAY_TIMEOUT
    } else {
        StatusCode::BAD_GATEWAY
    };
    text(status, &cause.reason)
}

/// A short answer of our own.
pub(crate) fn text(status: StatusCode, text: &str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(format!("codex-dissect: {text}\n")));
    *response.status_mut() = status;
    let plain = hyper::header::HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, plain);
    response
}

/// Time for the agent's request; nothing is lost if it never comes.
const HEAD_LIMIT: Duration = Duration::from_secs(60);

/// One answer fits in.
const BUFFER_BYTES: usize = 16 * 1024;
