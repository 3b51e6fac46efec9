//! The decoders of all content-encodings as one type.
//!
//! To add an encoding: a variant of [`Codec`] and a row in [`Codec::by_name`]; the compiler names the rest.

use std::io::{self, Write};
use std::mem;

use brotli_decompressor::{BrotliDecoderParameter, DecompressorWriter};
use flate2::write::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

/// The decoders, each writing into a [`BoundedBuffer`].
pub(crate) enum Codec {
    Gzip(MultiGzDecoder<BoundedBuffer>),
    /// `deflate` before its first byte: it means zlib, but some servers send raw deflate.
    Undecided(BoundedBuffer),
    Zlib(ZlibDecoder<BoundedBuffer>),
    Raw(DeflateDecoder<BoundedBuffer>),
    Brotli(Box<DecompressorWriter<BoundedBuffer>>),
    Zstd(Box<zstd::stream::write::Decoder<'static, BoundedBuffer>>),
}

impl Codec {
    /// The decoder for a content-encoding, and the encoding's usual name; writes into `buffer`.
    ///
    /// # Errors
    ///
    /// In words, for an unknown encoding.
    pub(crate) fn by_name(
        name: &str,
        buffer: BoundedBuffer,
    ) -> Result<(&'static str, Self), String> {
        Ok(match name.to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => ("gzip", Self::Gzip(MultiGzDecoder::new(buffer))),
            "deflate" => ("deflate", Self::Undecided(buffer)),
            "br" => ("br", Self::brotli(buffer)),
            "zstd" => (
                "zstd",
                Self::zstd(buffer).map_err(|error| error.to_string())?,
            ),
            other => return Err(format!("unknown content-encoding {other:?}")),
        })
    }

    fn brotli(buffer: BoundedBuffer) -> Self {
        let mut decoder = DecompressorWriter::new(buffer, BUFFER_BYTES);
        // RFC 7932 only: the "large window" variant would let a peer make us hold a gigabyte.
        decoder.set_parameter(BrotliDecoderParameter::BROTLI_DECODER_PARAM_LARGE_WINDOW, 0);
        Self::Brotli(Box::new(decoder))
    }

    fn zstd(buffer: BoundedBuffer) -> io::Result<Self> {
        let mut decoder = zstd::stream::raw::Decoder::new()?;
        decoder.set_parameter(zstd::stream::raw::DParameter::WindowLogMax(
            ZSTD_WINDOW_LOG_MAX,
        ))?;
        Ok(Self::Zstd(Box::new(
            zstd::stream::write::Decoder::with_decoder(buffer, decoder),
        )))
    }

    /// Decodes a piece; everything that it completes is in the buffer afterwards.
    pub(crate) fn push(&mut self, piece: &[u8]) -> io::Result<()> {
        if let (Self::Undecided(buffer), Some(first)) = (&mut *self, piece.first()) {
            let buffer = mem::take(buffer);
            *self = if is_zlib(*first) {
                Self::Zlib(ZlibDecoder::new(buffer))
            } else {
                Self::Raw(DeflateDecoder::new(buffer))
            };
        }
        let writer: &mut dyn Write = match self {
            Self::Gzip(decoder) => decoder,
            Self::Undecided(_) => return Ok(()),
            Self::Zlib(decoder) => decoder,
            Self::Raw(decoder) => decoder,
            Self::Brotli(decoder) => decoder,
            Self::Zstd(decoder) => decoder,
        };
        writer.write_all(piece)?;
        writer.flush()
    }

    /// Whether the stream has ended properly.
    pub(crate) fn ended(&mut self) -> bool {
        match self {
            Self::Gzip(decoder) => decoder.try_finish().is_ok(),
            Self::Undecided(_) => false,
            Self::Zlib(decoder) => decoder.try_finish().is_ok(),
            Self::Raw(decoder) => decoder.try_finish().is_ok(),
            Self::Brotli(decoder) => decoder.close().is_ok(),
            Self::Zstd(decoder) => decoder.do_finish().is_ok(),
        }
    }

    pub(crate) fn buffer(&self) -> &BoundedBuffer {
        match self {
            Self::Gzip(decoder) => decoder.get_ref(),
            Self::Undecided(buffer) => buffer,
            Self::Zlib(decoder) => decoder.get_ref(),
            Self::Raw(decoder) => decoder.get_ref(),
            Self::Brotli(decoder) => decoder.get_ref(),
            Self::Zstd(decoder) => decoder.get_ref(),
        }
    }

    pub(crate) fn buffer_mut(&mut self) -> &mut BoundedBuffer {
        match self {
            Self::Gzip(decoder) => decoder.get_mut(),
            Self::Undecided(buffer) => buffer,
            Self::Zlib(decoder) => decoder.get_mut(),
            Self::Raw(decoder) => decoder.get_mut(),
            Self::Brotli(decoder) => decoder.get_mut(),
            Self::Zstd(decoder) => decoder.get_mut(),
        }
    }
}

/// Whether `first` begins a zlib header (RFC 1950, section 2.2).
///
/// A raw stream does not begin like this: it would be a stored block with a bit set in its padding.
fn is_zlib(first: u8) -> bool {
    first & 0x0f == 8 && first >> 4 <= 7
}

/// A buffer for a decoder's output that refuses more than its limit.
#[derive(Debug, Default)]
pub(crate) struct BoundedBuffer {
    pub(crate) content: Vec<u8>,
    /// How many more bytes it takes.
    pub(crate) left: usize,
}

impl BoundedBuffer {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            content: Vec::new(),
            left: limit,
        }
    }

    /// Whether `error` means that this buffer was full.
    pub(crate) fn is_full(&self, error: &io::Error) -> bool {
        self.left == 0 && error.kind() == io::ErrorKind::StorageFull
    }
}

impl Write for BoundedBuffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(self.left);
        if taken == 0 && !bytes.is_empty() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.content.extend_from_slice(&bytes[..taken]);
        self.left -= taken;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// How much a brotli decoder writes at once.
const BUFFER_BYTES: usize = 4096;

/// 8 MiB, the largest window that a content-encoding may ask for (RFC 9659).
const ZSTD_WINDOW_LOG_MAX: u32 = 23;
