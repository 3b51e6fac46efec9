//! Finds the secrets of a text in one pass.

use super::filter::{BLOCK_BYTES, BlockMasks, Filter};
use super::keyword::KeywordTable;
use super::known_values::{ANCHOR_BYTES, KnownValues, VERY_LONG, ValueDigest};
use super::scan::{Escaping, Scan, Span};
use super::token::{self, MIN_RUN};
use super::unicode_escapes::Unescaped;

/// The keywords, and the filter that finds where they may begin.
pub(super) struct Finder {
    keywords: KeywordTable,
    filter: Filter,
}

impl Finder {
    pub(super) fn new() -> Self {
        let keywords = KeywordTable::new();
        let filter = keywords.filter();
        Self { keywords, filter }
    }

    /// The secrets of `text`, in order and without overlap.
    pub(super) fn spans(&self, text: &[u8], known: &KnownValues) -> Vec<Span> {
        if text.is_empty() {
            return Vec::new();
        }
        let scan = self.scan(text, known);
        if !scan.has_unicode_escapes {
            return scan.into_spans();
        }
        let unescaped = Unescaped::of(text);
        let mut spans = self.scan(&unescaped.text, known).into_spans();
        for span in &mut spans {
            span.range = unescaped.original(&span.range);
        }
        spans
    }

    fn scan<'a>(&self, text: &'a [u8], known: &KnownValues) -> Scan<'a> {
        let mut scan = Scan::new(text);
        let values = known.values();
        let mut blocks = [BlockMasks::default(); CHUNK_BLOCKS + 1];
        let mut start = 0;
        let mut before = 0;
        while start < text.len() {
            // One block more than is searched: a run may continue in it.
            let read = self.filter.read(text, start, &mut blocks);
            let count = read.min(CHUNK_BLOCKS);
            if read <= CHUNK_BLOCKS {
                blocks[read] = BlockMasks::default();
            }
            for index in 0..count {
                let (block, next) = (blocks[index], blocks[index + 1]);
                let at = start + index * BLOCK_BYTES;
                let runs = LongRuns::of(block, next, before);
                before = block.words >> (BLOCK_BYTES - 1);
                let anchors = if values.is_empty() { 0 } else { runs.long };
                let keywords = self.keywords.confirm(text, at, block.keywords);
                if keywords | runs.tokens | anchors != 0 {
                    let candidates = Candidates {
                        keywords,
                        tokens: runs.tokens,
                        anchors,
                        known,
                        values: &values,
                    };
                    self.look(&mut scan, at, &candidates);
                }
            }
            start += count * BLOCK_BYTES;
        }
        drop(values);
        scan.teach(known);
        scan
    }

    /// Looks at each candidate of the block at `start`.
    #[inline(never)]
    fn look(&self, scan: &mut Scan<'_>, start: usize, candidates: &Candidates<'_>) {
        let mut bits = candidates.keywords | candidates.tokens | candidates.anchors;
        while bits != 0 {
            let bit = bits & bits.wrapping_neg();
            let at = start + bits.trailing_zeros() as usize;
            bits ^= bit;
            if at < scan.end() {
                // The secret may end elsewhere once its quotes are unescaped.
                scan.note_escape(at);
                continue;
            }
            if candidates.anchors & bit != 0
                && let Some(range) = candidates.known.find_at(candidates.values, scan.text, at)
            {
                scan.mark(range, Escaping::None);
                continue;
            }
            if candidates.tokens & bit != 0 {
                token::detect(scan, at);
            }
            if candidates.keywords & bit != 0
                && at >= scan.end()
                && let Some((detector, end)) = self.keywords.at(scan.text, at)
            {
                detector.run(scan, at..end);
            }
        }
    }
}

/// The candidates in a block.
struct Candidates<'a> {
    /// Where a keyword may begin.
    keywords: u64,
    /// Where a token may begin.
    tokens: u64,
    /// Where a known value may begin.
    anchors: u64,
    known: &'a KnownValues,
    values: &'a [ValueDigest],
}

/// Where long runs of word bytes begin in a block.
#[derive(Clone, Copy)]
struct LongRuns {
    /// Those long enough for a known value, with a digit or a capital, or longer than any word.
    long: u64,
    /// Those of them that are long enough for a token.
    tokens: u64,
}

impl LongRuns {
    /// `before` is 1 if the byte before the block is a word byte.
    #[inline(always)]
    fn of(block: BlockMasks, next: BlockMasks, before: u64) -> Self {
        let starts = block.words & !(block.words << 1 | before);
        let words = u128::from(block.words) | u128::from(next.words) << BLOCK_BYTES;
        let two = words & words >> 1;
        let four = two & two >> 2;
        let eight = four & four >> 4;
        let mut candidates = starts & eight as u64;
        if candidates == 0 {
            return Self { long: 0, tokens: 0 };
        }
        let mixed = u128::from(block.mixed) | u128::from(next.mixed) << BLOCK_BYTES;
        let mut long = 0;
        while candidates != 0 {
            let bit = candidates.trailing_zeros();
            let length = (!(words >> bit)).trailing_zeros().min(VERY_LONG);
            let head = (mixed >> bit) & ((1 << length) - 1);
            long |= u64::from(head != 0 || length == VERY_LONG) << bit;
            candidates &= candidates - 1;
        }
        let twelve = eight & four >> 8;
        let tokens = long & twelve as u64;
        Self { long, tokens }
    }
}

const _: () = assert!(MIN_RUN == 12 && ANCHOR_BYTES == 8);

/// Blocks read at a time: few enough for the stack, enough to amortize the call.
const CHUNK_BLOCKS: usize = 32;
