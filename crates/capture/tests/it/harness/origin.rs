//! An origin that does what a test says, and keeps what it received.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::{HOST, Wire, provider, spawn};

/// A listening origin; every connection is given to the test's closure.
pub(crate) struct Origin {
    addr: SocketAddr,
    root_pem: String,
}

/// What an origin's certificate says.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Identity {
    Right,
    OtherHost,
    Expired,
    UnknownIssuer,
}

impl Origin {
    /// Plain TCP.
    pub(crate) async fn plain<F>(serve: impl Fn(Wire) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                stream.set_nodelay(true).unwrap();
                spawn(serve(Wire::plain(stream)));
            }
        });
        let (_, root_pem) = certificates(Identity::Right);
        Self { addr, root_pem }
    }

    /// TLS, choosing among `alpn`.
    pub(crate) async fn tls<F>(
        alpn: &[&str],
        serve: impl Fn(Wire) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        Self::tls_as(Identity::Right, alpn, serve).await
    }

    /// TLS under a certificate that says something else.
    pub(crate) async fn tls_as<F>(
        identity: Identity,
        alpn: &[&str],
        serve: impl Fn(Wire) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let (mut config, root_pem) = certificates(identity);
        config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let serve = Arc::new(serve);
        spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                stream.set_nodelay(true).unwrap();
                let (acceptor, serve) = (acceptor.clone(), Arc::clone(&serve));
                spawn(async move {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        serve(Wire::tls(stream)).await;
                    }
                });
            }
        });
        Self { addr, root_pem }
    }

    /// Answers every request on a connection of TLS with the same bytes, and keeps it open
    /// until the agent closes it.
    pub(crate) async fn answering(alpn: &[&str], answer: &'static [u8]) -> Self {
        Self::tls(alpn, move |mut wire| async move {
            while wire.read_request().await.is_some() {
                wire.send(answer).await;
            }
        })
        .await
    }

    pub(crate) fn addr(&self) -> SocketAddr {
        self.addr
    }

    pub(crate) fn root_pem(&self) -> &str {
        &self.root_pem
    }

    /// TCP to the origin itself, past any proxy.
    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.addr).await.unwrap()
    }
}

fn certificates(identity: Identity) -> (ServerConfig, String) {
    let root_key = KeyPair::generate().unwrap();
    let mut root = CertificateParams::default();
    // OpenSSL takes a leaf with the same name as its root for one that signed itself.
    root.distinguished_name
        .push(DnType::CommonName, "the root of the tests");
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root_pem = root.self_signed(&root_key).unwrap().pem();
    let issuer = if identity == Identity::UnknownIssuer {
        root.distinguished_name
            .push(DnType::CommonName, "somebody else");
        Issuer::new(root, KeyPair::generate().unwrap())
    } else {
        Issuer::new(root, root_key)
    };
    let host = if identity == Identity::OtherHost {
        "other.test"
    } else {
        HOST
    };
    let key = KeyPair::generate().unwrap();
    let names = vec![host.to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
    let mut leaf = CertificateParams::new(names).unwrap();
    if identity == Identity::Expired {
        leaf.not_before = (SystemTime::now() - Duration::from_secs(7200)).into();
        leaf.not_after = (SystemTime::now() - Duration::from_secs(3600)).into();
    }
    let certificate = CertificateDer::from(leaf.signed_by(&key, &issuer).unwrap());
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    (config, root_pem)
}
