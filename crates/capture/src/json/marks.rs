//! Where strings end and where they are escaped: one bit for each byte of a text.
//!
//! Most bytes of a recording lie inside of strings, and in code that an agent sends
//! every twelfth is an escape. So all are found in one pass over the text, 64 bytes at a
//! time and without a branch for each; which backslashes escape and which are escaped
//! is told as in Langdale and Lemire, "Parsing Gigabytes of JSON per Second", section 3.1.1.

use fearless_simd::{Level, Simd, dispatch, prelude::*, u8x64};

use super::grammar::Malformed;

/// The marks of one text; room that is used for one after the other.
#[derive(Debug, Default)]
pub struct Marks {
    blocks: Vec<Block>,
    /// Whether a byte may be a control character that stands in a string as it is.
    pub(super) controls: bool,
}

/// The marks of [`BLOCK_BYTES`] bytes, the first of them in the lowest bit.
#[derive(Debug, Clone, Copy)]
struct Block {
    /// Quotes that are not escaped.
    quotes: u64,
    backslashes: u64,
}

/// Where a string ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct End {
    /// The place behind its closing quote.
    pub(super) at: usize,
    /// Whether it holds a backslash.
    pub(super) escaped: bool,
}

impl Marks {
    /// With room for texts of so many bytes.
    pub(super) fn for_texts_of(bytes: usize) -> Self {
        Self {
            blocks: Vec::with_capacity(bytes / BLOCK_BYTES + 1),
            controls: false,
        }
    }

    /// Reads a text and checks its escapes (RFC 8259, section 7): outside of strings there are none.
    ///
    /// # Errors
    ///
    /// [`Malformed`] where a backslash begins no escape.
    pub fn read(&mut self, text: &[u8]) -> Result<(), Malformed> {
        let blocks = &mut self.blocks;
        blocks.clear();
        blocks.reserve(text.len() / BLOCK_BYTES + 1);
        let (lowest, malformed) = dispatch!(Level::new(), simd => pass(simd, text, blocks));
        self.controls = lowest < b' ';
        if malformed { Err(Malformed) } else { Ok(()) }
    }

    /// The end of the string whose opening quote stands before `at`.
    #[inline]
    pub(super) fn end(&self, at: usize) -> Option<End> {
        let mut index = at / BLOCK_BYTES;
        let behind = u64::MAX << (at % BLOCK_BYTES);
        let Block {
            quotes,
            backslashes,
        } = self.blocks.get(index)?;
        let (mut quotes, mut backslashes) = (quotes & behind, backslashes & behind);
        let mut before = 0;
        while quotes == 0 {
            before |= backslashes;
            index += 1;
            let block = self.blocks.get(index)?;
            (quotes, backslashes) = (block.quotes, block.backslashes);
        }
        let up_to_quote = quotes ^ (quotes - 1);
        Some(End {
            at: index * BLOCK_BYTES + quotes.trailing_zeros() as usize + 1,
            escaped: before | (backslashes & up_to_quote) != 0,
        })
    }
}

/// Reads a text; returns its lowest byte and whether a backslash in it begins no escape.
///
/// Inlined into a function for each of the processor's instruction sets, as is all that it calls.
#[inline(always)]
fn pass<S: Simd>(simd: S, text: &[u8], blocks: &mut Vec<Block>) -> (u8, bool) {
    let (whole, rest) = text.as_chunks();
    let mut last = [b' '; BLOCK_BYTES];
    last[..rest.len()].copy_from_slice(rest);
    let mut pass = Pass {
        text,
        at: 0,
        carry: 0,
        lowest: u8x64::splat(simd, u8::MAX),
        malformed: false,
    };
    for bytes in whole {
        blocks.push(pass.block(simd, bytes));
    }
    blocks.push(pass.block(simd, &last));
    let mut lowest = [0; BLOCK_BYTES];
    pass.lowest.store_slice(&mut lowest);
    let lowest = lowest.into_iter().fold(u8::MAX, u8::min);
    (lowest, pass.malformed)
}

/// The way over one text.
struct Pass<'a, S: Simd> {
    text: &'a [u8],
    /// Where the next block begins.
    at: usize,
    /// Whether its first byte is escaped.
    carry: u64,
    lowest: u8x64<S>,
    malformed: bool,
}

impl<S: Simd> Pass<'_, S> {
    #[inline(always)]
    fn block(&mut self, simd: S, bytes: &[u8; BLOCK_BYTES]) -> Block {
        let bytes = u8x64::from_slice(simd, bytes);
        let is = |byte| bytes.simd_eq(u8x64::splat(simd, byte)).to_bitmask();
        let (quotes, backslashes) = (is(b'"'), is(b'\\'));
        let escaped = self.escaped(backslashes);
        if escaped != 0 {
            let others = escaped & !(quotes | backslashes | is(b'n'));
            if others != 0 {
                self.malformed |= check(self.text, self.at, others).is_err();
            }
        }
        self.lowest = self.lowest.min(bytes);
        self.at += BLOCK_BYTES;
        Block {
            quotes: quotes & !escaped,
            backslashes,
        }
    }

    /// Which bytes are escaped by the backslash before them.
    #[inline(always)]
    fn escaped(&mut self, backslashes: u64) -> u64 {
        if backslashes == 0 {
            return std::mem::take(&mut self.carry);
        }
        let starters = backslashes & !self.carry;
        let behind = starters << 1 | self.carry;
        // A run of backslashes ends where adding to its first bit carries to. From an odd place
        // on, every other of its bits is turned round against the pattern of even places.
        let odd_starts = starters & !EVEN & !behind;
        let (ends, overflows) = odd_starts.overflowing_add(starters);
        self.carry = u64::from(overflows);
        (EVEN ^ (ends << 1)) & behind
    }
}

/// Checks escapes that are neither `\"` nor `\\` nor `\n`.
#[inline(never)]
fn check(text: &[u8], start: usize, mut escaped: u64) -> Result<(), Malformed> {
    while escaped != 0 {
        let at = start + escaped.trailing_zeros() as usize;
        escaped &= escaped - 1;
        match text.get(at) {
            Some(b'/' | b'b' | b'f' | b'r' | b't') => {}
            Some(b'u') => {
                let digits = text.get(at + 1..at + 5).ok_or(Malformed)?;
                if !digits.iter().all(u8::is_ascii_hexdigit) {
                    return Err(Malformed);
                }
            }
            _ => return Err(Malformed),
        }
    }
    Ok(())
}

/// As many as a word has bits.
const BLOCK_BYTES: usize = 64;
const EVEN: u64 = 0x5555_5555_5555_5555;
