//! Undoes content-encodings, one piece at a time, into a bounded buffer.
//!
//! Bytes come in as they travelled, in pieces of any size. The decoded content is
//! readable after each piece, so events inside keep their times.

use std::io::{self, Write};
use std::mem;

use brotli_decompressor::{BrotliDecoderParameter, DecompressorWriter};
use flate2::write::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

/// Undoes the codings of one body.
pub(crate) struct ContentDecoder {
    /// In the order of decoding; never empty.
    stages: Vec<Stage>,
    limit: usize,
}

/// What a body decoded to.
#[derive(Debug, Default)]
pub(crate) struct DecodedContent {
    pub(crate) content: Vec<u8>,
    /// Whether there was more than the limit allows.
    pub(crate) overflowed: bool,
    /// Whether every coding reached the end of its stream.
    pub(crate) ended: bool,
    /// Why decoding stopped, if the bytes are not validly encoded.
    pub(crate) problem: Option<String>,
}

impl ContentDecoder {
    /// A decoder for the values of the `content-encoding` headers, in their order, that keeps up to
    /// `limit` bytes; `None` when there is nothing to decode.
    ///
    /// # Errors
    ///
    /// In words, for an unknown coding, or too many.
    pub(crate) fn new<'a>(
        values: impl Iterator<Item = &'a str>,
        limit: usize,
    ) -> Result<Option<Self>, String> {
        let mut stages = Vec::new();
        for name in values.flat_map(|value| value.split(',')).map(str::trim) {
            if name.is_empty() || name.eq_ignore_ascii_case("identity") {
                continue;
            }
            if stages.len() == MAX_CODINGS {
                return Err(format!("more than {MAX_CODINGS} content-encodings"));
            }
            stages.push(Stage::new(name, limit)?);
        }
        stages.reverse();
        Ok((!stages.is_empty()).then_some(Self { stages, limit }))
    }

    /// The names of the codings, in the order in which they were applied.
    pub(crate) fn names(&self) -> String {
        let names: Vec<_> = self.stages.iter().rev().map(|stage| stage.name).collect();
        names.join(", ")
    }

    /// Takes the next piece; ignored once decoding has stopped.
    pub(crate) fn push(&mut self, piece: &[u8]) {
        let [stages @ .., last] = self.stages.as_mut_slice() else {
            return;
        };
        let mut carried: Option<Vec<u8>> = None;
        for stage in stages {
            stage.push(carried.as_deref().unwrap_or(piece));
            carried = Some(stage.take(self.limit));
        }
        last.push(carried.as_deref().unwrap_or(piece));
    }

    /// The content decoded so far.
    pub(crate) fn content(&self) -> &[u8] {
        self.stages
            .last()
            .map_or(&[], |stage| &stage.codec.room().buffer)
    }

    /// Ends the stream and returns what it decoded to.
    pub(crate) fn finish(mut self) -> DecodedContent {
        let mut decoded = DecodedContent {
            ended: true,
            ..DecodedContent::default()
        };
        for stage in &mut self.stages {
            decoded.ended &= stage.stop.is_none() && stage.codec.ended();
            match stage.stop.take() {
                Some(Stop::Full) => decoded.overflowed = true,
                Some(Stop::Broken(cause)) if decoded.problem.is_none() => {
                    decoded.problem = Some(format!("not valid {}: {cause}", stage.name));
                }
                Some(Stop::Broken(_)) | None => {}
            }
        }
        if let Some(last) = self.stages.last_mut() {
            decoded.content = mem::take(&mut last.codec.room_mut().buffer);
        }
        decoded
    }
}

/// One coding.
struct Stage {
    name: &'static str,
    codec: Codec,
    stop: Option<Stop>,
}

/// Why a stage takes no more input.
enum Stop {
    /// Its output has reached the limit.
    Full,
    /// Its input is not validly encoded.
    Broken(String),
}

