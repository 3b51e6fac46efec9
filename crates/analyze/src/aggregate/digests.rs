//! Maps and sets of digests, which are hashes already and are not hashed again, and of numbers.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

/// `K` is a digest, or ends with one.
pub(super) type DigestMap<K, T> = HashMap<K, T, BuildHasherDefault<AsItIs>>;
/// `K` is a digest, or ends with one; or the number of a content.
pub(super) type DigestSet<K> = HashSet<K, BuildHasherDefault<AsItIs>>;

/// Takes the one number that a digest is for its hash.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct AsItIs(u64);

impl Hasher for AsItIs {
    fn write_u64(&mut self, number: u64) {
        self.0 = self.0.rotate_left(8) ^ number;
    }

    /// Numbers from 0 are made to differ in the bits that tables go by.
    fn write_u32(&mut self, number: u32) {
        self.0 = (self.0 ^ u64::from(number)).wrapping_mul(FIBONACCI);
    }

    /// What stands before a digest: little, and few of each.
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// The multiplier of Fibonacci hashing: 2^64 by the golden ratio.
pub(super) const FIBONACCI: u64 = 0x9E37_79B9_7F4A_7C15;
