//! The way out: which address to dial for an authority, and which roots to trust there.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio::net::TcpStream;

use crate::proxy::authority::Authority;
use crate::proxy::error::Error;
use crate::proxy::net::cause::Cause;
use crate::proxy::net::connect_to::{ConnectTo, target};
use crate::proxy::net::dial;
use crate::proxy::net::parent::ParentProxy;
use crate::proxy::tls::roots::Roots;

/// How to reach origins, and which roots to verify them against.
#[derive(Debug, Clone)]
pub struct Upstream {
    roots: RootCertStore,
    parent: Option<ParentProxy>,
    rules: Vec<ConnectTo>,
    all_to: Option<SocketAddr>,
    connect_timeout: Duration,
}

impl Upstream {
    /// Trusts the system's roots, or those of `SSL_CERT_FILE` and `SSL_CERT_DIR` where these are set.
    ///
    /// # Errors
    ///
    /// [`Error::NoRoots`] when there are none.
    pub fn system() -> Result<Self, Error> {
        Self::trusting(&Roots::system())
    }

    /// Trusts `roots`.
    ///
    /// # Errors
    ///
    /// [`Error::NoRoots`] when there are none.
    pub fn trusting(roots: &Roots) -> Result<Self, Error> {
        let mut upstream = Self::without_roots();
        // Unreadable ones are skipped, as in other programs; having none left is an error.
        upstream
            .roots
            .add_parsable_certificates(roots.certificates());
        if upstream.roots.is_empty() {
            return Err(Error::NoRoots);
        }
        Ok(upstream)
    }

    /// Trusts nobody yet.
    pub fn without_roots() -> Self {
        Self {
            roots: RootCertStore::empty(),
            parent: None,
            rules: Vec::new(),
            all_to: None,
            connect_timeout: CONNECT_TIMEOUT,
        }
    }

    /// Trusts the certificates in `pem` too.
    ///
    /// # Errors
    ///
    /// [`Error::Pem`] when it holds none, or one that is damaged.
    pub fn add_roots_pem(mut self, pem: &str) -> Result<Self, Error> {
        self.add_roots(pem.as_bytes(), Path::new("the given PEM"))?;
        Ok(self)
    }

    /// Trusts the certificates in the PEM file at `path` too.
    ///
    /// # Errors
    ///
    /// [`Error::File`] when it cannot be read, [`Error::Pem`] as above.
    pub fn add_roots_file(mut self, path: &Path) -> Result<Self, Error> {
        let pem = std::fs::read(path).map_err(|source| Error::File {
            path: path.to_owned(),
            source,
        })?;
        self.add_roots(&pem, path)?;
        Ok(self)
    }

    /// Reaches origins through another proxy.
    pub fn parent(mut self, parent: ParentProxy) -> Self {
        self.parent = Some(parent);
        self
    }

    /// Adds a rule; the first one that matches applies.
    pub fn connect_to(mut self, rule: ConnectTo) -> Self {
        self.rules.push(rule);
        self
    }

    /// Dials this address for every origin: a stand-in answers for all of them.
    pub fn all_to(mut self, address: SocketAddr) -> Self {
        self.all_to = Some(address);
        self
    }

    /// How long resolving and connecting may take; default 60 s.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit;
        self
    }

    pub(crate) fn roots(&self) -> Arc<RootCertStore> {
        Arc::new(self.roots.clone())
    }

    fn add_roots(&mut self, pem: &[u8], path: &Path) -> Result<(), Error> {
        let unusable = || Error::Pem {
            path: path.to_owned(),
            what: "certificate",
        };
        let before = self.roots.len();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let certificate = certificate.map_err(|_| unusable())?;
            self.roots.add(certificate).map_err(|_| unusable())?;
        }
        if self.roots.len() == before {
            return Err(unusable());
        }
        Ok(())
    }
}

/// TCP to an origin, and how it came up.
#[derive(Debug)]
pub(crate) struct Dialled {
    pub(crate) stream: TcpStream,
    /// `host:port` of the parent proxy, where one was used.
    pub(crate) via: Option<String>,
}

/// Told of the steps of dialling, for the connection's marks.
pub(crate) trait Progress {
    /// The name is resolved.
    fn resolved(&mut self);
    /// TCP is up; behind a parent proxy, the tunnel.
    fn connected(&mut self, address: SocketAddr);
}

impl Upstream {
    /// Opens TCP to `host:port`, by rules and parent proxy.
    ///
    /// # Errors
    ///
    /// A [`Cause`]: resolving, connecting or the parent proxy failed, took too long, or led back
    /// to `ourselves`.
    pub(crate) async fn dial(
        &self,
        host: &str,
        port: u16,
        ourselves: SocketAddr,
        progress: &mut (dyn Progress + Send),
    ) -> Result<Dialled, Cause> {
        let limit = self.connect_timeout;
        tokio::time::timeout(limit, self.dial_now(host, port, ourselves, progress))
            .await
            .unwrap_or_else(|_| {
                Err(Cause::new(
                    "timeout",
                    format!("{host}:{port} did not answer within {} s", limit.as_secs()),
                ))
            })
    }

    async fn dial_now(
        &self,
        host: &str,
        port: u16,
        ourselves: SocketAddr,
        progress: &mut (dyn Progress + Send),
    ) -> Result<Dialled, Cause> {
        let parent = self
            .parent
            .as_ref()
            .filter(|parent| !parent.is_bypassed_by(host));
        let (dial_host, dial_port) = target(&self.rules, host, port);
        let dialled_authority = match parent {
            Some(parent) => parent.authority().to_owned(),
            None => format!("{dial_host}:{dial_port}"),
        };
        let addresses = match (self.all_to, parent) {
            (Some(address), _) => vec![address],
            (None, Some(parent)) => resolve(&parent.host, parent.port).await?,
            (None, None) => resolve(&dial_host, dial_port).await?,
        };
        progress.resolved();
        let mut stream = dial::connect(&addresses)
            .await
            .map_err(|error| Cause::connect(&dialled_authority, &error))?;
        let address = stream
            .peer_addr()
            .map_err(|error| Cause::connect(&dialled_authority, &error))?;
        // Only the open connection shows where an address like 0.0.0.0 leads.
        let here = stream.local_addr().ok();
        if leads_to(address, here, ourselves) {
            return Err(Cause::new(
                "loop",
                format!("{dialled_authority} is this proxy itself"),
            ));
        }
        let mut via = None;
        if let (Some(parent), None) = (parent, self.all_to) {
            let authority = Authority {
                host: dial_host,
                port: dial_port,
            };
            parent.open(&mut stream, &authority.to_string()).await?;
            via = Some(parent.authority().to_owned());
        }
        progress.connected(address);
        Ok(Dialled { stream, via })
    }
}

async fn resolve(host: &str, port: u16) -> Result<Vec<SocketAddr>, Cause> {
    dial::resolve(host, port)
        .await
        .map_err(|error| Cause::new("dns", format!("cannot resolve {host}: {error}")))
}

/// Whether a connection from `here` to `peer` has reached us, listening on `ourselves`.
fn leads_to(peer: SocketAddr, here: Option<SocketAddr>, ourselves: SocketAddr) -> bool {
    let address = peer.ip().to_canonical();
    // A machine connects to one of its own addresses from that same address.
    let is_ours = here.is_some_and(|here| here.ip().to_canonical() == address);
    peer.port() == ourselves.port()
        && (address == ourselves.ip().to_canonical()
            || (ourselves.ip().is_unspecified() && is_ours))
}

/// Agents give up sooner; this bounds what one that does not can keep waiting.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(60);