impl Stage {
    fn new(name: &str, limit: usize) -> Result<Self, String> {
        let room = BoundedBuffer {
            buffer: Vec::new(),
            left: limit,
        };
        let (name, codec) = match name.to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => ("gzip", Codec::Gzip(MultiGzDecoder::new(room))),
            "deflate" => ("deflate", Codec::Undecided(room)),
            "br" => ("br", Codec::brotli(room)),
            "zstd" => (
                "zstd",
                Codec::zstd(room).map_err(|error| error.to_string())?,
            ),
            other => return Err(format!("unknown content-encoding {other:?}")),
        };
        Ok(Self {
            name,
            codec,
            stop: None,
        })
    }

    fn push(&mut self, piece: &[u8]) {
        if self.stop.is_some() || piece.is_empty() {
            return;
        }
        if let Err(error) = self.codec.push(piece) {
            self.stop = Some(if self.codec.room().is_full(&error) {
                Stop::Full
            } else {
                Stop::Broken(error.to_string())
            });
        }
    }

    /// Takes the output for the next stage; the limit applies to the sum of all outputs.
    fn take(&mut self, limit: usize) -> Vec<u8> {
        let room = self.codec.room_mut();
        room.left = limit.saturating_sub(room.buffer.len()).min(room.left);
        mem::take(&mut room.buffer)
    }
}

/// The decoders, each writing into a [`BoundedBuffer`].
enum Codec {
    Gzip(MultiGzDecoder<BoundedBuffer>),
    /// `deflate` before its first byte: it means zlib, but some servers send raw deflate.
    Undecided(BoundedBuffer),
    Zlib(ZlibDecoder<BoundedBuffer>),
    Raw(DeflateDecoder<BoundedBuffer>),
    Brotli(Box<DecompressorWriter<BoundedBuffer>>),
    Zstd(Box<zstd::stream::write::Decoder<'static, BoundedBuffer>>),
}

impl Codec {
    fn brotli(room: BoundedBuffer) -> Self {
        let mut decoder = DecompressorWriter::new(room, BUFFER_BYTES);
        // RFC 7932 only: the "large window" variant would let a peer make us hold a gigabyte.
        decoder.set_parameter(BrotliDecoderParameter::BROTLI_DECODER_PARAM_LARGE_WINDOW, 0);
        Self::Brotli(Box::new(decoder))
    }

    fn zstd(room: BoundedBuffer) -> io::Result<Self> {
        let mut decoder = zstd::stream::raw::Decoder::new()?;
        decoder.set_parameter(zstd::stream::raw::DParameter::WindowLogMax(
            ZSTD_WINDOW_LOG_MAX,
        ))?;
        Ok(Self::Zstd(Box::new(
            zstd::stream::write::Decoder::with_decoder(room, decoder),
        )))
    }

