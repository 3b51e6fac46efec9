//! Inflates the messages of one direction (RFC 7692, section 7.2.2).
//!
//! The window carries over from message to message unless `no_context_takeover` was
//! negotiated, so a message is inflated to its end even when no more of it is kept.

use flate2::{Decompress, FlushDecompress, Status};

/// Undoes permessage-deflate in one direction.
#[derive(Debug)]
pub(crate) struct Inflater {
    stream: Decompress,
    /// Whether the window is reset after each message.
    no_context_takeover: bool,
    /// Bytes inflated of the message under way.
    inflated: u64,
    /// Bytes that a message may inflate to.
    max: u64,
}

impl Inflater {
    pub(crate) fn new(no_context_takeover: bool) -> Self {
        Self {
            stream: Decompress::new(false),
            no_context_takeover,
            inflated: 0,
            max: MAX_INFLATED,
        }
    }

    /// Inflates a piece of a message and hands the output to `keep`.
    ///
    /// # Errors
    ///
    /// In words, when the bytes are not valid deflate, or expand beyond [`MAX_INFLATED`].
    pub(crate) fn push(
        &mut self,
        mut deflated: &[u8],
        keep: &mut impl FnMut(&[u8]),
    ) -> Result<(), String> {
        let mut buffer = [0; BUFFER_BYTES];
        loop {
            let (before_in, before_out) = (self.stream.total_in(), self.stream.total_out());
            let status = self
                .stream
                .decompress(deflated, &mut buffer, FlushDecompress::None)
                .map_err(|_| "message that is not validly deflated".to_string())?;
            let taken = usize_of(self.stream.total_in() - before_in);
            let made = usize_of(self.stream.total_out() - before_out);
            deflated = &deflated[taken..];
            self.inflated += made as u64;
            keep(&buffer[..made]);
            if self.inflated > self.max {
                return Err(format!("message that inflates beyond {} bytes", self.max));
            }
            if status == Status::StreamEnd {
                // A final block ends the stream and its window; what follows begins a new stream.
                self.stream.reset(false);
                if deflated.is_empty() {
                    return Ok(());
                }
                continue;
            }
            if made < buffer.len() && (deflated.is_empty() || taken == 0) {
                return Ok(());
            }
        }
    }

    /// Ends the message.
    ///
    /// # Errors
    ///
    /// As [`push`](Self::push).
    pub(crate) fn end(&mut self, keep: &mut impl FnMut(&[u8])) -> Result<(), String> {
        self.push(TAIL, keep)?;
        self.inflated = 0;
        if self.no_context_takeover {
            self.stream.reset(false);
        }
        Ok(())
    }
}

/// Both counts are bounded by the lengths of the buffers above, so they fit.
fn usize_of(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

/// Senders strip this off the end of each message.
const TAIL: &[u8] = &[0x00, 0x00, 0xff, 0xff];

/// Inflated at once.
const BUFFER_BYTES: usize = 16 * 1024;

/// Bounds the time that one message can take: at 1:1032, a quarter of a megabyte inflates to this.
const MAX_INFLATED: u64 = 256 * 1024 * 1024;

#[cfg(test)]
pub(crate) mod tests {
    use flate2::{Compress, Compression, FlushCompress};

    use super::*;

    /// Deflates messages as an endpoint does.
    pub(crate) struct Deflater {
        stream: Compress,
        no_context_takeover: bool,
    }

    impl Deflater {
        pub(crate) fn new(no_context_takeover: bool) -> Self {
            Self {
                stream: Compress::new(Compression::default(), false),
                no_context_takeover,
            }
        }

        pub(crate) fn message(&mut self, text: &[u8]) -> Vec<u8> {
            if text.is_empty() {
                return vec![0x00];
            }
            let mut out = Vec::with_capacity(text.len() + 1024);
            self.stream
                .compress_vec(text, &mut out, FlushCompress::Sync)
                .unwrap();
            assert!(out.ends_with(TAIL) && out.len() < out.capacity());
            out.truncate(out.len() - TAIL.len());
            if self.no_context_takeover {
                self.stream.reset();
            }
            out
        }
    }

    fn inflate(inflater: &mut Inflater, pieces: &[&[u8]]) -> Result<Vec<u8>, String> {
        let mut out = Vec::new();
        let mut keep = |bytes: &[u8]| out.extend_from_slice(bytes);
        for piece in pieces {
            inflater.push(piece, &mut keep)?;
        }
        inflater.end(&mut keep)?;
        Ok(out)
    }

    #[test]
    fn a_window_is_taken_over_or_forgotten_as_agreed() {
        let text = b"the same words again and again, the same words again and again";
        for no_context_takeover in [false, true] {
            let mut deflater = Deflater::new(no_context_takeover);
            let (first, second) = (deflater.message(text), deflater.message(text));
            assert_eq!(first.len() > second.len(), !no_context_takeover);
            let mut inflater = Inflater::new(no_context_takeover);
            for message in [&first, &second] {
                for cut in [0, 1, message.len() / 2, message.len()] {
                    let mut inflater_at_cut = if *message == first {
                        Inflater::new(no_context_takeover)
                    } else {
                        continue;
                    };
                    let pieces = [&message[..cut], &message[cut..]];
                    assert_eq!(inflate(&mut inflater_at_cut, &pieces).unwrap(), text);
                }
                assert_eq!(inflate(&mut inflater, &[message]).unwrap(), text);
            }
        }
    }

    #[test]
    fn the_examples_of_the_standard_inflate() {
        // RFC 7692, section 7.2.3: one block, two messages with a shared window, a stored block, a final block, two blocks.
        let mut shared = Inflater::new(false);
        let cases: [&[u8]; 2] = [b"\xf2\x48\xcd\xc9\xc9\x07\x00", b"\xf2\x00\x11\x00\x00"];
        for case in cases {
            assert_eq!(inflate(&mut shared, &[case]).unwrap(), b"Hello");
        }
        let alone: [&[u8]; 3] = [
            b"\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00",
            b"\xf3\x48\xcd\xc9\xc9\x07\x00\x00",
            b"\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00",
        ];
        for case in alone {
            let mut inflater = Inflater::new(false);
            assert_eq!(inflate(&mut inflater, &[case]).unwrap(), b"Hello");
            assert_eq!(
                inflate(&mut inflater, &[cases[0]]).unwrap(),
                b"Hello",
                "a message after it"
            );
        }
        assert_eq!(
            inflate(&mut Inflater::new(false), &[b"\x00"]).unwrap(),
            b"",
            "an empty message"
        );
    }

    #[test]
    fn what_is_not_deflated_is_an_error_in_words() {
        let error = inflate(&mut Inflater::new(false), &[b"\xff\xff\xff\xff"]).unwrap_err();
        assert_eq!(error, "message that is not validly deflated");
    }

    #[test]
    fn a_message_that_inflates_beyond_reason_is_an_error() {
        let zeros = vec![0; 1 << 20];
        let bomb = Deflater::new(false).message(&zeros);
        let mut inflater = Inflater {
            max: 100_000,
            ..Inflater::new(false)
        };
        let mut inflated = 0;
        let result = inflater.push(&bomb, &mut |piece| inflated += piece.len());
        assert_eq!(
            result.unwrap_err(),
            "message that inflates beyond 100000 bytes"
        );
        assert!(inflated <= 100_000 + BUFFER_BYTES);
    }
}
