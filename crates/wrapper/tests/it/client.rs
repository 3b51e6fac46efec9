//! A client in the agent's place: uses `wrap`'s proxy and trusts its bundle.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::client::conn::http2;
use hyper::{HeaderMap, Request, StatusCode, Version};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use yawc::{HttpRequest, Options, WebSocket};

/// Reaches every origin through one proxy.
pub(crate) struct Client {
    proxy: String,
    roots: Arc<RootCertStore>,
}

/// A whole response.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) version: Version,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Client {
    /// `proxy` is an `http://` URL without credentials, `bundle` a PEM file.
    pub(crate) fn new(proxy: &str, bundle: &Path) -> Self {
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_file_iter(bundle).unwrap() {
            // A bundle of system roots may hold one that rustls refuses.
            roots.add(certificate.unwrap()).unwrap_or_default();
        }
        Self {
            proxy: proxy.strip_prefix("http://").unwrap().to_owned(),
            roots: Arc::new(roots),
        }
    }

    /// Opens a tunnel to `authority`.
    pub(crate) async fn tunnel(&self, authority: &str) -> TcpStream {
        let mut stream = TcpStream::connect(&self.proxy).await.unwrap();
        let head = format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        assert!(head.starts_with(b"HTTP/1.1 200"), "{head:?}");
        stream
    }

    /// Sends a request over HTTP/2, on its own connection, and reads the whole answer.
    ///
    /// # Errors
    ///
    /// When the connection ends before the answer does.
    pub(crate) async fn send(&self, request: Request<Full<Bytes>>) -> Result<Answer> {
        let host = request.uri().host().unwrap().to_owned();
        let stream = TokioIo::new(self.tls(&host, &["h2"]).await);
        let (mut sender, connection) = http2::handshake(TokioExecutor::new(), stream).await?;
        let mut connections = JoinSet::new();
        connections.spawn(connection);
        let response = sender.send_request(request).await?;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.context("the answer was cut")?;
        Ok(Answer {
            status: parts.status,
            version: parts.version,
            headers: parts.headers,
            body: body.to_bytes(),
        })
    }

    /// Opens a WebSocket with the Responses API, as codex does.
    ///
    /// # Errors
    ///
    /// When the upgrade is refused.
    pub(crate) async fn websocket(&self) -> yawc::Result<WebSocket<TlsStream<TcpStream>>> {
        let stream = self.tls("api.openai.com", &[]).await;
        let url = "wss://api.openai.com/v1/responses".parse().unwrap();
        let options = Options::default().with_balanced_compression();
        WebSocket::handshake_with_request(url, stream, options, HttpRequest::builder()).await
    }

    async fn tls(&self, host: &str, alpn: &[&str]) -> TlsStream<TcpStream> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(Arc::clone(&self.roots))
            .with_no_client_auth();
        config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
        let name = ServerName::try_from(host.to_owned()).unwrap();
        let tunnel = self.tunnel(&format!("{host}:443")).await;
        let connector = TlsConnector::from(Arc::new(config));
        connector.connect(name, tunnel).await.unwrap()
    }
}
