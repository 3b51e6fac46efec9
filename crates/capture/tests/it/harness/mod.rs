//! An origin, a proxy and an agent, all on loopback, each ending by itself.

mod origin;
mod wire;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use capture::record::{Connection, End, Exchange, Record};
use capture::{Builder, Hosts, MemorySink, Proxy, RootCa, Sink, Summary, Upstream};
use rustls::ClientConfig;
use rustls::crypto::CryptoProvider;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

pub(crate) use origin::{Identity, Origin};
pub(crate) use wire::{Wire, read_head, read_to};

/// The host that agents ask for; the proxy dials the test's origin for it.
pub(crate) const HOST: &str = "origin.test";

/// Enough for what is under way on loopback.
const GRACE: Duration = Duration::from_millis(200);

/// A proxy under test.
pub(crate) struct Harness {
    pub(crate) addr: SocketAddr,
    pub(crate) url: String,
    root_pem: String,
    sink: MemorySink,
    stop: oneshot::Sender<()>,
    running: JoinHandle<Summary>,
}

/// What a recording came to.
pub(crate) struct Recording {
    pub(crate) summary: Summary,
    pub(crate) exchanges: Vec<Exchange>,
    pub(crate) connections: Vec<Connection>,
    pub(crate) end: End,
}

impl Harness {
    /// A proxy that intercepts [`HOST`] and dials `origin` for everything.
    pub(crate) async fn start(origin: &Origin) -> Self {
        Self::with(origin, |builder| builder).await
    }

    /// As [`start`](Self::start), with a builder that `change` has had its say on.
    pub(crate) async fn with(
        origin: &Origin,
        change: impl FnOnce(Builder<MemorySink>) -> Builder<MemorySink>,
    ) -> Self {
        let sink = MemorySink::new();
        let (builder, root_pem) = proxy_to(origin, sink.clone());
        Self::run(change(builder.grace(GRACE)), root_pem, sink).await
    }

    /// A proxy with a root of the test's own, and with what `change` says.
    pub(crate) async fn of(
        root: RootCa,
        change: impl FnOnce(Builder<MemorySink>) -> Builder<MemorySink>,
    ) -> Self {
        let root_pem = root.certificate_pem().to_owned();
        let sink = MemorySink::new();
        let builder = Proxy::builder(root, sink.clone()).grace(GRACE);
        Self::run(change(builder), root_pem, sink).await
    }

    async fn run(builder: Builder<MemorySink>, root_pem: String, sink: MemorySink) -> Self {
        let proxy = builder.bind().await.unwrap();
        let (addr, url) = (proxy.local_addr(), proxy.url());
        let (stop, stopped) = oneshot::channel();
        let running = spawn(async move {
            proxy
                .run(async {
                    let _stopped_or_dropped = stopped.await;
                })
                .await
                .unwrap()
        });
        Self {
            addr,
            url,
            root_pem,
            sink,
            stop,
            running,
        }
    }

