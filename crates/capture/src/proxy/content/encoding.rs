//! Undoes content-encodings, one piece at a time, into a bounded buffer.
//!
//! Bytes come in as they travelled, in pieces of any size. The decoded content is
//! readable after each piece, so events inside keep their times.

use std::mem;

use crate::proxy::content::codec::{BoundedBuffer, Codec};

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
            .map_or(&[], |stage| &stage.codec.buffer().content)
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
            decoded.content = mem::take(&mut last.codec.buffer_mut().content);
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
        let (name, codec) = Codec::by_name(name, BoundedBuffer::new(limit))?;
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
            self.stop = Some(if self.codec.buffer().is_full(&error) {
                Stop::Full
            } else {
                Stop::Broken(error.to_string())
            });
        }
    }

    /// Takes the output for the next stage; the limit applies to the sum of all outputs.
    fn take(&mut self, limit: usize) -> Vec<u8> {
        let buffer = self.codec.buffer_mut();
        buffer.left = limit.saturating_sub(buffer.content.len()).min(buffer.left);
        mem::take(&mut buffer.content)
    }
}

/// More than any server applies; each costs memory.
const MAX_CODINGS: usize = 4;

#[cfg(test)]
mod tests {
    use std::io::{self, Write};

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
