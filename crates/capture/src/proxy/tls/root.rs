//! The root certificate, which agents trust while they are recorded.
//!
//! Whoever holds its key can impersonate any host that it covers, so it covers
//! as few as possible (critical name constraints, RFC 5280, section 4.2.1.10) for as
//! short as possible. The key of `wrap`'s root never leaves the process.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rcgen::string::Ia5String;
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DnType, GeneralSubtree, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, NameConstraints, PKCS_ECDSA_P256_SHA256, SerialNumber,
};
use zeroize::Zeroizing;

use crate::proxy::error::Error;
use crate::proxy::hosts::{Hosts, Pattern};
use crate::proxy::tls::key_file;
use crate::proxy::tls::key_file::{Folder, Stored};
use crate::proxy::tls::roots::Roots;
use crate::proxy::tls::signing_key::SigningKey;

/// A root certificate and its key.
pub struct RootCa {
    issuer: Issuer<'static, SigningKey>,
    pem: String,
}

impl RootCa {
    /// Makes a root whose key is only in memory, for the hosts of one run.
    ///
    /// It is valid for seven days: no run is longer, and the key dies with the process.
    ///
    /// # Errors
    ///
    /// [`Error::Certificate`] when the random generator or the signature fails.
    pub fn ephemeral(hosts: &Hosts) -> Result<Self, Error> {
        let key = new_key()?;
        Self::sign(key, hosts, EPHEMERAL_LIFE)
    }

    /// Loads the root from the folder `dir`, or makes it there.
    ///
    /// The key file has mode 0600; a missing folder is made with mode 0700. A root
    /// that was made for other hosts, or that expires within a day, is replaced by one with a new
    /// key. Proxies that start at the same time get the same root.
    ///
    /// # Errors
    ///
    /// [`Error::File`] when the folder or its files cannot be used,
    /// [`Error::Permissions`] when others can read the key, [`Error::Folder`]
    /// when they can write to the folder, [`Error::Pem`] when a file is damaged.
    pub fn load_or_create(dir: &Path, hosts: &Hosts) -> Result<Self, Error> {
        let folder = Folder::open(dir)?;
        let root = match folder.load(&hosts.to_string())? {
            Some(stored) => Self::from_stored(&stored, dir)?,
            None => {
                let key = new_key()?;
                let key_pem = Zeroizing::new(key.serialize_pem());
                let root = Self::sign(key, hosts, PERSISTENT_LIFE)?;
                folder.store(&key_pem, &root.pem, &hosts.to_string())?;
                root
            }
        };
        folder.publish(key_file::CERTIFICATE, &root.pem)?;
        Ok(root)
    }

    /// Writes the [`bundle_pem`](Self::bundle_pem) with `roots` to `bundle.pem` in the folder of
    /// [`load_or_create`](Self::load_or_create), for agents to read; returns its path.
    ///
    /// # Errors
    ///
    /// [`Error::File`] and [`Error::Folder`] as there.
    pub fn write_bundle(&self, dir: &Path, roots: &Roots) -> Result<PathBuf, Error> {
        Folder::open(dir)?.publish(BUNDLE, &self.bundle_pem(roots))
    }

    /// The certificate, without its key, as PEM.
    pub fn certificate_pem(&self) -> &str {
        &self.pem
    }

    /// This root and `roots`, those that an agent would trust without us, as PEM: most programs
    /// that are given a file of roots trust it instead of the system's.
    pub fn bundle_pem(&self, roots: &Roots) -> String {
        roots.to_pem() + &self.pem
    }

    pub(crate) fn issuer(&self) -> &Issuer<'static, SigningKey> {
        &self.issuer
    }

    fn from_stored(stored: &Stored, dir: &Path) -> Result<Self, Error> {
        let damaged = |what| Error::Pem {
            path: dir.join(key_file::KEY),
            what,
        };
        let key = KeyPair::from_pem(&stored.key).map_err(|_| damaged("private key"))?;
        let issuer = Issuer::from_ca_cert_pem(&stored.certificate, SigningKey(key))
            .map_err(|_| damaged("certificate"))?;
        Ok(Self {
            issuer,
            pem: stored.certificate.clone(),
        })
    }

    fn sign(key: KeyPair, hosts: &Hosts, life: Duration) -> Result<Self, Error> {
        let params = parameters(hosts, life)?;
        let certificate = params.self_signed(&key).map_err(Error::Certificate)?;
        Ok(Self {
            pem: certificate.pem(),
            issuer: Issuer::new(params, SigningKey(key)),
        })
    }
}

