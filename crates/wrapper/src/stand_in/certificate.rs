//! The stand-in's certificates: a root that lives as long as it does, and a leaf for each host.
//!
//! Only our own proxy and agent trust this root. It is never stored, and has no
//! name constraints, because it must answer for any host.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use capture::{Hosts, LeafStore, RootCa};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

/// Makes a root. Returns a TLS configuration that uses it for every host, and the root as PEM.
///
/// # Errors
///
/// When the system has no randomness to make a key from.
pub(super) fn server_config() -> Result<(ServerConfig, String)> {
    let root = RootCa::ephemeral(&Hosts::all()).context("cannot make the stand-in's root")?;
    let root_pem = root.certificate_pem().to_owned();
    let leaves = LeafStore::new(root).context("cannot make the stand-in's key")?;
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .context("TLS 1.3 is not available")?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(LeafForServerName(leaves)));
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok((config, root_pem))
}

/// What a ClientHello offers, as text, so that two can be compared.
///
/// Omits extensions: rustls shuffles them.
pub(super) fn describe(hello: &ClientHello<'_>) -> String {
    let alpn = hello.alpn().into_iter().flatten();
    let alpn: Vec<_> = alpn.map(String::from_utf8_lossy).collect();
    format!(
        "ciphers {:?}, signatures {:?}, groups {:?}, alpn {alpn:?}",
        hello.cipher_suites(),
        hello.signature_schemes(),
        hello.named_groups().unwrap_or_default(),
    )
}

/// Presents the leaf for the host that the ClientHello names.
#[derive(Debug)]
struct LeafForServerName(LeafStore);

impl ResolvesServerCert for LeafForServerName {
    /// Refuses a client that names no server: there is no name to certify.
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let host = hello.server_name()?;
        let leaf = self.0.leaf(host);
        leaf.inspect_err(|error| tracing::warn!("no certificate for {host}: {error:#}"))
            .ok()
    }
}
