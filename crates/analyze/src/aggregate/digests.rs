//! Maps and sets of digests: what is a hash already is not hashed again.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

use crate::call::Digest;

pub(super) type DigestMap<T> = HashMap<Digest, T, BuildHasherDefault<AsItIs>>;
pub(super) type DigestSet = HashSet<Digest, BuildHasherDefault<AsItIs>>;

/// Takes the one number that a digest is for its hash.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct AsItIs(u64);

impl Hasher for AsItIs {
    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }

    /// Not called for digests; any other key would still be found.
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