    /// TCP to the proxy.
    pub(crate) async fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.addr).await.unwrap();
        stream.set_nodelay(true).unwrap();
        stream
    }

    /// An open tunnel to `authority`.
    pub(crate) async fn tunnel(&self, authority: &str) -> TcpStream {
        let mut stream = self.connect().await;
        let ask = format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n\r\n");
        stream.write_all(ask.as_bytes()).await.unwrap();
        let head = read_head(&mut stream).await;
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        stream
    }

    /// TLS through a tunnel to [`HOST`], offering `alpn`, trusting the proxy's root alone.
    pub(crate) async fn tls(&self, alpn: &[&str]) -> TlsStream<TcpStream> {
        let tunnel = self.tunnel(&format!("{HOST}:443")).await;
        self.tls_to(tunnel, HOST, alpn).await.unwrap()
    }

    /// TLS through a tunnel to [`HOST`] by an agent with these ciphers and key agreements.
    pub(crate) async fn tls_as(&self, agent: CryptoProvider) -> TlsStream<TcpStream> {
        let tunnel = self.tunnel(&format!("{HOST}:443")).await;
        let config = client_config(agent, &self.root_pem);
        handshake(tunnel, HOST, config).await.unwrap()
    }

    /// TLS on an open tunnel with `host`, a name or an address.
    pub(crate) async fn tls_to(
        &self,
        tunnel: TcpStream,
        host: &str,
        alpn: &[&str],
    ) -> std::io::Result<TlsStream<TcpStream>> {
        connect_tls_to(tunnel, host, &self.root_pem, alpn).await
    }

    /// The exchanges that are on record by now.
    pub(crate) fn exchanges(&self) -> Vec<Exchange> {
        exchanges(self.sink.records())
    }

    /// Waits until `count` exchanges are on record.
    pub(crate) async fn recorded(&self, count: usize) -> Vec<Exchange> {
        within(async {
            loop {
                let exchanges = self.exchanges();
                if exchanges.len() >= count {
                    return exchanges;
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        })
        .await
    }

    /// Waits until `count` connections are over and on record.
    pub(crate) async fn closed(&self, count: usize) -> Vec<Connection> {
        within(async {
            loop {
                let connections = connections(&self.sink.records());
                if connections.len() >= count {
                    return connections;
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        })
        .await
    }

    /// Stops the proxy and returns the whole recording.
    pub(crate) async fn finish(self) -> Recording {
        self.stop.send(()).unwrap();
        let summary = within(self.running).await.unwrap();
        let records = self.sink.records();
        let mut ends = Vec::new();
        for record in &records {
            if let Record::End(end) = record {
                ends.push(end.clone());
            }
        }
        assert!(matches!(records[0], Record::Session(_)));
        assert_eq!(ends.len(), 1);
        Recording {
            summary,
            connections: connections(&records),
            exchanges: exchanges(records),
            end: ends.remove(0),
        }
    }
}

impl Recording {
    /// The one exchange.
    pub(crate) fn only(&self) -> &Exchange {
        assert_eq!(self.exchanges.len(), 1, "{:#?}", self.exchanges);
        &self.exchanges[0]
    }
}

/// A proxy to be, and its root as PEM: it intercepts [`HOST`] and dials `origin` for everything.
pub(crate) fn proxy_to<S: Sink>(origin: &Origin, sink: S) -> (Builder<S>, String) {
    let upstream = Upstream::without_roots()
        .add_roots_pem(origin.root_pem())
        .unwrap()
        .all_to(origin.addr());
    let hosts = Hosts::parse([HOST]).unwrap();
    let root = RootCa::ephemeral(&hosts).unwrap();
    let root_pem = root.certificate_pem().to_owned();
    let builder = Proxy::builder(root, sink)
        .intercept(hosts)
        .upstream(upstream);
    (builder, root_pem)
}

/// TLS on `stream` with [`HOST`], as an agent that trusts `root_pem` alone.
pub(crate) async fn connect_tls(
    stream: TcpStream,
    root_pem: &str,
    alpn: &[&str],
) -> std::io::Result<TlsStream<TcpStream>> {
    connect_tls_to(stream, HOST, root_pem, alpn).await
}

/// The stream, and a second handle of its socket: as long as that is held, the process can be
/// named, however the stream has ended.
pub(crate) fn kept(stream: TcpStream) -> (TcpStream, std::net::TcpStream) {
    let stream = stream.into_std().unwrap();
    let kept = stream.try_clone().unwrap();
    (TcpStream::from_std(stream).unwrap(), kept)
}

async fn connect_tls_to(
    stream: TcpStream,
    host: &str,
    root_pem: &str,
    alpn: &[&str],
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut config = client_config(default_provider(), root_pem);
    config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
    handshake(stream, host, config).await
}

async fn handshake(
    stream: TcpStream,
    host: &str,
    config: ClientConfig,
) -> std::io::Result<TlsStream<TcpStream>> {
    let name = ServerName::try_from(host.to_owned()).unwrap();
    within(TlsConnector::from(Arc::new(config)).connect(name, stream)).await
}

fn client_config(provider: CryptoProvider, root_pem: &str) -> ClientConfig {
    let mut roots = rustls::RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(root_pem.as_bytes()) {
        roots.add(certificate.unwrap()).unwrap();
    }
    let mut config = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    // For a test that goes on without rustls.
    config.enable_secret_extraction = true;
    config
}

/// The bytes with which a TLS client begins.
pub(crate) fn client_hello() -> Vec<u8> {
    let config = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    let name = ServerName::try_from(HOST).unwrap();
    let mut client = rustls::ClientConnection::new(Arc::new(config), name).unwrap();
    let mut hello = Vec::new();
    client.write_tls(&mut hello).unwrap();
    hello
}

/// Sends `request` and reads to the end of the connection.
pub(crate) async fn ask<T>(stream: &mut T, request: impl AsRef<[u8]>) -> Vec<u8>
where
    T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    stream.write_all(request.as_ref()).await.unwrap();
    stream.flush().await.unwrap();
    let mut answer = Vec::new();
    within(stream.read_to_end(&mut answer)).await.unwrap();
    answer
}

/// What has not happened by then never will.
pub(crate) async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), future)
        .await
        .expect("it happens within 20 s")
}

/// Runs an origin's or a proxy's side of a test.
pub(crate) fn spawn<T: Send + 'static>(
    future: impl Future<Output = T> + Send + 'static,
) -> JoinHandle<T> {
    #[expect(
        clippy::disallowed_methods,
        reason = "a test's tasks end with its runtime"
    )]
    tokio::spawn(future)
}

pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(default_provider())
}

fn connections(records: &[Record]) -> Vec<Connection> {
    let mut connections: Vec<Connection> = records
        .iter()
        .filter_map(|record| match record {
            Record::Connection(connection) => Some((**connection).clone()),
            _ => None,
        })
        .collect();
    connections.sort_by_key(|connection| connection.id);
    connections
}

fn exchanges(records: Vec<Record>) -> Vec<Exchange> {
    let mut exchanges: Vec<Exchange> = records
        .into_iter()
        .filter_map(|record| match record {
            Record::Exchange(exchange) => Some(*exchange),
            _ => None,
        })
        .collect();
    exchanges.sort_by_key(|exchange| exchange.id);
    exchanges
}
