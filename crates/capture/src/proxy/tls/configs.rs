//! TLS at both ends of an intercepted connection.
//!
//! The agent's ClientHello is read first; the origin is then asked for the same
//! name and the same protocols; the agent is offered what the origin chose. So both
//! sides speak HTTP/2, or neither does. Ciphers and key agreement are negotiated on each side
//! separately: towards origins like codex, towards the agent the cheapest that are safe.

use std::cmp::Reverse;
use std::sync::Arc;

use rustls::client::Resumption;
use rustls::crypto::CryptoProvider;
use rustls::crypto::aws_lc_rs::{DEFAULT_CIPHER_SUITES, default_provider, kx_group};
use rustls::pki_types::{DnsName, ServerName};
use rustls::server::{ClientHello, ResolvesServerCert, ServerConfig};
use rustls::sign::CertifiedKey;
use rustls::{CipherSuite, ClientConfig, CommonState, NamedGroup, RootCertStore};

use crate::proxy::error::Error;
use crate::proxy::tls::leaves::LeafStore;
use crate::proxy::tls::root::RootCa;
use crate::record::Tls as Agreed;

/// The TLS configurations for both sides.
#[derive(Debug)]
pub(crate) struct TlsConfigs {
    leaves: LeafStore,
    server: ServerConfig,
    /// For agents on this machine.
    server_on_loopback: ServerConfig,
    client: ClientConfig,
}

/// What the agent's ClientHello asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Offer {
    /// The server's name, if it was sent (RFC 6066, section 3).
    pub(crate) sni: Option<String>,
    /// The application protocols, in the agent's order (RFC 7301).
    pub(crate) alpn: Vec<Vec<u8>>,
    /// Whether the agent prefers ChaCha20, as programs do on a processor without AES instructions.
    prefers_chacha: bool,
    /// Whether the agent is on this machine and accepts X25519. ML-KEM protects against traffic that
    /// is stored now and deciphered later, which nobody can do on loopback.
    without_ml_kem: bool,
}

impl TlsConfigs {
    /// `root` signs what the agent sees; origins are verified against `trusted`.
    ///
    /// # Errors
    ///
    /// [`Error::Certificate`] and [`Error::Tls`] when keys or configurations cannot be made.
    pub(crate) fn new(root: RootCa, trusted: Arc<RootCertStore>) -> Result<Self, Error> {
        let client = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(Error::Tls)?
            .with_root_certificates(trusted)
            .with_no_client_auth();
        Ok(Self {
            leaves: LeafStore::new(root)?,
            server: server(with_aes_128_first())?,
            server_on_loopback: server(without_ml_kem(with_aes_128_first()))?,
            client,
        })
    }

    /// Asks an origin for what the agent offered.
    ///
    /// Sessions are never resumed: the agent's ClientHello did not offer the ticket of another
    /// connection.
    pub(crate) fn client(&self, offer: &Offer) -> Arc<ClientConfig> {
        let mut config = self.client.clone();
        config.alpn_protocols.clone_from(&offer.alpn);
        config.enable_sni = offer.sni.is_some();
        config.resumption = Resumption::in_memory_sessions(1);
        Arc::new(config)
    }

    /// Answers the agent's `offer` as `host`, with the protocol that the origin chose.
    ///
    /// # Errors
    ///
    /// [`Error::Certificate`] for a host that no certificate can name.
    pub(crate) fn server(
        &self,
        offer: &Offer,
        host: &str,
        protocol: Option<Vec<u8>>,
    ) -> Result<Arc<ServerConfig>, Error> {
        let mut config = if offer.without_ml_kem {
            self.server_on_loopback.clone()
        } else {
            self.server.clone()
        };
        config.ignore_client_order = !offer.prefers_chacha;
        config.alpn_protocols = protocol.into_iter().collect();
        config.cert_resolver = Arc::new(OneLeaf(self.leaves.leaf(host)?));
        Ok(Arc::new(config))
    }
}

