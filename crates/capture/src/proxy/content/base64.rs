//! Base64 in place, so that a body of the limit's size is not in memory twice.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The bytes in standard Base64, with padding.
///
/// Works from the end: a block grows into the room of the blocks after it, which have moved already.
pub(crate) fn encode(mut bytes: Vec<u8>) -> String {
    let length = bytes.len();
    let encoded = length.div_ceil(3) * 4;
    bytes.reserve_exact(encoded - length);
    bytes.resize(encoded, 0);
    let mut block = [0; BLOCK_BYTES];
    for start in (0..length).step_by(BLOCK_BYTES).rev() {
        let end = length.min(start + BLOCK_BYTES);
        let plain = &mut block[..end - start];
        plain.copy_from_slice(&bytes[start..end]);
        STANDARD
            .encode_slice(plain, &mut bytes[start / 3 * 4..])
            .expect("the buffer was resized to the encoded length");
    }
    String::from_utf8(bytes).expect("Base64 is ASCII")
}

/// A multiple of three, so that only the last block is padded.
const BLOCK_BYTES: usize = 3 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_what_encoding_into_other_memory_gives() {
        let bytes: Vec<u8> = (0..4 * BLOCK_BYTES).map(|n| ((n * 7) >> 3) as u8).collect();
        let blocks = [
            BLOCK_BYTES - 1,
            BLOCK_BYTES,
            BLOCK_BYTES + 1,
            3 * BLOCK_BYTES + 2,
        ];
        for length in (0..10).chain(blocks) {
            let expected = STANDARD.encode(&bytes[..length]);
            assert_eq!(encode(bytes[..length].to_vec()), expected, "{length} bytes");
        }
    }
}
