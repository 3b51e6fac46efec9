//! Maps and sets keyed by digests, which are hashes already.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

/// `K` is a digest, or ends with one.
pub(crate) type DigestMap<K, T> = HashMap<K, T, BuildHasherDefault<AsItIs>>;
/// `K` is a digest, or ends with one.
pub(crate) type DigestSet<K> = HashSet<K, BuildHasherDefault<AsItIs>>;

/// Uses a digest as its own hash.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct AsItIs(u64);

impl Hasher for AsItIs {
    fn write_u64(&mut self, number: u64) {
        self.0 = self.0.rotate_left(8) ^ number;
    }

    /// For the part of a key before the digest, which has few values.
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