impl Offer {
    /// Reads an agent's ClientHello; `is_local` if the agent is on this machine.
    pub(crate) fn read(hello: &ClientHello<'_>, is_local: bool) -> Self {
        let is_ours = |suite: &&CipherSuite| {
            let mut ours = DEFAULT_CIPHER_SUITES.iter();
            ours.any(|known| known.suite() == **suite)
        };
        let first = hello.cipher_suites().iter().find(is_ours);
        let groups = hello.named_groups().unwrap_or_default();
        Self {
            sni: hello.server_name().map(str::to_owned),
            alpn: hello
                .alpn()
                .map(|protocols| protocols.map(<[u8]>::to_vec).collect())
                .unwrap_or_default(),
            prefers_chacha: first.is_some_and(|first| CHACHA20.contains(first)),
            // Clients that list X25519 send its key share along with that of the hybrid.
            without_ml_kem: is_local && groups.contains(&NamedGroup::X25519),
        }
    }

    /// The offered protocols as text.
    pub(crate) fn alpn_names(&self) -> Vec<String> {
        self.alpn.iter().map(|name| protocol_name(name)).collect()
    }

    /// The name that the origin has to prove: the SNI, or else `host`.
    pub(crate) fn server_name(&self, host: &str) -> Option<ServerName<'static>> {
        let name = self.sni.as_deref().unwrap_or(host);
        if let Ok(address) = name.parse::<std::net::IpAddr>() {
            return Some(ServerName::IpAddress(address.into()));
        }
        DnsName::try_from(name.to_owned())
            .ok()
            .map(ServerName::DnsName)
    }
}

/// What a handshake agreed on, for the record.
pub(crate) fn agreed(state: &CommonState) -> Option<Agreed> {
    let version = match state.protocol_version()? {
        rustls::ProtocolVersion::TLSv1_3 => "TLSv1.3".to_owned(),
        rustls::ProtocolVersion::TLSv1_2 => "TLSv1.2".to_owned(),
        other => format!("{other:?}"),
    };
    let suite = state.negotiated_cipher_suite()?.suite();
    // rustls calls the suites of TLS 1.3 TLS13_…, the registry TLS_….
    let cipher = format!("{suite:?}").replace("TLS13_", "TLS_");
    Some(Agreed {
        version,
        cipher,
        alpn: state.alpn_protocol().map(protocol_name),
    })
}

/// A template for the agent's side, which lacks leaf and protocol.
fn server(provider: CryptoProvider) -> Result<ServerConfig, Error> {
    let mut server = ServerConfig::builder_with_provider(Arc::new(provider))
        .with_safe_default_protocol_versions()
        .map_err(Error::Tls)?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(NoLeaf));
    // A ticket would promise the agent a resumption that the origin has not offered.
    server.send_tls13_tickets = 0;
    Ok(server)
}

/// Prefers AES-128 with SHA-256: many processors have instructions for these but not for SHA-384.
fn with_aes_128_first() -> CryptoProvider {
    let mut provider = default_provider();
    let suites = &mut provider.cipher_suites;
    suites.sort_by_key(|suite| Reverse(AES_128.contains(&suite.suite())));
    provider
}

fn without_ml_kem(mut provider: CryptoProvider) -> CryptoProvider {
    provider.kx_groups = vec![kx_group::X25519, kx_group::SECP256R1, kx_group::SECP384R1];
    provider
}

fn protocol_name(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}

/// The one leaf of one connection.
#[derive(Debug)]
struct OneLeaf(Arc<CertifiedKey>);

impl ResolvesServerCert for OneLeaf {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }
}

/// The template's resolver, which every connection replaces.
#[derive(Debug)]
struct NoLeaf;

impl ResolvesServerCert for NoLeaf {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        None
    }
}

/// Preferred unless the agent prefers ChaCha20.
const AES_128: [CipherSuite; 3] = [
    CipherSuite::TLS13_AES_128_GCM_SHA256,
    CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
];

const CHACHA20: [CipherSuite; 3] = [
    CipherSuite::TLS13_CHACHA20_POLY1305_SHA256,
    CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
    CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
];
