//! One side of a relay: TCP, TLS, or the error responder's pipe.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, DuplexStream};
use tokio_rustls::{client, server};

use crate::proxy::net::rewind::Rewind;

/// A stream that can end as its peer's did: cleanly, abruptly, or with a reset.
pub(crate) trait PeerStream: AsyncRead + AsyncWrite + Unpin + Send {
    /// Ends our half without TLS's close_notify.
    fn poll_abrupt_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>>;

    /// Makes the system send a reset when this is dropped.
    fn reset_on_drop(&self);

    /// Whether the peer has reset the connection, which goes unnoticed while nobody reads it.
    fn is_broken(&self) -> bool;
}

impl PeerStream for Rewind {
    fn poll_abrupt_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(self).poll_shutdown(cx)
    }

    fn reset_on_drop(&self) {
        // This fails only where the socket is gone, which then needs no reset.
        drop(self.tcp().set_zero_linger());
    }

    fn is_broken(&self) -> bool {
        !matches!(self.tcp().take_error(), Ok(None))
    }
}

impl<T: PeerStream> PeerStream for client::TlsStream<T> {
    fn poll_abrupt_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().0.poll_abrupt_shutdown(cx)
    }

    fn reset_on_drop(&self) {
        self.get_ref().0.reset_on_drop();
    }

    fn is_broken(&self) -> bool {
        self.get_ref().0.is_broken()
    }
}

impl<T: PeerStream> PeerStream for server::TlsStream<T> {
    fn poll_abrupt_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().0.poll_abrupt_shutdown(cx)
    }

    fn reset_on_drop(&self) {
        self.get_ref().0.reset_on_drop();
    }

    fn is_broken(&self) -> bool {
        self.get_ref().0.is_broken()
    }
}

impl PeerStream for DuplexStream {
    fn poll_abrupt_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(self).poll_shutdown(cx)
    }

    fn reset_on_drop(&self) {}

    fn is_broken(&self) -> bool {
        false
    }
}
