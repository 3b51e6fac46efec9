//! A vectorized pass over a text: where a keyword may begin, and which bytes belong to words.
//!
//! The method is Teddy's, from Hyperscan. Keywords share buckets, eight to a set. Each byte's two nibbles
//! look up, in tables of sixteen bytes, which buckets allow it at an offset; where four bytes in a row
//! agree on a bucket, one of its keywords may begin. The tables fold case.

use fearless_simd::{Level, Simd, dispatch, prelude::*, u8x16, u8x32};

/// Of [`BLOCK_BYTES`] bytes, the first in the lowest bit.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct BlockMasks {
    /// A keyword may begin here.
    pub(super) keywords: u64,
    /// A letter, a digit, `_` or `-`.
    pub(super) words: u64,
    /// A digit or a capital letter.
    pub(super) mixed: u64,
}

/// The tables of one pass.
#[derive(Debug)]
pub(super) struct Filter {
    classes: NibbleTable,
    sets: [[NibbleTable; PREFIX_BYTES]; BUCKET_SETS],
}

/// What the nibbles of a byte allow: one bit for each bucket of a set.
#[derive(Debug, Clone, Copy)]
struct NibbleTable {
    lower: [u8; 16],
    upper: [u8; 16],
}

impl NibbleTable {
    const NONE: Self = Self {
        lower: [0; 16],
        upper: [0; 16],
    };

    fn add(&mut self, bytes: NibbleSet, buckets: u8) {
        for nibble in 0..16 {
            if bytes.lower >> nibble & 1 == 1 {
                self.lower[nibble] |= buckets;
            }
            if bytes.upper >> nibble & 1 == 1 {
                self.upper[nibble] |= buckets;
            }
        }
    }
}

/// A set of bytes: each of these lower nibbles with each of these upper ones.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct NibbleSet {
    lower: u16,
    upper: u16,
}

impl NibbleSet {
    pub(super) fn of(bytes: impl IntoIterator<Item = u8>) -> Self {
        let bytes = bytes.into_iter();
        bytes.fold(Self::default(), |all, byte| Self {
            lower: all.lower | 1 << (byte & 15),
            upper: all.upper | 1 << (byte >> 4),
        })
    }

    fn joined(self, other: Self) -> Self {
        Self {
            lower: self.lower | other.lower,
            upper: self.upper | other.upper,
        }
    }

    /// Roughly which share of ordinary text these bytes are.
    fn frequency(self) -> f32 {
        let upper = FREQUENCIES
            .iter()
            .filter(|(upper, _)| self.upper >> upper & 1 == 1);
        let rows = upper.flat_map(|(_, row)| row.iter().enumerate());
        let allowed = rows.filter(|(lower, _)| self.lower >> lower & 1 == 1);
        let per_mille = allowed.map(|(_, per_mille)| f32::from(*per_mille));
        per_mille.sum::<f32>() / 1000.0
    }
}

/// Keywords that share a bit.
#[derive(Debug, Clone, Copy, Default)]
struct Bucket {
    prefix: [NibbleSet; PREFIX_BYTES],
    /// Which share of ordinary text it lets through.
    frequency: f32,
}

impl Bucket {
    fn joined(&self, word: &[NibbleSet; PREFIX_BYTES]) -> Self {
        let mut prefix = self.prefix;
        for (bytes, more) in prefix.iter_mut().zip(word) {
            *bytes = bytes.joined(*more);
        }
        Self {
            frequency: prefix.iter().map(|bytes| bytes.frequency()).product(),
            prefix,
        }
    }
}

