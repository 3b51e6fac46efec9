//! Connects through the proxy, with the roots, that the environment names.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::Uri;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// Opens connections to origins through a proxy.
#[derive(Debug, Clone)]
pub(crate) struct ProxyConnector {
    /// `host:port` of the proxy.
    proxy: String,
    /// The value of `proxy-authorization`, if the proxy's URL has credentials.
    credentials: Option<String>,
    roots: Arc<RootCertStore>,
}

impl ProxyConnector {
    /// Reads the URL of a proxy (as in `HTTPS_PROXY`) and a file of roots (as in `SSL_CERT_FILE`).
    ///
    /// Credentials in the URL are used as written, without percent-decoding.
    ///
    /// # Errors
    ///
    /// When the URL is not an `http://` URL, or the file holds no root.
    pub(crate) fn new(proxy: &str, roots: &Path) -> Result<Self> {
        let uri: Uri = proxy.parse().context("HTTPS_PROXY is not a URL")?;
        ensure!(
            uri.scheme_str() == Some("http"),
            "HTTPS_PROXY is not an http:// URL"
        );
        let authority = uri
            .authority()
            .context("HTTPS_PROXY names no host")?
            .as_str();
        let (credentials, proxy) = match authority.rsplit_once('@') {
            Some((userinfo, proxy)) => (Some(STANDARD.encode(userinfo)), proxy),
            None => (None, authority),
        };
        Ok(Self {
            proxy: proxy.to_owned(),
            credentials: credentials.map(|encoded| format!("Basic {encoded}")),
            roots: Arc::new(load_roots(roots)?),
        })
    }

    /// Opens a TLS connection to `host`, through the proxy.
    ///
    /// # Errors
    ///
    /// When the proxy cannot be reached or refuses, or the host's certificate is not trusted.
    pub(crate) async fn connect(&self, host: &str, alpn: &[&str]) -> Result<TlsStream<TcpStream>> {
        let tunnel = self.open_tunnel(host).await?;
        let mut config =
            ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
                .with_safe_default_protocol_versions()?
                .with_root_certificates(Arc::clone(&self.roots))
                .with_no_client_auth();
        config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
        let name = ServerName::try_from(host.to_owned())?;
        let connector = TlsConnector::from(Arc::new(config));
        let stream = connector.connect(name, tunnel).await;
        stream.with_context(|| format!("no TLS with {host}"))
    }

    async fn open_tunnel(&self, host: &str) -> Result<TcpStream> {
        let mut stream = TcpStream::connect(&self.proxy)
            .await
            .with_context(|| format!("cannot reach the proxy at {}", self.proxy))?;
        stream.set_nodelay(true)?;
        let mut head = format!("CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\n");
        if let Some(credentials) = &self.credentials {
            head += &format!("Proxy-Authorization: {credentials}\r\n");
        }
        head += "\r\n";
        stream.write_all(head.as_bytes()).await?;
        let head = read_head(&mut stream).await?;
        let status = head.split(' ').nth(1);
        if status != Some("200") {
            let line = head.lines().next().unwrap_or_default();
            bail!("the proxy answered `{line}` to CONNECT {host}:443");
        }
        Ok(stream)
    }
}

/// Reads a response's head and not a byte more: TLS follows.
async fn read_head(stream: &mut TcpStream) -> Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        ensure!(
            head.len() < MAX_HEAD_BYTES,
            "the proxy's answer does not end"
        );
        head.push(stream.read_u8().await.context("the proxy hung up")?);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

fn load_roots(path: &Path) -> Result<RootCertStore> {
    let unreadable = || format!("cannot read roots from {}", path.display());
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(path).with_context(unreadable)? {
        // A bundle of system roots may hold one that rustls does not take.
        if let Err(error) = roots.add(certificate.with_context(unreadable)?) {
            tracing::debug!("skipping a root: {error}");
        }
    }
    ensure!(!roots.is_empty(), "{} holds no root", path.display());
    Ok(roots)
}

/// A proxy's answer to CONNECT is one line and a few headers.
const MAX_HEAD_BYTES: usize = 16 * 1024;
