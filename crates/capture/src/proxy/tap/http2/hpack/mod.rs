//! Header blocks, decoded (RFC 7541).
//!
//! Whole blocks come in, in the order of their direction; fields go out. It is our
//! own because it runs on the agent's path and reads what peers send: existing
//! crates either panic on damaged blocks or hash every bit of a string.

mod huffman;
mod table;

use smol_str::SmolStr;
use table::{Field, HpackTable};

use crate::proxy::tap::head::text;
use crate::proxy::tap::unreadable::Unreadable;

/// Decodes the header blocks of one direction, which build on each other.
#[derive(Debug)]
pub(crate) struct HpackDecoder {
    table: HpackTable,
}

/// What is left of a block.
struct EncodedBlock<'a>(&'a [u8]);

impl HpackDecoder {
    pub(crate) fn new() -> Self {
        Self {
            table: HpackTable::new(),
        }
    }

    /// Decodes a block and hands each of its fields to `take`.
    ///
    /// # Errors
    ///
    /// [`Unreadable`] for a damaged block; the direction cannot be read after that.
    pub(crate) fn decode(
        &mut self,
        block: &[u8],
        mut take: impl FnMut(SmolStr, SmolStr),
    ) -> Result<(), Unreadable> {
        let mut block = EncodedBlock(block);
        while let Some(&first) = block.0.first() {
            if first & 0x80 != 0 {
                let index = block.integer(7)?;
                let (name, value) = self.table.get(index).ok_or_else(bad_index)?;
                take(name, value);
            } else if first & 0xe0 == 0x20 {
                let size = block.integer(5)?;
                if size > MAX_TABLE_BYTES {
                    return Err(Unreadable::new("an HPACK table of more than 1 MiB"));
                }
                self.table.resize(size);
            } else {
                let indexed = first & 0x40 != 0;
                let field = self.literal(&mut block, if indexed { 6 } else { 4 })?;
                if indexed {
                    self.table.insert(field.clone());
                }
                take(field.name, field.value);
            }
        }
        Ok(())
    }

    /// Section 6.2: a name, literal or from the table, and a value.
    fn literal(&self, block: &mut EncodedBlock<'_>, prefix: u32) -> Result<Field, Unreadable> {
        let (name, name_size) = match block.integer(prefix)? {
            0 => {
                let name = block.string()?;
                (text(&name), name.len())
            }
            index => {
                let (name, _) = self.table.get(index).ok_or_else(bad_index)?;
                let size = name.len();
                (name, size)
            }
        };
        let value = block.string()?;
        Ok(Field {
            name,
            value: text(&value),
            size: name_size + value.len() + FIELD_OVERHEAD,
        })
    }
}

impl EncodedBlock<'_> {
    fn byte(&mut self) -> Result<u8, Unreadable> {
        let (&byte, rest) = self
            .0
            .split_first()
            .ok_or_else(|| Unreadable::new("an HPACK block that is cut"))?;
        self.0 = rest;
        Ok(byte)
    }

    /// Section 5.1: an integer whose first `prefix` bits share a byte.
    fn integer(&mut self, prefix: u32) -> Result<usize, Unreadable> {
        let mask = (1_u32 << prefix) - 1;
        let mut value = u32::from(self.byte()?) & mask;
        if value < mask {
            return Ok(value as usize);
        }
        // Four bytes of seven bits: far above every index, length and size we allow.
        for shift in [0, 7, 14, 21] {
            let byte = self.byte()?;
            value += u32::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value as usize);
            }
        }
        Err(Unreadable::new("an HPACK integer of more than 28 bits"))
    }

    /// Section 5.2: octets, Huffman-coded or not.
    fn string(&mut self) -> Result<Vec<u8>, Unreadable> {
        let is_huffman = self.0.first().is_some_and(|first| first & 0x80 != 0);
        let length = self.integer(7)?;
        let (coded, rest) = self
            .0
            .split_at_checked(length)
            .ok_or_else(|| Unreadable::new("an HPACK string that is cut"))?;
        self.0 = rest;
        if !is_huffman {
            return Ok(coded.to_vec());
        }
        let mut decoded = Vec::new();
        huffman::decode(coded, &mut decoded)
            .map_err(|_| Unreadable::new("an HPACK string that is not in the Huffman code"))?;
        Ok(decoded)
    }
}

