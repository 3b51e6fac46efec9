//! The agent's TCP connection while hyper serves it.
//!
//! hyper does not read while it waits for an answer, so it would not notice that the agent has
//! left while the origin is silent. So we check once a second. A broken connection fails; so
//! does one whose agent has ended its half when nothing has passed for a [`HalfCloseTimeout`].
//! Otherwise the agent decides how long to wait.

use std::future::Future;
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf, Ready};
use tokio::net::TcpStream;

use crate::proxy::tunnel::half_close_timeout::HalfCloseTimeout;

/// TCP from an agent, checked for its end even while nobody reads.
#[derive(Debug)]
pub(crate) struct WatchedSocket {
    stream: TcpStream,
    timeout: HalfCloseTimeout,
    /// Bytes that have passed, in both directions.
    bytes: u64,
}

impl WatchedSocket {
    pub(crate) fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            timeout: HalfCloseTimeout::default(),
            bytes: 0,
        }
    }

    /// The socket itself, to be read directly.
    pub(crate) fn into_tcp(self) -> TcpStream {
        self.stream
    }

    /// Fails if the agent is gone; otherwise wakes the task to check again in a second.
    fn check(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        let ready = self.readiness();
        if ready.is_write_closed() {
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        if self.timeout.poll(cx, self.bytes, ready.is_read_closed()) {
            return Err(io::ErrorKind::TimedOut.into());
        }
        Ok(())
    }

    /// The readiness of the socket, without waiting.
    fn readiness(&self) -> Ready {
        let either = Interest::READABLE | Interest::WRITABLE;
        let mut now = Context::from_waker(Waker::noop());
        match pin!(self.stream.ready(either)).poll(&mut now) {
            Poll::Ready(Ok(ready)) => ready,
            _ => Ready::EMPTY,
        }
    }
}

impl AsyncRead for WatchedSocket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let result = Pin::new(&mut self.stream).poll_read(cx, buf);
        self.bytes += (buf.filled().len() - before) as u64;
        result
    }
}

impl AsyncWrite for WatchedSocket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write(cx, bytes);
        if let Poll::Ready(Ok(count)) = result {
            self.bytes += count as u64;
        }
        result
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write_vectored(cx, parts);
        if let Poll::Ready(Ok(count)) = result {
            self.bytes += count as u64;
        }
        result
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// hyper flushes whenever its task is polled.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check(cx)?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::time::Duration;

    use tokio::io::AsyncWriteExt;
    use tokio::net::TcpListener;
    use tokio::time::Instant;

    use super::*;

    /// An agent, and our end of its connection.
    async fn pair() -> (TcpStream, WatchedSocket) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let agent = TcpStream::connect(listener.local_addr().unwrap());
        let (agent, accepted) = tokio::join!(agent, listener.accept());
        (agent.unwrap(), WatchedSocket::new(accepted.unwrap().0))
    }

    /// Checks for an hour, as hyper would: why it fails, and after how long.
    async fn failed(socket: &mut WatchedSocket) -> Option<(io::ErrorKind, Duration)> {
        let start = Instant::now();
        let waiting = poll_fn(|cx| match socket.check(cx) {
            Ok(()) => Poll::Pending,
            Err(error) => Poll::Ready((error.kind(), start.elapsed())),
        });
        tokio::time::timeout(Duration::from_secs(3600), waiting)
            .await
            .ok()
    }

    #[tokio::test(start_paused = true)]
    async fn an_agent_that_waits_is_never_given_up() {
        let (_agent, mut socket) = pair().await;
        assert_eq!(failed(&mut socket).await, None);
    }

    #[tokio::test(start_paused = true)]
    async fn an_agent_that_has_ended_its_half_is_given_up_after_ten_silent_minutes() {
        let (mut agent, mut socket) = pair().await;
        agent.shutdown().await.unwrap();
        socket.stream.readable().await.unwrap();
        let ten_minutes = Duration::from_secs(600);
        let given_up = Some((io::ErrorKind::TimedOut, ten_minutes));
        assert_eq!(failed(&mut socket).await, given_up);
    }

    #[tokio::test(start_paused = true)]
    async fn a_reset_that_nobody_reads_is_found() {
        let (agent, mut socket) = pair().await;
        agent.set_zero_linger().unwrap();
        drop(agent);
        let found = failed(&mut socket).await.map(|(kind, _)| kind);
        assert_eq!(found, Some(io::ErrorKind::ConnectionReset));
    }
}
