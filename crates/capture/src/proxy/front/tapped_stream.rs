//! The origin's socket while hyper drives it: shows the tap what hyper reads and writes.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::proxy::tunnel::connection_guard::ConnectionGuard;
use crate::proxy::wire::{ConnectionEnd, Direction, Side};

/// TCP to an origin; the guard's tap sees what passes.
pub(crate) struct TappedStream {
    guard: ConnectionGuard,
    stream: TcpStream,
}

impl TappedStream {
    pub(crate) fn new(guard: ConnectionGuard, stream: TcpStream) -> Self {
        Self { guard, stream }
    }

    /// The guard and the socket, for a relay that drives the tap itself.
    pub(crate) fn into_parts(self) -> (ConnectionGuard, TcpStream) {
        (self.guard, self.stream)
    }

    fn tap(&mut self, direction: Direction, bytes: &[u8]) {
        let at = self.guard.now();
        if let Some(tap) = self.guard.tap() {
            tap.push(direction, bytes, at, 0);
        }
    }
}

impl AsyncRead for TappedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let result = Pin::new(&mut self.stream).poll_read(cx, buf);
        match &result {
            Poll::Ready(Ok(())) if buf.filled().len() > before => {
                self.tap(Direction::Down, &buf.filled()[before..]);
            }
            Poll::Ready(Ok(())) => {
                let at = self.guard.now();
                self.guard.ended(ConnectionEnd::Closed(Side::Origin));
                if let Some(tap) = self.guard.tap() {
                    tap.half_closed(Direction::Down, at);
                }
            }
            Poll::Ready(Err(_)) => self.guard.ended(ConnectionEnd::Reset(Side::Origin)),
            Poll::Pending => {}
        }
        result
    }
}

impl AsyncWrite for TappedStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write(cx, bytes);
        if let Poll::Ready(Ok(count)) = &result {
            self.tap(Direction::Up, &bytes[..*count]);
        }
        result
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.guard.ended(ConnectionEnd::Closed(Side::Agent));
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
