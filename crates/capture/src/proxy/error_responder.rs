//! Answers in the place of an origin that cannot be reached or trusted.

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};
use std::time::Duration;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::CONTENT_TYPE;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf, duplex};

use crate::proxy::context::Context;
use crate::proxy::net::cause::Cause;
use crate::proxy::tunnel::relay::PeerStream;

/// The near end of a connection whose far end answers every request with the cause.
pub(crate) struct StandBy(DuplexStream);

/// Starts an HTTP/1.1 server that answers 502, or 504, and says why.
pub(crate) fn answer(context: &Context, cause: &Cause) -> StandBy {
    let (near, far) = duplex(BUFFER_BYTES);
    let cause = cause.clone();
    context.shutdown.spawn(async move {
        let service = service_fn(|_| {
            let response = response(&cause);
            async { Ok::<_, Infallible>(response) }
        });
        // How the agent ends this changes nothing: the cause is on record.
        drop(
            http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEAD_LIMIT)
                .serve_connection(TokioIo::new(far), service)
                .await,
        );
    });
    StandBy(near)
}

/// What the agent is told about a cause: 504 where we waited in vain, else 502.
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

impl AsyncRead for StandBy {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut TaskContext<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl AsyncWrite for StandBy {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut TaskContext<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

impl PeerStream for StandBy {
    fn poll_abrupt_shutdown(&mut self, cx: &mut TaskContext<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }

    fn reset_on_drop(&self) {}

    fn is_broken(&self) -> bool {
        false
    }
}

/// An agent that has not asked by then does not want to know.
const HEAD_LIMIT: Duration = Duration::from_secs(60);

/// One answer fits.
const BUFFER_BYTES: usize = 16 * 1024;