    fn push(&mut self, piece: &[u8]) -> io::Result<()> {
        if let (Self::Undecided(room), Some(first)) = (&mut *self, piece.first()) {
            let room = mem::take(room);
            *self = if is_zlib(*first) {
                Self::Zlib(ZlibDecoder::new(room))
            } else {
                Self::Raw(DeflateDecoder::new(room))
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
    fn ended(&mut self) -> bool {
        match self {
            Self::Gzip(decoder) => decoder.try_finish().is_ok(),
            Self::Undecided(_) => false,
            Self::Zlib(decoder) => decoder.try_finish().is_ok(),
            Self::Raw(decoder) => decoder.try_finish().is_ok(),
            Self::Brotli(decoder) => decoder.close().is_ok(),
            Self::Zstd(decoder) => decoder.do_finish().is_ok(),
        }
    }

    fn room(&self) -> &BoundedBuffer {
        match self {
            Self::Gzip(decoder) => decoder.get_ref(),
            Self::Undecided(room) => room,
            Self::Zlib(decoder) => decoder.get_ref(),
            Self::Raw(decoder) => decoder.get_ref(),
            Self::Brotli(decoder) => decoder.get_ref(),
            Self::Zstd(decoder) => decoder.get_ref(),
        }
    }

    fn room_mut(&mut self) -> &mut BoundedBuffer {
        match self {
            Self::Gzip(decoder) => decoder.get_mut(),
            Self::Undecided(room) => room,
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
struct BoundedBuffer {
    buffer: Vec<u8>,
    left: usize,
}

impl BoundedBuffer {
    /// Whether `error` means that this buffer was full.
    fn is_full(&self, error: &io::Error) -> bool {
        self.left == 0 && error.kind() == io::ErrorKind::StorageFull
    }
}

impl Write for BoundedBuffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(self.left);
        if taken == 0 && !bytes.is_empty() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.buffer.extend_from_slice(&bytes[..taken]);
        self.left -= taken;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// More than any server applies; each costs memory.
const MAX_CODINGS: usize = 4;

/// How much a brotli decoder writes at once.
const BUFFER_BYTES: usize = 4096;

/// 8 MiB, the largest window that a content-encoding may ask for (RFC 9659).
const ZSTD_WINDOW_LOG_MAX: u32 = 23;

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &[u8] = b"data: one\n\ndata: two two two two two two\n\ndata: three\n\n";

    fn decode(names: &str, wire: &[u8], limit: usize) -> DecodedContent {
        decode_cut(names, &[wire], limit)
    }

    fn decode_cut(names: &str, pieces: &[&[u8]], limit: usize) -> DecodedContent {
        let mut decoder = ContentDecoder::new([names].into_iter(), limit)
            .unwrap()
            .unwrap();
        for piece in pieces {
            decoder.push(piece);
        }
        decoder.finish()
    }

    fn encode(name: &str, content: &[u8]) -> Vec<u8> {
        let level = flate2::Compression::default();
        match name {
            "gzip" => finish(
                flate2::write::GzEncoder::new(Vec::new(), level),
                content,
                |e| e.finish(),
            ),
            "deflate" => finish(
                flate2::write::ZlibEncoder::new(Vec::new(), level),
                content,
                |e| e.finish(),
            ),
            "raw" => finish(
                flate2::write::DeflateEncoder::new(Vec::new(), level),
                content,
                |e| e.finish(),
            ),
            "br" => finish(
                brotli::CompressorWriter::new(Vec::new(), 4096, 5, 18),
                content,
                |e| Ok(e.into_inner()),
            ),
            "zstd" => zstd::encode_all(content, 3).unwrap(),
            other => panic!("{other}"),
        }
    }

    fn finish<W: Write>(
        mut encoder: W,
        content: &[u8],
        end: impl FnOnce(W) -> io::Result<Vec<u8>>,
    ) -> Vec<u8> {
        encoder.write_all(content).unwrap();
        end(encoder).unwrap()
    }

    #[test]
    fn every_coding_decodes_at_every_cut() {
        for (name, coding) in [
            ("gzip", "gzip"),
            ("x-gzip", "gzip"),
            ("deflate", "deflate"),
            ("deflate", "raw"),
            ("br", "br"),
            ("zstd", "zstd"),
            (" ZSTD ,identity", "zstd"),
        ] {
            let wire = encode(coding, TEXT);
            for cut in 0..=wire.len() {
                let (head, tail) = wire.split_at(cut);
                let decoded = decode_cut(name, &[head, tail], 1 << 20);
                assert_eq!(decoded.content, TEXT, "{name} ({coding}) cut at {cut}");
                assert!(decoded.ended && decoded.problem.is_none() && !decoded.overflowed);
            }
        }
    }

    #[test]
    fn a_chain_is_undone_from_its_end() {
        let wire = encode("br", &encode("gzip", &encode("zstd", TEXT)));
        let decoded = decode("zstd, gzip, br", &wire, 1 << 20);
        assert_eq!(decoded.content, TEXT);
        let mut bytewise = ContentDecoder::new(["zstd", "gzip,br"].into_iter(), 1 << 20)
            .unwrap()
            .unwrap();
        wire.iter().for_each(|byte| bytewise.push(&[*byte]));
        assert_eq!(bytewise.names(), "zstd, gzip, br");
        assert_eq!(bytewise.finish().content, TEXT);
    }

    #[test]
    fn a_cut_body_keeps_what_decodes_and_says_that_it_did_not_end() {
        let content: Vec<u8> = (0..20_000_u32)
            .flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes())
            .collect();
        for coding in ["gzip", "deflate", "br", "zstd"] {
            let wire = encode(coding, &content);
            let decoded = decode(coding, &wire[..wire.len() - 9], 1 << 20);
            assert!(!decoded.ended, "{coding}");
            assert_eq!(decoded.problem, None, "{coding}");
            assert!(content.starts_with(&decoded.content), "{coding}");
            // zstd decodes whole blocks of up to 128 KiB, and this is one.
            assert!(coding == "zstd" || !decoded.content.is_empty(), "{coding}");
        }
    }

    #[test]
    fn what_a_bomb_expands_to_is_bounded() {
        let zeros = vec![0; 8 << 20];
        for coding in ["gzip", "deflate", "raw", "br", "zstd"] {
            let name = if coding == "raw" { "deflate" } else { coding };
            let decoded = decode(name, &encode(coding, &zeros), 1 << 16);
            assert_eq!(decoded.content.len(), 1 << 16, "{coding}");
            assert!(decoded.overflowed && decoded.problem.is_none(), "{coding}");
        }
    }

    #[test]
    fn a_body_of_just_the_limit_is_whole() {
        for coding in ["gzip", "deflate", "br", "zstd"] {
            let decoded = decode(coding, &encode(coding, TEXT), TEXT.len());
            assert!(decoded.ended && !decoded.overflowed, "{coding}");
        }
    }

    #[test]
    fn a_bomb_in_a_chain_is_bounded_at_each_stage() {
        let wire = encode("gzip", &encode("gzip", &vec![0; 8 << 20]));
        let decoded = decode("gzip, gzip", &wire, 1 << 16);
        assert_eq!(decoded.content.len(), 1 << 16);
        assert!(decoded.overflowed);
    }

    #[test]
    fn bytes_that_are_no_such_coding_are_a_problem() {
        for coding in ["gzip", "deflate", "br", "zstd"] {
            let decoded = decode(coding, b"\xffnothing of the kind, at some length", 1 << 16);
            assert!(decoded.problem.is_some(), "{coding}");
            assert!(!decoded.ended, "{coding}");
        }
    }

    #[test]
    fn an_unknown_coding_and_too_many_are_refused_in_words() {
        let unknown = ContentDecoder::new(["gzip, compress"].into_iter(), 1)
            .err()
            .unwrap();
        assert_eq!(unknown, "unknown content-encoding \"compress\"");
        assert!(ContentDecoder::new(["gzip,gzip,gzip,gzip,gzip"].into_iter(), 1).is_err());
        assert!(
            ContentDecoder::new(["identity", ""].into_iter(), 1)
                .unwrap()
                .is_none()
        );
    }

    #[test]
    fn what_a_flush_closes_is_readable_at_once() {
        let mut encoder = brotli::CompressorWriter::new(Vec::new(), 4096, 5, 18);
        let mut decoder = ContentDecoder::new(["br"].into_iter(), 1 << 16)
            .unwrap()
            .unwrap();
        let mut sent = 0;
        for line in TEXT.split_inclusive(|byte| *byte == b'\n') {
            encoder.write_all(line).unwrap();
            encoder.flush().unwrap();
            decoder.push(&encoder.get_ref()[sent..]);
            sent = encoder.get_ref().len();
            assert!(decoder.content().ends_with(line));
        }
    }
}
