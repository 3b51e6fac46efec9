//! Leaf certificates: minted when a host is first asked for, kept for the run.
//!
//! All leaves share one key: making a key for each host costs more than the
//! signature, and whoever could steal one could steal all.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use rcgen::string::Ia5String;
use rcgen::{
    CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose, SanType,
    SerialNumber,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::sign::CertifiedKey;

use crate::proxy::error::Error;
use crate::proxy::tls::root::{CLOCK_SKEW, RootCa, new_key, random_serial};

/// Mints a leaf for each host that is asked for, and keeps it.
///
/// Hand out [`RootCa::certificate_pem`] before the root goes in here: it is what clients have to trust.
#[derive(Debug)]
pub struct LeafStore {
    root: RootCa,
    key: KeyPair,
    signer: Arc<dyn rustls::sign::SigningKey>,
    minted: Mutex<HashMap<String, Minted>>,
}

#[derive(Debug)]
struct Minted {
    leaf: Arc<CertifiedKey>,
    renew_at: SystemTime,
}

impl LeafStore {
    /// Starts with no leaf; `root` signs what is minted.
    ///
    /// # Errors
    ///
    /// [`Error::Certificate`] when no key can be made.
    pub fn new(root: RootCa) -> Result<Self, Error> {
        let key = new_key()?;
        let der = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let signer = rustls::crypto::aws_lc_rs::sign::any_ecdsa_type(&der).map_err(Error::Tls)?;
        Ok(Self {
            root,
            key,
            signer,
            minted: Mutex::new(HashMap::new()),
        })
    }

    /// The certificate and key to present as `host`, a name or an address.
    ///
    /// # Errors
    ///
    /// [`Error::Certificate`] for a host that no certificate can name.
    pub fn leaf(&self, host: &str) -> Result<Arc<CertifiedKey>, Error> {
        let host = host.to_ascii_lowercase();
        let now = SystemTime::now();
        if let Some(minted) = self.lock().get(&host)
            && now < minted.renew_at
        {
            return Ok(Arc::clone(&minted.leaf));
        }
        let leaf = Arc::new(self.mint(&host, now)?);
        let mut minted = self.lock();
        if minted.len() >= MAX_LEAVES {
            minted.clear();
        }
        minted.insert(
            host,
            Minted {
                leaf: Arc::clone(&leaf),
                renew_at: now + LEAF_LIFE / 2,
            },
        );
        Ok(leaf)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Minted>> {
        // A panic while it was locked leaves the map intact.
        self.minted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The leaf carries its one name and no other: clients check every name in it against the
    /// root's name constraints.
    fn mint(&self, host: &str, now: SystemTime) -> Result<CertifiedKey, Error> {
        let mut params = CertificateParams::default();
        let name = match host.parse::<IpAddr>() {
            Ok(address) => SanType::IpAddress(address),
            Err(_) => SanType::DnsName(Ia5String::try_from(host).map_err(Error::Certificate)?),
        };
        params.subject_alt_names = vec![name];
        params.distinguished_name = rcgen::DistinguishedName::new();
        if host.len() <= MAX_COMMON_NAME {
            params.distinguished_name.push(DnType::CommonName, host);
        }
        params.serial_number = Some(SerialNumber::from_slice(&random_serial()?));
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        params.not_before = (now - CLOCK_SKEW).into();
        params.not_after = (now + LEAF_LIFE).into();
        let certificate = params
            .signed_by(&self.key, self.root.issuer())
            .map_err(Error::Certificate)?;
        let chain = vec![CertificateDer::from(certificate)];
        Ok(CertifiedKey::new(chain, Arc::clone(&self.signer)))
    }
}

/// A standing proxy replaces a leaf at half its life.
const LEAF_LIFE: Duration = Duration::from_secs(24 * 3600);

/// Bounds what an agent can make us hold: about 1 KiB each.
const MAX_LEAVES: usize = 8 * 1024;

/// RFC 5280, appendix A: `ub-common-name`. Clients read the alternative name anyway.
const MAX_COMMON_NAME: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proxy::hosts::Hosts;

    #[test]
    fn a_leaf_is_minted_once_for_each_host() {
        let root = RootCa::ephemeral(&Hosts::all()).unwrap();
        let store = LeafStore::new(root).unwrap();
        let first = store.leaf("api.openai.com").unwrap();
        let again = store.leaf("API.openai.com").unwrap();
        let other = store.leaf("127.0.0.1").unwrap();
        assert!(Arc::ptr_eq(&first, &again));
        assert_ne!(first.cert, other.cert);
    }
}
