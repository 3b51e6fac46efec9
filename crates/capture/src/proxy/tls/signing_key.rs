//! The root's private key, wiped when it is dropped.

use rcgen::{KeyPair, PublicKeyData, SignatureAlgorithm};
use zeroize::Zeroize;

/// A key pair whose memory is overwritten on drop.
pub(crate) struct SigningKey(pub(crate) KeyPair);

impl PublicKeyData for SigningKey {
    fn der_bytes(&self) -> &[u8] {
        self.0.der_bytes()
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        PublicKeyData::algorithm(&self.0)
    }
}

impl rcgen::SigningKey for SigningKey {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        self.0.sign(message)
    }
}

impl Drop for SigningKey {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}