impl Filter {
    /// The tables for keywords, each given as what its first [`PREFIX_BYTES`] bytes may be.
    ///
    /// A bucket lets through any mixture of its keywords' bytes. So each keyword joins the bucket
    /// where it adds the least to the share of ordinary text that is let through.
    pub(super) fn new(words: &[[NibbleSet; PREFIX_BYTES]]) -> Self {
        let mut buckets = [Bucket::default(); BUCKET_SETS * 8];
        // The commonest first: late ones find a bucket that they can join for little.
        let alone = words
            .iter()
            .map(|word| (Bucket::default().joined(word).frequency, word));
        let mut words: Vec<_> = alone.collect();
        words.sort_by(|(one, _), (other, _)| other.total_cmp(one));
        let mut joined = vec![usize::MAX; words.len()];
        // Early ones had only empty buckets to choose from, so each chooses once more.
        for _ in 0..ROUNDS {
            for index in 0..words.len() {
                let left = std::mem::replace(&mut joined[index], usize::MAX);
                if let Some(bucket) = buckets.get_mut(left) {
                    let members = joined.iter().zip(&words);
                    let members = members.filter(|(joined, _)| **joined == left);
                    *bucket =
                        members.fold(Bucket::default(), |all, (_, (_, word))| all.joined(word));
                }
                let (_, word) = words[index];
                let costs = buckets
                    .iter()
                    .map(|bucket| bucket.joined(word).frequency - bucket.frequency);
                let costs = costs.enumerate();
                let best = costs.min_by(|(_, one), (_, other)| one.total_cmp(other));
                joined[index] = best.map_or(0, |(index, _)| index);
                buckets[joined[index]] = buckets[joined[index]].joined(word);
            }
        }
        let mut sets = [[NibbleTable::NONE; PREFIX_BYTES]; BUCKET_SETS];
        for (index, bucket) in buckets.iter().enumerate() {
            for (offset, allowed) in bucket.prefix.iter().enumerate() {
                sets[index / 8][offset].add(*allowed, 1 << (index % 8));
            }
        }
        Self {
            classes: CLASSES,
            sets,
        }
    }

    /// Reads `text` from `start` on into as many of `blocks` as it needs; returns how many.
    pub(super) fn read(&self, text: &[u8], start: usize, blocks: &mut [BlockMasks]) -> usize {
        dispatch!(Level::new(), simd => pass(simd, self, &text[start..], blocks))
    }
}

#[inline(always)]
fn pass<S: Simd>(simd: S, filter: &Filter, text: &[u8], blocks: &mut [BlockMasks]) -> usize {
    let needed = text.len().div_ceil(BLOCK_BYTES).min(blocks.len());
    for (index, block) in blocks[..needed].iter_mut().enumerate() {
        let rest = &text[index * BLOCK_BYTES..];
        *block = if let Some(bytes) = rest.first_chunk::<WINDOW_BYTES>() {
            read_block(simd, filter, bytes)
        } else {
            // The last bytes, padded with zeros: those belong to no word and no keyword.
            let mut bytes = [0; WINDOW_BYTES];
            bytes[..rest.len()].copy_from_slice(rest);
            read_block(simd, filter, &bytes)
        };
    }
    needed
}

#[inline(always)]
fn read_block<S: Simd>(simd: S, filter: &Filter, bytes: &[u8; WINDOW_BYTES]) -> BlockMasks {
    let low = read_half(simd, filter, bytes, 0);
    let high = read_half(simd, filter, bytes, BLOCK_BYTES / 2);
    // The halves have a bit set where nothing was found.
    BlockMasks {
        keywords: !(low.keywords | high.keywords << 32),
        words: !(low.words | high.words << 32),
        mixed: !(low.mixed | high.mixed << 32),
    }
}

/// Half a block, inverted: bits are set where nothing was found.
#[inline(always)]
fn read_half<S: Simd>(
    simd: S,
    filter: &Filter,
    bytes: &[u8; WINDOW_BYTES],
    at: usize,
) -> BlockMasks {
    let table = |bytes: &[u8; 16]| u8x32::block_splat(u8x16::from_slice(simd, bytes));
    let zero = u8x32::splat(simd, 0);
    let all = u8x32::splat(simd, 15);
    let mut found = [u8x32::splat(simd, u8::MAX); BUCKET_SETS];
    let (mut words, mut mixed) = (zero, zero);
    for offset in 0..PREFIX_BYTES {
        let window = u8x32::from_slice(simd, &bytes[at + offset..at + offset + 32]);
        let (lower, upper) = (window & all, (window >> 4) & all);
        if offset == 0 {
            let class = table(&filter.classes.lower).swizzle_dyn_within_blocks(lower)
                & table(&filter.classes.upper).swizzle_dyn_within_blocks(upper);
            words = class;
            mixed = class & u8x32::splat(simd, MIXED);
        }
        for (set, found) in filter.sets.iter().zip(&mut found) {
            let NibbleTable { lower: l, upper: u } = &set[offset];
            *found &= table(l).swizzle_dyn_within_blocks(lower)
                & table(u).swizzle_dyn_within_blocks(upper);
        }
    }
    let any = found[1..].iter().fold(found[0], |any, found| any | *found);
    BlockMasks {
        keywords: any.simd_eq(zero).to_bitmask(),
        words: words.simd_eq(zero).to_bitmask(),
        mixed: mixed.simd_eq(zero).to_bitmask(),
    }
}

