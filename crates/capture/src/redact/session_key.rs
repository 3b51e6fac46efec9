//! The recording's secret key: it makes hashes and fingerprints meaningless elsewhere.

use zeroize::Zeroizing;

/// Two keys, fresh for each recording, never written anywhere, erased when dropped.
pub struct SessionKey {
    contents: Zeroizing<[u8; KEY_BYTES]>,
    secrets: Zeroizing<[u8; KEY_BYTES]>,
}

impl SessionKey {
    /// Fresh keys from the system's random generator.
    ///
    /// # Errors
    ///
    /// When the system has no random bytes.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut key = Self {
            contents: Zeroizing::new([0; KEY_BYTES]),
            secrets: Zeroizing::new([0; KEY_BYTES]),
        };
        getrandom::fill(&mut key.contents[..])?;
        getrandom::fill(&mut key.secrets[..])?;
        Ok(key)
    }

    /// Keys derived from `material`: the same each time, for reports that are reproducible. A
    /// fingerprint can only be guessed by those who know all of the material.
    pub fn derived(material: &[u8]) -> Self {
        let key = |context| Zeroizing::new(blake3::derive_key(context, material));
        Self {
            contents: key("codex-dissect 2026-11-28 report contents"),
            secrets: key("codex-dissect 2026-11-28 report secrets"),
        }
    }

    /// The hash of a content: 32 hexadecimal digits, equal for equal contents.
    pub fn content_hash(&self, content: &[u8]) -> String {
        let hash = blake3::keyed_hash(&self.contents, content);
        hex(&hash.as_bytes()[..16])
    }

    /// The fingerprint of a secret: 16 hexadecimal digits, equal for equal secrets.
    pub fn fingerprint(&self, secret: &[u8]) -> String {
        let hash = blake3::keyed_hash(&self.secrets, secret);
        hex(&hash.as_bytes()[..8])
    }

    /// The key of a fast hash.
    pub(super) fn anchor_key(&self) -> AnchorKey {
        let number = |bytes: &[u8]| {
            let bytes = bytes.iter();
            bytes.fold(0_u64, |all, byte| all << 8 | u64::from(*byte))
        };
        AnchorKey {
            mask: number(&self.secrets[..8]),
            factor: number(&self.secrets[8..16]) | 1,
        }
    }
}

/// The key of a fast hash, for values that only live in memory and are looked up in every text.
pub(super) struct AnchorKey {
    mask: u64,
    factor: u64,
}

impl AnchorKey {
    pub(super) fn hash(&self, bytes: u64) -> u64 {
        let product = u128::from(bytes ^ self.mask) * u128::from(self.factor);
        (product >> 64) as u64 ^ product as u64
    }

    /// The hash of a text of any length.
    pub(super) fn hash_all(&self, text: &[u8]) -> u64 {
        let (chunks, rest) = text.as_chunks();
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        let chunks = chunks.iter().chain([&last]);
        let length = self.hash(text.len() as u64);
        chunks.fold(length, |hash, chunk| {
            self.hash(hash ^ u64::from_le_bytes(*chunk))
        })
    }
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

const KEY_BYTES: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_equal_within_a_recording_and_different_in_another() {
        let (one, other) = (SessionKey::random().unwrap(), SessionKey::random().unwrap());
        assert_eq!(one.content_hash(b"body"), one.content_hash(b"body"));
        assert_ne!(one.content_hash(b"body"), one.content_hash(b"Body"));
        assert_ne!(one.content_hash(b"body"), other.content_hash(b"body"));
        assert_ne!(one.fingerprint(b"body"), other.fingerprint(b"body"));
        assert_eq!(one.content_hash(b"").len(), 32);
        assert_eq!(one.fingerprint(b"").len(), 16);
    }

    #[test]
    fn derived_keys_are_the_same_for_the_same_material_alone() {
        let fingerprint = |material| SessionKey::derived(material).fingerprint(b"secret");
        assert_eq!(fingerprint(b"one"), fingerprint(b"one"));
        assert_ne!(fingerprint(b"one"), fingerprint(b"two"));
    }

    #[test]
    fn hexadecimal_keeps_leading_zeros() {
        assert_eq!(hex(&[0, 15, 160, 255]), "000fa0ff");
    }
}