fn bad_index() -> Unreadable {
    Unreadable::new("an HPACK index that is in no table")
}

/// RFC 7541, section 4.1: what a field counts on top of its octets.
const FIELD_OVERHEAD: usize = 32;

/// Bounds what a peer can make us keep; most endpoints allow 4 KiB, some 64.
const MAX_TABLE_BYTES: usize = 1024 * 1024;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fields(
        decoder: &mut HpackDecoder,
        block: &[u8],
    ) -> Result<Vec<(SmolStr, SmolStr)>, Unreadable> {
        let mut fields = Vec::new();
        decoder.decode(block, |name, value| fields.push((name, value)))?;
        Ok(fields)
    }

    #[test]
    fn the_requests_of_the_rfc_are_read_in_their_order() {
        // RFC 7541, appendix C.4: Huffman-coded, each building on the last.
        let blocks: [&[u8]; 3] = [
            b"\x82\x86\x84\x41\x8c\xf1\xe3\xc2\xe5\xf2\x3a\x6b\xa0\xab\x90\xf4\xff",
            b"\x82\x86\x84\xbe\x58\x86\xa8\xeb\x10\x64\x9c\xbf",
            b"\x82\x87\x85\xbf\x40\x88\x25\xa8\x49\xe9\x5b\xa9\x7d\x7f\x89\x25\xa8\x49\xe9\x5b\xb8\xe8\xb4\xbf",
        ];
        let mut decoder = HpackDecoder::new();
        let last = blocks.map(|block| fields(&mut decoder, block).unwrap());
        assert_eq!(last[1][4], ("cache-control".into(), "no-cache".into()));
        assert_eq!(last[2][3], (":authority".into(), "www.example.com".into()));
        assert_eq!(last[2][4], ("custom-key".into(), "custom-value".into()));
    }

    #[test]
    fn a_cut_block_is_unreadable_and_no_panic() {
        let block = b"\x40\x88\x25\xa8\x49\xe9\x5b\xa9\x7d\x7f\x02ab";
        assert_eq!(fields(&mut HpackDecoder::new(), block).unwrap().len(), 1);
        for cut in 1..block.len() {
            assert!(
                fields(&mut HpackDecoder::new(), &block[..cut]).is_err(),
                "{cut}"
            );
        }
    }

    proptest! {
        #[test]
        fn what_another_encoder_writes_is_read(
            lists in proptest::collection::vec(
                proptest::collection::vec(("[a-z-]{1,20}", "[ -~]{0,60}"), 1..12),
                1..12,
            ),
        ) {
            let mut encoder = loona_hpack::Encoder::new();
            let mut decoder = HpackDecoder::new();
            for list in lists {
                let block = encoder.encode(list.iter().map(|(n, v)| (n.as_bytes(), v.as_bytes())));
                let list: Vec<_> = list.iter().map(|(n, v)| (n.into(), v.into())).collect();
                prop_assert_eq!(fields(&mut decoder, &block).unwrap(), list);
            }
        }

        #[test]
        fn the_same_as_another_decoder_makes_of_it(block in proptest::collection::vec(any::<u8>(), 0..80)) {
            let ours = fields(&mut HpackDecoder::new(), &block);
            let theirs = loona_hpack::Decoder::new().decode(&block);
            if let (Ok(ours), Ok(theirs)) = (&ours, &theirs) {
                let theirs: Vec<_> =
                    theirs.iter().map(|(n, v)| (text(n), text(v))).collect();
                prop_assert_eq!(ours, &theirs);
            }
            // We are stricter where the bound is ours alone, laxer where a size update ends a block.
            if let Err(theirs) = theirs {
                let lax = matches!(theirs, loona_hpack::decoder::DecoderError::SizeUpdateAtEnd);
                prop_assert!(ours.is_err() || lax, "{:?}", theirs);
            }
        }
    }
}