/// How many of a thousand bytes of prose, code and JSON each byte is, by upper and lower nibble.
const FREQUENCIES: [(u8, [u8; 16]); 6] = [
    (2, [150, 1, 25, 1, 1, 1, 1, 3, 4, 4, 3, 1, 12, 8, 10, 8]),
    (3, [8, 8, 6, 4, 4, 4, 4, 3, 4, 4, 12, 4, 2, 5, 2, 1]),
    (4, [1, 3, 2, 4, 2, 4, 2, 1, 2, 4, 1, 1, 2, 3, 3, 3]),
    (5, [3, 1, 3, 4, 4, 2, 1, 2, 1, 1, 1, 2, 12, 2, 1, 10]),
    (
        6,
        [2, 48, 11, 26, 25, 80, 15, 13, 25, 48, 2, 5, 28, 18, 46, 48],
    ),
    (7, [17, 1, 44, 46, 60, 20, 8, 8, 5, 10, 1, 4, 2, 4, 1, 1]),
];

/// Letters, digits, `_` and `-`, each kind a product of nibbles.
const CLASSES: NibbleTable = {
    let mut halves = NibbleTable::NONE;
    let mut half = 0;
    while half < 16 {
        // `0` to `9`.
        halves.lower[half] |= if half < 10 { DIGIT } else { 0 };
        // `A` to `O` and `a` to `o`; `P` to `Z` and `p` to `z`; `_`; `-`.
        halves.lower[half] |= if half > 0 { FIRST_CAPITAL | FIRST } else { 0 };
        halves.lower[half] |= if half < 11 { LAST_CAPITAL | LAST } else { 0 };
        half += 1;
    }
    halves.lower[15] |= UNDERSCORE;
    halves.lower[13] |= HYPHEN;
    halves.upper[2] = HYPHEN;
    halves.upper[3] = DIGIT;
    halves.upper[4] = FIRST_CAPITAL;
    halves.upper[5] = LAST_CAPITAL | UNDERSCORE;
    halves.upper[6] = FIRST;
    halves.upper[7] = LAST;
    halves
};
const DIGIT: u8 = 1;
const FIRST_CAPITAL: u8 = 2;
const LAST_CAPITAL: u8 = 4;
const FIRST: u8 = 8;
const LAST: u8 = 16;
const UNDERSCORE: u8 = 32;
const HYPHEN: u8 = 64;
const MIXED: u8 = DIGIT | FIRST_CAPITAL | LAST_CAPITAL;

/// The bytes of a keyword that the filter looks at.
pub(super) const PREFIX_BYTES: usize = 4;
/// A third makes the buckets no better.
const ROUNDS: usize = 2;
/// Of eight buckets each. Another set lets less through, but costs as much again.
const BUCKET_SETS: usize = 2;
/// One bit of a word for each.
pub(super) const BLOCK_BYTES: usize = 64;
const WINDOW_BYTES: usize = BLOCK_BYTES + PREFIX_BYTES - 1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_byte_has_its_class_wherever_it_is() {
        let filter = Filter::new(&[]);
        let text: Vec<u8> = (0..=255).collect();
        for start in 0..=255 {
            let mut blocks = [BlockMasks::default(); 4];
            let count = filter.read(&text, start, &mut blocks);
            assert_eq!(count, (text.len() - start).div_ceil(BLOCK_BYTES));
            for (offset, byte) in text[start..].iter().enumerate() {
                let block = &blocks[offset / BLOCK_BYTES];
                let bit = 1 << (offset % BLOCK_BYTES);
                let is_word = byte.is_ascii_alphanumeric() || b"_-".contains(byte);
                assert_eq!(block.words & bit != 0, is_word, "{byte}");
                let is_mixed = byte.is_ascii_digit() || byte.is_ascii_uppercase();
                assert_eq!(block.mixed & bit != 0, is_mixed, "{byte}");
            }
        }
    }
}
