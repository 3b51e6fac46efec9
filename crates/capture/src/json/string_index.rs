//! Where strings end: quotes and backslashes of a text, one bit for each byte.
//!
//! Most bytes of a recording lie inside strings, and in code that an agent sends every twelfth
//! is an escape. So all of them are found in one pass, 64 bytes at a time and without a branch
//! for each. A backslash that escapes is told from one that is escaped as in Langdale and Lemire,
//! "Parsing Gigabytes of JSON per Second", section 3.1.1.

use fearless_simd::{Level, Simd, dispatch, prelude::*, u8x64};

use super::malformed::Malformed;

/// Where the strings of a text end. Its memory is reused for the next text.
#[derive(Debug, Default)]
pub struct StringIndex {
    blocks: Vec<QuoteMasks>,
    /// Whether the text has a byte below the space: a control character, which no string may hold.
    pub(super) has_controls: bool,
}

/// Of [`BLOCK_BYTES`] bytes, the first in the lowest bit.
#[derive(Debug, Clone, Copy)]
struct QuoteMasks {
    /// Quotes that are not escaped.
    quotes: u64,
    backslashes: u64,
}

/// The end of a string.
#[derive(Debug, Clone, Copy)]
pub(super) struct StringEnd {
    /// Just past its closing quote.
    pub(super) at: usize,
    /// Whether it holds a backslash.
    pub(super) escaped: bool,
}

impl StringIndex {
    /// With room for texts of `bytes` bytes.
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self {
            blocks: Vec::with_capacity(bytes / BLOCK_BYTES + 1),
            has_controls: false,
        }
    }

    /// Indexes a text, and checks its escapes (RFC 8259, section 7).
    ///
    /// # Errors
    ///
    /// [`Malformed`] when a backslash begins no escape.
    pub fn read(&mut self, text: &[u8]) -> Result<(), Malformed> {
        let blocks = &mut self.blocks;
        blocks.clear();
        blocks.reserve(text.len() / BLOCK_BYTES + 1);
        let (lowest, malformed) = dispatch!(Level::new(), simd => pass(simd, text, blocks));
        self.has_controls = lowest < b' ';
        if malformed { Err(Malformed) } else { Ok(()) }
    }

    /// The end of the string that begins at `at`, just past its opening quote.
    #[inline]
    pub(super) fn end(&self, at: usize) -> Option<StringEnd> {
        let mut index = at / BLOCK_BYTES;
        let from_here = u64::MAX << (at % BLOCK_BYTES);
        let QuoteMasks {
            quotes,
            backslashes,
        } = self.blocks.get(index)?;
        let (mut quotes, mut backslashes) = (quotes & from_here, backslashes & from_here);
        let mut earlier_backslashes = 0;
        while quotes == 0 {
            earlier_backslashes |= backslashes;
            index += 1;
            let block = self.blocks.get(index)?;
            (quotes, backslashes) = (block.quotes, block.backslashes);
        }
        let up_to_quote = quotes ^ (quotes - 1);
        Some(StringEnd {
            at: index * BLOCK_BYTES + quotes.trailing_zeros() as usize + 1,
            escaped: earlier_backslashes | (backslashes & up_to_quote) != 0,
        })
    }
}

/// Indexes a text; returns its lowest byte, and whether a backslash in it begins no escape.
///
/// Always inlined, and so is all that it calls: `dispatch` compiles it once for each instruction set.
#[inline(always)]
fn pass<S: Simd>(simd: S, text: &[u8], blocks: &mut Vec<QuoteMasks>) -> (u8, bool) {
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

/// The state of a pass over one text.
struct Pass<'a, S: Simd> {
    text: &'a [u8],
    /// Where the next block begins.
    at: usize,
    /// 1 if its first byte is escaped.
    carry: u64,
    lowest: u8x64<S>,
    malformed: bool,
}

impl<S: Simd> Pass<'_, S> {
    #[inline(always)]
    fn block(&mut self, simd: S, bytes: &[u8; BLOCK_BYTES]) -> QuoteMasks {
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
        QuoteMasks {
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
        // Adding to the first bit of a run of backslashes carries just past its last. In a run
        // that begins at an odd bit, the odd ones escape: `EVEN` is inverted there.
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

/// One bit of a word for each.
const BLOCK_BYTES: usize = 64;
const EVEN: u64 = 0x5555_5555_5555_5555;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_ends_at_its_first_quote_that_is_not_escaped_wherever_the_blocks_are_cut() {
        let mut index = StringIndex::default();
        for before in 0..2 * BLOCK_BYTES {
            for length in [0, 1, 2, 62, 63, 64, 65, 130] {
                for (tail, escaped) in [("", false), (r"\n", true), (r#"\""#, true), (r"\\", true)]
                {
                    let (open, inside) = ("\"".repeat(before), "x".repeat(length) + tail);
                    let text = format!("{open}\"{inside}\"\\n\"");
                    index.read(text.as_bytes()).unwrap();
                    let end = index.end(before + 1).unwrap();
                    assert_eq!(end.at, before + inside.len() + 2, "{text}");
                    assert_eq!(end.escaped, escaped, "{text}");
                }
            }
        }
    }

    #[test]
    fn a_string_without_an_end_has_none() {
        let mut index = StringIndex::default();
        index
            .read(format!("\"{}", "x".repeat(100)).as_bytes())
            .unwrap();
        assert!(index.end(1).is_none() && index.end(5000).is_none());
    }
}
