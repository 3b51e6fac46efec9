//! The agent's side of an intercepted connection, which learns whether the agent accepts our
//! certificate: with TLS 1.3 the alert of one that does not comes after our handshake is complete.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::server::TlsStream;

use crate::proxy::context::Context;
use crate::proxy::net::cause::{Cause, HandshakeFailure};
use crate::proxy::net::processes::AgentProcess;
use crate::proxy::net::rewind::Rewind;
use crate::proxy::tunnel::peer_stream::PeerStream;

/// TLS with an agent, observed for its reaction to our certificate.
pub(crate) struct AgentStream {
    stream: TlsStream<Rewind>,
    context: Arc<Context>,
    host: String,
    process: AgentProcess,
    /// Whether bytes have come. The trust history hears of it at once: a connection may live for hours.
    spoke: bool,
    /// How its TLS failed, if it did.
    failure: Option<HandshakeFailure>,
}

/// How the agent has reacted to our certificate, once the connection is over.
pub(crate) enum AgentReaction {
    /// It has sent bytes.
    Spoke,
    /// It has sent a certificate alert and nothing else.
    Refused(Cause),
    /// It has sent nothing but an alert that is not about our certificate.
    Failed,
    /// It has sent nothing, and does not say why.
    Silent,
}

impl AgentStream {
    /// `stream` has completed its handshake with `process`, which asked for `host`.
    pub(crate) fn new(
        stream: TlsStream<Rewind>,
        context: Arc<Context>,
        host: String,
        process: AgentProcess,
    ) -> Self {
        Self {
            stream,
            context,
            host,
            process,
            spoke: false,
            failure: None,
        }
    }

    /// The protocol negotiated by ALPN.
    pub(crate) fn alpn(&self) -> Option<Vec<u8>> {
        self.stream.get_ref().1.alpn_protocol().map(<[u8]>::to_vec)
    }

    /// The agent's reaction to our certificate.
    pub(crate) fn reaction(self) -> AgentReaction {
        match self.failure {
            _ if self.spoke => AgentReaction::Spoke,
            Some(HandshakeFailure::Refused(cause)) => AgentReaction::Refused(cause),
            Some(HandshakeFailure::Other(_)) => AgentReaction::Failed,
            Some(HandshakeFailure::Silent) | None => AgentReaction::Silent,
        }
    }

    /// Notes in the trust history that the agent speaks, as soon as its program is known.
    fn note_spoke(&self) {
        let (context, process) = (Arc::clone(&self.context), self.process.clone());
        let host = self.host.clone();
        let note = move |context: &Context, process: &AgentProcess| {
            // A process that cannot be named has no history.
            if let Some(program) = process.program() {
                let now = context.recorder.clock().now();
                context.trust.spoke(&host, &program, now);
            }
        };
        if !process.is_pending() {
            return note(&context, &process);
        }
        self.context.shutdown.spawn(async move {
            process.wait(PROCESS_LIMIT).await;
            note(&context, &process);
        });
    }
}

impl AsyncRead for AgentStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut TaskContext<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let result = Pin::new(&mut self.stream).poll_read(cx, buf);
        if !self.spoke && buf.filled().len() > before {
            self.spoke = true;
            self.note_spoke();
        }
        if let Poll::Ready(Err(error)) = &result {
            self.failure = Some(HandshakeFailure::of(error));
        }
        result
    }
}

impl AsyncWrite for AgentStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut TaskContext<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl PeerStream for AgentStream {
    fn poll_abrupt_shutdown(&mut self, cx: &mut TaskContext<'_>) -> Poll<io::Result<()>> {
        self.stream.poll_abrupt_shutdown(cx)
    }

    fn reset_on_drop(&self) {
        self.stream.reset_on_drop();
    }

    fn is_broken(&self) -> bool {
        self.stream.is_broken()
    }
}

/// Naming a process takes milliseconds.
const PROCESS_LIMIT: Duration = Duration::from_secs(2);
