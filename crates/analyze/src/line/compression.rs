//! Decompresses a recording, detected by its first bytes rather than by its name.

use std::io::{self, Cursor, Read};

use flate2::read::MultiGzDecoder;

/// Wraps `input` in a gzip or Zstandard decoder if it begins like such a stream.
///
/// Streams that were appended to (several members or frames) are read to the end.
///
/// # Errors
///
/// If the first bytes cannot be read, or the decompressor cannot be set up.
pub(crate) fn decompressed<R: Read + Send + 'static>(
    mut input: R,
) -> io::Result<Box<dyn Read + Send>> {
    let mut magic = [0; ZSTD.len()];
    let mut length = 0;
    while length < magic.len() {
        match input.read(&mut magic[length..]) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let head = &magic[..length];
    let whole = Cursor::new(head.to_vec()).chain(input);
    Ok(if head.starts_with(&GZIP) {
        Box::new(MultiGzDecoder::new(whole))
    } else if head == ZSTD {
        Box::new(zstd::stream::read::Decoder::new(whole)?)
    } else {
        Box::new(whole)
    })
}

/// RFC 1952, section 2.3.1.
const GZIP: [u8; 2] = [0x1f, 0x8b];
/// RFC 8878, section 3.1.1.
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
