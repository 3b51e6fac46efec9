//! The agent: asks the origin by one route, and waits for every answer.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::HOST;
use super::origin::provider;

/// How the origin is reached.
pub(super) struct Route {
    addr: SocketAddr,
    is_proxy: bool,
    config: Arc<ClientConfig>,
}

/// What is asked of it.
#[derive(Clone, Copy)]
pub(super) enum Work {
    /// Requests with a JSON body of so many bytes, each on one of the connections that stay.
    Json {
        connections: usize,
        requests: usize,
        body: usize,
    },
    /// A connection for each request.
    Connect { connections: usize, requests: usize },
}

impl Work {
    pub(super) fn operations(self) -> usize {
        let (Self::Json {
            connections,
            requests,
            ..
        }
        | Self::Connect {
            connections,
            requests,
        }) = self;
        connections * requests
    }
}

impl Route {
    pub(super) fn direct(addr: SocketAddr, root_pem: &str) -> Self {
        Self {
            addr,
            is_proxy: false,
            config: client_config(root_pem),
        }
    }

    pub(super) fn through(addr: SocketAddr, root_pem: &str) -> Self {
        Self {
            addr,
            is_proxy: true,
            config: client_config(root_pem),
        }
    }

    async fn connect(&self) -> TlsStream<TcpStream> {
        let mut stream = TcpStream::connect(self.addr).await.expect("a connection");
        stream.set_nodelay(true).expect("a socket");
        if self.is_proxy {
            let connect = format!("CONNECT {HOST}:443 HTTP/1.1\r\nHost: {HOST}:443\r\n\r\n");
            stream.write_all(connect.as_bytes()).await.expect("a proxy");
            read_head(&mut stream).await;
        }
        let name = ServerName::try_from(HOST).expect("a name");
        let connector = TlsConnector::from(Arc::clone(&self.config));
        connector.connect(name, stream).await.expect("TLS")
    }
}

/// Does the work by one route, and tells how long it took, connections that stay left out.
pub(super) fn run(route: &Route, work: Work) -> Duration {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        match work {
            Work::Json {
                connections,
                requests,
                body,
            } => {
                let request = request(body);
                let mut open = Vec::new();
                for _ in 0..connections {
                    open.push(route.connect().await);
                }
                let begun = Instant::now();
                let asking = open
                    .into_iter()
                    .map(|stream| ask(stream, &request, requests));
                futures_util::future::join_all(asking).await;
                begun.elapsed()
            }
            Work::Connect {
                connections,
                requests,
            } => {
                let request = request(0);
                let begun = Instant::now();
                let asking = (0..connections).map(|_| async {
                    for _ in 0..requests {
                        ask(route.connect().await, &request, 1).await;
                    }
                });
                futures_util::future::join_all(asking).await;
                begun.elapsed()
            }
        }
    })
}

async fn ask(mut stream: TlsStream<TcpStream>, request: &[u8], times: usize) {
    for _ in 0..times {
        stream
            .write_all(request)
            .await
            .expect("the origin is there");
        stream.flush().await.expect("the origin is there");
        let length = read_head(&mut stream).await;
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await.expect("an answer");
    }
    // The origin may be faster in closing.
    drop(stream.shutdown().await);
}

fn request(body: usize) -> Vec<u8> {
    let text = format!("{{\"input\":\"{}\"}}", "lorem ipsum ".repeat(body / 12));
    let head = format!(
        "POST /v1/responses HTTP/1.1\r\nhost: {HOST}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        text.len()
    );
    [head.into_bytes(), text.into_bytes()].concat()
}

/// Reads a head, and tells the length of the body behind it.
async fn read_head(stream: &mut (impl AsyncReadExt + Unpin)) -> usize {
    let mut head = Vec::with_capacity(256);
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.expect("an answer"));
    }
    String::from_utf8_lossy(&head)
        .lines()
        .find_map(|line| line.strip_prefix("content-length: ")?.parse().ok())
        .unwrap_or(0)
}

pub(super) fn client_config(root_pem: &str) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(root_pem.as_bytes()) {
        roots.add(certificate.expect("PEM")).expect("a root");
    }
    let config = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    Arc::new(config)
}