impl std::fmt::Debug for RootCa {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RootCa").finish_non_exhaustive()
    }
}

fn parameters(hosts: &Hosts, life: Duration) -> Result<CertificateParams, Error> {
    let mut params = CertificateParams::default();
    let serial = random_serial()?;
    // The subject is unique: a client that still trusts an older root of the same subject would
    // verify our signatures with the older key, and fail with `decrypt_error`.
    let tag: String = serial
        .iter()
        .skip(1)
        .take(4)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    params.distinguished_name.push(
        DnType::CommonName,
        format!("codex-dissect recording root {tag}"),
    );
    params.serial_number = Some(SerialNumber::from_slice(&serial));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.name_constraints = constraints(hosts)?;
    let now = SystemTime::now();
    params.not_before = (now - CLOCK_SKEW).into();
    params.not_after = (now + life).into();
    Ok(params)
}

/// The hosts that the root may sign for; `None` for all.
fn constraints(hosts: &Hosts) -> Result<Option<NameConstraints>, Error> {
    let mut permitted = Vec::new();
    let mut addresses = false;
    for pattern in hosts.iter() {
        match pattern {
            Pattern::All => return Ok(None),
            Pattern::Name(name) | Pattern::Below(name) => {
                Ia5String::try_from(name.as_str()).map_err(Error::Certificate)?;
                permitted.push(GeneralSubtree::DnsName(name.clone()));
            }
            Pattern::Address(address) => {
                addresses = true;
                permitted.push(GeneralSubtree::IpAddress(match address {
                    std::net::IpAddr::V4(v4) => CidrSubnet::from_v4_prefix(v4.octets(), 32),
                    std::net::IpAddr::V6(v6) => CidrSubnet::from_v6_prefix(v6.octets(), 128),
                }));
            }
        }
    }
    // Permitting names leaves all addresses permitted unless they are excluded.
    let excluded = if addresses {
        Vec::new()
    } else {
        vec![
            GeneralSubtree::IpAddress(CidrSubnet::from_v4_prefix([0; 4], 0)),
            GeneralSubtree::IpAddress(CidrSubnet::from_v6_prefix([0; 16], 0)),
        ]
    };
    Ok(Some(NameConstraints {
        permitted_subtrees: permitted,
        excluded_subtrees: excluded,
    }))
}

/// Twenty octets, the most that RFC 5280 allows; positive and not zero.
pub(crate) fn random_serial() -> Result<[u8; 20], Error> {
    let mut serial = [0; 20];
    random(&mut serial)?;
    serial[0] = serial[0] & 0x3f | 0x40;
    Ok(serial)
}

/// Fills `bytes` with random bytes.
pub(crate) fn random(bytes: &mut [u8]) -> Result<(), Error> {
    rustls::crypto::aws_lc_rs::default_provider()
        .secure_random
        .fill(bytes)
        .map_err(|_| Error::Random)
}

pub(crate) fn new_key() -> Result<KeyPair, Error> {
    KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(Error::Certificate)
}

/// The file of roots for agents, in a standing proxy's folder.
const BUNDLE: &str = "bundle.pem";

/// The clocks of containers and virtual machines may be off by hours.
pub(crate) const CLOCK_SKEW: Duration = Duration::from_secs(24 * 3600);

/// No run is longer.
const EPHEMERAL_LIFE: Duration = Duration::from_secs(7 * 24 * 3600);

/// Long enough not to be a chore, short enough to limit what a leaked key is good for.
const PERSISTENT_LIFE: Duration = Duration::from_secs(90 * 24 * 3600);
