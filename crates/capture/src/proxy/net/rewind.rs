//! A TCP stream whose first bytes have been read ahead.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// Yields `first` before the rest of the stream.
#[derive(Debug)]
pub(crate) struct Rewind {
    first: Bytes,
    stream: TcpStream,
}

impl Rewind {
    pub(crate) fn new(first: Bytes, stream: TcpStream) -> Self {
        Self { first, stream }
    }

    /// The next byte, without consuming it; `None` at the end of the stream.
    pub(crate) async fn peek(&mut self) -> io::Result<Option<u8>> {
        if self.first.is_empty() {
            let mut first = vec![0; FIRST_BYTES];
            let length = self.stream.read(&mut first).await?;
            first.truncate(length);
            self.first = first.into();
        }
        Ok(self.first.first().copied())
    }

    /// Whether the peer is on this machine, connected over loopback.
    pub(crate) fn is_local(&self) -> bool {
        let peer = self.stream.peer_addr();
        peer.is_ok_and(|peer| peer.ip().to_canonical().is_loopback())
    }

    /// The socket, for its options.
    pub(crate) fn tcp(&self) -> &TcpStream {
        &self.stream
    }
}

impl From<TcpStream> for Rewind {
    /// A stream of which nothing has been read.
    fn from(stream: TcpStream) -> Self {
        Self::new(Bytes::new(), stream)
    }
}

impl AsyncRead for Rewind {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.first.is_empty() {
            return Pin::new(&mut self.stream).poll_read(cx, buf);
        }
        let length = self.first.len().min(buf.remaining());
        buf.put_slice(&self.first[..length]);
        self.first.advance(length);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Rewind {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match parts {
            // The usual case, one TLS record: `send` is cheaper than `sendmsg`.
            [record] => Pin::new(&mut self.stream).poll_write(cx, record),
            _ => Pin::new(&mut self.stream).poll_write_vectored(cx, parts),
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// Room for a whole ClientHello, so that it takes one read.
const FIRST_BYTES: usize = 2048;
