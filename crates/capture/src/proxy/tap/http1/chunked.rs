//! The chunked transfer coding (RFC 9112, section 7.1), read as it passes.

use crate::proxy::tap::bytes::take;
use crate::proxy::tap::unreadable::Unreadable;

/// Where in a chunked body the next byte is.
#[derive(Debug, Default)]
pub(crate) enum Chunked {
    /// At the first digit of a size.
    #[default]
    Start,
    /// In the size, with its value so far.
    Size(u64),
    /// After the size: an extension, up to the end of the line.
    Extension(u64),
    /// After the CR of the size's line.
    SizeEnd(u64),
    /// In the data; this many bytes are left.
    Data(u64),
    /// Before the line end that follows the data.
    DataEnd,
    /// After the CR of that line end.
    DataCr,
}

/// What comes next in a chunked body.
#[derive(Debug)]
pub(crate) enum ChunkedStep<'a> {
    /// A piece of data.
    Data(&'a [u8]),
    /// The last chunk's line has ended; trailers follow.
    Last,
}

impl Chunked {
    /// Takes the next step off the front of `bytes`; `None` when they are used up.
    pub(crate) fn next<'a>(
        &mut self,
        bytes: &mut &'a [u8],
    ) -> Result<Option<ChunkedStep<'a>>, Unreadable> {
        loop {
            if let Self::Data(left) = self {
                let length = usize::try_from(*left).unwrap_or(usize::MAX);
                let piece = take(bytes, length);
                *left -= piece.len() as u64;
                if *left == 0 {
                    *self = Self::DataEnd;
                }
                return Ok((!piece.is_empty()).then_some(ChunkedStep::Data(piece)));
            }
            let Some(&byte) = bytes.first() else {
                return Ok(None);
            };
            *bytes = &bytes[1..];
            *self = match (&*self, byte) {
                (Self::Start, _) => Self::Size(digit(byte)?),
                (Self::Size(size) | Self::Extension(size) | Self::SizeEnd(size), b'\n') => {
                    match *size {
                        0 => return Ok(Some(ChunkedStep::Last)),
                        size => Self::Data(size),
                    }
                }
                (Self::Size(size) | Self::Extension(size), b'\r') => Self::SizeEnd(*size),
                (Self::Size(size), b' ' | b'\t' | b';') => Self::Extension(*size),
                (Self::Size(size), _) => Self::Size(grow(*size, digit(byte)?)?),
                (Self::Extension(size), _) => Self::Extension(*size),
                (Self::DataEnd, b'\r') => Self::DataCr,
                (Self::DataEnd | Self::DataCr, b'\n') => Self::Start,
                (Self::DataEnd | Self::DataCr | Self::Data(_), _) => {
                    return Err(Unreadable::new("a chunk longer than its size"));
                }
                (Self::SizeEnd(_), _) => {
                    return Err(Unreadable::new("a CR alone in a chunk's size line"));
                }
            };
        }
    }
}

fn digit(byte: u8) -> Result<u64, Unreadable> {
    char::from(byte)
        .to_digit(16)
        .map(u64::from)
        .ok_or_else(|| Unreadable::new("a chunk size that is no number"))
}

fn grow(size: u64, digit: u64) -> Result<u64, Unreadable> {
    size.checked_mul(16)
        .and_then(|size| size.checked_add(digit))
        .ok_or_else(|| Unreadable::new("a chunk size over 64 bits"))
}
