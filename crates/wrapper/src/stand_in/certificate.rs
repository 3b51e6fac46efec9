//! The stand-in's certificates: a root that lives as long as it does, and a leaf for each host.
//!
//! Only our own proxy and agent trust this root. It is never stored, and has no
//! name constraints, because it must answer for any host.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::PrivateKeyDer;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

/// Makes a root. Returns a TLS configuration that uses it for every host, and the root as PEM.
///
/// # Errors
///
/// When the system has no randomness to make a key from.
pub(super) fn server_config() -> Result<(ServerConfig, String)> {
    let leaves = LeafStore::new()?;
    let root_pem = leaves.root.pem();
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .context("TLS 1.3 is not available")?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(leaves));
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

/// Mints a leaf for each server name, and caches it.
struct LeafStore {
    root: CertifiedIssuer<'static, KeyPair>,
    minted: Mutex<HashMap<String, Arc<CertifiedKey>>>,
}

impl LeafStore {
    fn new() -> Result<Self> {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        params
            .distinguished_name
            .push(DnType::CommonName, "codex-dissect stand-in");
        let key = KeyPair::generate().context("cannot make the stand-in's key")?;
        let root = CertifiedIssuer::self_signed(params, key)
            .context("cannot make the stand-in's root certificate")?;
        Ok(Self {
            root,
            minted: Mutex::default(),
        })
    }

    fn mint(&self, host: &str) -> Result<CertifiedKey> {
        let mut params = CertificateParams::new(vec![host.to_owned()])?;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.distinguished_name.push(DnType::CommonName, host);
        let key = KeyPair::generate()?;
        let leaf = params.signed_by(&key, &self.root)?;
        let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        let signer = aws_lc_rs::sign::any_supported_type(&key)?;
        Ok(CertifiedKey::new(vec![leaf.der().clone()], signer))
    }
}

impl ResolvesServerCert for LeafStore {
    /// Refuses a client that names no server: there is no name to certify.
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let host = hello.server_name()?;
        let mut minted = self.minted.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(leaf) = minted.get(host) {
            return Some(Arc::clone(leaf));
        }
        let leaf = match self.mint(host) {
            Ok(leaf) => Arc::new(leaf),
            Err(error) => {
                tracing::warn!("no certificate for {host}: {error:#}");
                return None;
            }
        };
        if minted.len() >= MAX_LEAVES {
            minted.clear();
        }
        minted.insert(host.to_owned(), Arc::clone(&leaf));
        Some(leaf)
    }
}

impl fmt::Debug for LeafStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LeafStore").finish_non_exhaustive()
    }
}

/// An agent talks to about ten hosts; beyond this many the cache starts over.
const MAX_LEAVES: usize = 256;
