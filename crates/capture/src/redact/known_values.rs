//! Values that were credentials in this recording, found again wherever they turn up.
//!
//! A header, a cookie, an OAuth body or a token's shape says that a value is a secret. In the output of a
//! tool nothing around the same value does. So each is remembered: not the value itself, but its length, and
//! keyed hashes of the whole and of the first eight bytes of its first long word, by which it is looked up.

use std::ops::Range;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use super::byte_class::{is_digit_or_capital, is_word_byte};
use super::heuristics;
use super::session_key::{AnchorKey, SessionKey};

/// The values of one recording.
pub(super) struct KnownValues {
    anchors: AnchorKey,
    values: RwLock<Vec<ValueDigest>>,
}

/// What is kept of a value.
#[derive(Clone, Copy)]
pub(super) struct ValueDigest {
    /// Keyed hash of the [`ANCHOR_BYTES`] at which its first long run of word bytes begins.
    anchor: u64,
    /// Where in the value that run begins.
    offset: usize,
    length: usize,
    /// Keyed hash of the whole value.
    hash: u64,
}

impl KnownValues {
    pub(super) fn new(key: &SessionKey) -> Self {
        Self {
            anchors: key.anchor_key(),
            values: RwLock::new(Vec::new()),
        }
    }

    /// Remembers a value, unless ordinary text may contain it by chance.
    pub(super) fn learn(&self, value: &[u8]) {
        if !is_unmistakable(value) {
            return;
        }
        let Some(offset) = anchor_of(value) else {
            return;
        };
        let found = ValueDigest {
            anchor: self.anchors.hash(anchor_at(value, offset)),
            offset,
            length: value.len(),
            hash: self.anchors.hash_all(value),
        };
        if self.values().iter().any(|known| known.hash == found.hash) {
            return;
        }
        let mut values = self.values.write().unwrap_or_else(PoisonError::into_inner);
        if values.len() < MAX_VALUES {
            // The longest first: a value may be part of another.
            let at = values.partition_point(|known| known.length > found.length);
            values.insert(at, found);
        }
    }

    /// The values so far, to be held for one pass over a text.
    pub(super) fn values(&self) -> RwLockReadGuard<'_, Vec<ValueDigest>> {
        self.values.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The known value whose first long word begins at `start`.
    #[inline(never)]
    pub(super) fn find_at(
        &self,
        values: &[ValueDigest],
        text: &[u8],
        start: usize,
    ) -> Option<Range<usize>> {
        let bytes = text.get(start..start + ANCHOR_BYTES)?;
        let anchor = self
            .anchors
            .hash(u64::from_le_bytes(bytes.try_into().ok()?));
        values
            .iter()
            .filter(|value| value.anchor == anchor)
            .find_map(|value| {
                let start = start.checked_sub(value.offset)?;
                let range = start..start + value.length;
                let text = text.get(range.clone())?;
                (self.anchors.hash_all(text) == value.hash).then_some(range)
            })
    }
}

/// Whether a value is so random that no text has it by chance: no word, path, number, date.
fn is_unmistakable(value: &[u8]) -> bool {
    let is_printable = value.iter().all(|byte| (b'!'..=b'~').contains(byte));
    let is_long = (MIN_BYTES..=MAX_BYTES).contains(&value.len());
    is_long
        && is_printable
        && !heuristics::is_placeholder(value)
        && (heuristics::is_random(value) || heuristics::is_uuid(value) || is_short_random(value))
}

/// Whether a value is a password or a short key with three kinds of characters.
fn is_short_random(value: &[u8]) -> bool {
    let kinds = [
        value.iter().any(u8::is_ascii_lowercase),
        value.iter().any(u8::is_ascii_uppercase),
        value.iter().any(u8::is_ascii_digit),
        value.iter().any(|byte| b"!@#$%^&*?+~".contains(byte)),
    ];
    let kinds = kinds.iter().filter(|kind| **kind).count();
    value.len() < heuristics::MIN_RANDOM && kinds >= 3 && heuristics::is_password(value)
}

/// Where the first run of word bytes begins that the finder looks at: long, with a digit or a capital.
fn anchor_of(value: &[u8]) -> Option<usize> {
    let mut start = 0;
    for run in value.split(|byte| !is_word_byte(*byte)) {
        let head = &run[..run.len().min(VERY_LONG as usize)];
        let is_seen = head.iter().any(is_digit_or_capital) || head.len() == VERY_LONG as usize;
        if run.len() >= ANCHOR_BYTES && is_seen {
            return Some(start);
        }
        start += run.len() + 1;
    }
    None
}

fn anchor_at(value: &[u8], offset: usize) -> u64 {
    let bytes = value[offset..].first_chunk().copied();
    u64::from_le_bytes(bytes.unwrap_or_default())
}

/// Longer than any word.
pub(super) const VERY_LONG: u32 = 32;

/// The bytes by which a value is looked up.
pub(super) const ANCHOR_BYTES: usize = 8;

/// Shorter values occur in ordinary text.
const MIN_BYTES: usize = 8;

/// Longer ones are documents.
const MAX_BYTES: usize = 16 << 10;

/// More than any session has. Each costs a comparison at every long word.
const MAX_VALUES: usize = 256;
