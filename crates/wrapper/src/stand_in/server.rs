//! The stand-in's server: a loopback port, TLS for every host, HTTP/1.1 and HTTP/2.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use rustls::ServerConfig;
use rustls::server::Acceptor;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::server::TlsStream;

use super::certificate;
use super::failure::{Failure, Failures};
use super::log::Log;
use super::router::Router;
use super::script::Script;
use super::state::ServerState;
use super::websocket;

/// How a stand-in answers; by default with the built-in script, and without failures.
#[derive(Debug, Clone, Default)]
pub(crate) struct StandInConfig {
    /// The answers.
    pub(crate) script: Script,
    /// The failure to inject.
    pub(crate) failure: Option<Failure>,
    /// Where to log what it receives and sends, for tests.
    pub(crate) log: Option<PathBuf>,
}

/// A running stand-in; dropping it ends all its connections.
#[derive(Debug)]
pub(crate) struct StandIn {
    addr: SocketAddr,
    root_pem: String,
    /// The accept loop, which owns the connections.
    _tasks: JoinSet<()>,
}

impl StandIn {
    /// Starts a stand-in on a free loopback port.
    ///
    /// # Errors
    ///
    /// When the log cannot be opened, or the system grants no port or no randomness.
    pub(crate) async fn start(config: StandInConfig) -> Result<Self> {
        let log = Log::open(config.log.as_deref())?;
        let state = ServerState::new(config.script, Failures::new(config.failure), log);
        let (tls, root_pem) = certificate::server_config()?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .context("cannot open a loopback port for the stand-in")?;
        let addr = listener.local_addr()?;
        let handler = ConnectionHandler {
            tls: Arc::new(tls),
            state: Arc::new(state),
        };
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, handler));
        Ok(Self {
            addr,
            root_pem,
            _tasks: tasks,
        })
    }

    /// Where it listens: dial this in place of every origin.
    pub(crate) fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The root that verifies its certificates.
    pub(crate) fn root_pem(&self) -> &str {
        &self.root_pem
    }
}

/// Accepts until dropped, which drops its connections too.
async fn accept(listener: TcpListener, handler: ConnectionHandler) {
    let mut open = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept(), if open.len() < MAX_CONNECTIONS => match accepted {
                Ok((stream, _)) => {
                    let handler = handler.clone();
                    open.spawn(async move {
                        if let Err(error) = handler.serve(stream).await {
                            tracing::debug!("stand-in: {error:#}");
                        }
                    });
                }
                // Such as too many open files: passes when connections end.
                Err(error) => {
                    tracing::warn!("stand-in cannot accept: {error}");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
            Some(_) = open.join_next() => {}
        }
    }
}

/// Serves a connection.
#[derive(Clone)]
struct ConnectionHandler {
    tls: Arc<ServerConfig>,
    state: Arc<ServerState>,
}

impl ConnectionHandler {
    async fn serve(self, stream: TcpStream) -> Result<()> {
        // Events are small and must be sent at once.
        stream.set_nodelay(true)?;
        let mut first = [0];
        timeout(HANDSHAKE_LIMIT, stream.peek(&mut first)).await??;
        if first != [TLS_HANDSHAKE] {
            return self.speak_http(stream, String::new()).await;
        }
        let (stream, hello) = timeout(HANDSHAKE_LIMIT, self.shake_hands(stream)).await??;
        self.speak_http(stream, hello).await
    }

    /// Terminates TLS; returns the ClientHello too, as text.
    async fn shake_hands(&self, stream: TcpStream) -> Result<(TlsStream<TcpStream>, String)> {
        let begun = LazyConfigAcceptor::new(Acceptor::default(), stream).await?;
        let hello = certificate::describe(&begun.client_hello());
        let stream = begun.into_stream(Arc::clone(&self.tls)).await?;
        Ok((stream, hello))
    }

    async fn speak_http<S>(self, stream: S, hello: String) -> Result<()>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let router = Arc::new(Router::new(Arc::clone(&self.state), hello));
        let service = service_fn(|request| {
            let router = Arc::clone(&router);
            async move { Ok::<_, Infallible>(router.respond(request).await) }
        });
        let mut builder = Builder::new(TokioExecutor::new());
        builder.http1().timer(TokioTimer::new());
        builder
            .serve_connection_with_upgrades(TokioIo::new(stream), service)
            .await
            .map_err(|error| anyhow::anyhow!(error))?;
        match router.take_upgraded() {
            Some(upgraded) => websocket::serve(upgraded, &self.state).await,
            None => Ok(()),
        }
    }
}

/// The first byte of a TLS connection (RFC 8446, section 5.1: content type handshake).
const TLS_HANDSHAKE: u8 = 22;

/// An agent opens about twenty; beyond this many, further ones wait.
const MAX_CONNECTIONS: usize = 1024;

/// For a client that connects and sends nothing.
const HANDSHAKE_LIMIT: Duration = Duration::from_secs(10);

/// Keeps a loop that cannot accept from spinning.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_dropped_stand_in_stops_answering() {
        let stand_in = StandIn::start(StandInConfig::default()).await.unwrap();
        let addr = stand_in.addr();
        assert!(TcpStream::connect(addr).await.is_ok());
        drop(stand_in);
        assert!(TcpStream::connect(addr).await.is_err());
    }
}
