//! HTTP/1 message framing (RFC 9112): where heads, bodies and trailers begin and end.
//!
//! Bytes of one direction go in as they passed, in pieces of any size; heads,
//! pieces of body and ends come out. Only an unfinished head is kept. The caller
//! says how a body ends, because a response's framing depends on its request.

use std::borrow::Cow;

use crate::proxy::tap::bytes::take;
use crate::proxy::tap::head::BodyLength;
use crate::proxy::tap::http1::chunked::{Chunked, ChunkedStep};
use crate::proxy::tap::unreadable::Unreadable;

/// Cuts one direction of a connection into messages.
#[derive(Debug, Default)]
pub(crate) struct Http1Framing {
    state: Http1State,
    /// The unfinished head or trailer section.
    head: Vec<u8>,
    /// Bytes on the head's unfinished line, not counting its CR.
    line: usize,
}

/// What comes next in one direction.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Http1Step<'a> {
    /// A whole head, its empty line included. Call [`Http1Framing::body`] before the next step.
    Head(Cow<'a, [u8]>),
    /// A piece of the body, transfer framing off.
    Body(&'a [u8]),
    /// The trailer section of a chunked body, without its empty line.
    Trailers(Cow<'a, [u8]>),
    /// The message is over.
    End,
}

#[derive(Debug, Default)]
enum Http1State {
    #[default]
    Head,
    Known(u64),
    Chunked(Chunked),
    UntilClose,
    Trailers,
}

impl Http1Framing {
    /// Takes the next step off the front of `bytes`.
    ///
    /// `None` when `bytes` is used up.
    ///
    /// # Errors
    ///
    /// [`Unreadable`] for a head or a chunk that no peer could read either, or that outgrows its
    /// bound. The framing cannot be used after that.
    pub(crate) fn next<'a>(
        &mut self,
        bytes: &mut &'a [u8],
    ) -> Result<Option<Http1Step<'a>>, Unreadable> {
        match &mut self.state {
            Http1State::Head => {
                self.skip_blank_lines(bytes);
                Ok(self.take_section(bytes)?.map(Http1Step::Head))
            }
            Http1State::Known(0) => {
                self.state = Http1State::Head;
                Ok(Some(Http1Step::End))
            }
            Http1State::Known(left) => {
                let length = usize::try_from(*left).unwrap_or(usize::MAX);
                let piece = take(bytes, length);
                *left -= piece.len() as u64;
                Ok((!piece.is_empty()).then_some(Http1Step::Body(piece)))
            }
            Http1State::Chunked(chunked) => match chunked.next(bytes)? {
                None => Ok(None),
                Some(ChunkedStep::Data(piece)) => Ok(Some(Http1Step::Body(piece))),
                Some(ChunkedStep::Last) => {
                    self.state = Http1State::Trailers;
                    self.next(bytes)
                }
            },
            Http1State::UntilClose => {
                let piece = take(bytes, usize::MAX);
                Ok((!piece.is_empty()).then_some(Http1Step::Body(piece)))
            }
            Http1State::Trailers => {
                let Some(section) = self.take_section(bytes)? else {
                    return Ok(None);
                };
                self.state = Http1State::Known(0);
                if section.iter().all(|byte| matches!(byte, b'\r' | b'\n')) {
                    return self.next(bytes);
                }
                Ok(Some(Http1Step::Trailers(section)))
            }
        }
    }

    /// Sets how the body ends, after its head has been taken.
    pub(crate) fn body(&mut self, length: BodyLength) {
        self.state = match length {
            BodyLength::Known(length) => Http1State::Known(length),
            BodyLength::Chunked => Http1State::Chunked(Chunked::default()),
            BodyLength::UntilClose => Http1State::UntilClose,
        };
    }

    /// Whether the next byte begins a head.
    pub(crate) fn between_messages(&self) -> bool {
        matches!(self.state, Http1State::Head) && self.head.is_empty()
    }

    /// Whether the end of the connection is the end of the body.
    pub(crate) fn ends_with_connection(&self) -> bool {
        matches!(self.state, Http1State::UntilClose)
    }

    /// What was held as an unfinished head; after an upgrade it is the new protocol's first bytes.
    pub(crate) fn into_unfinished(self) -> Vec<u8> {
        self.head
    }

    /// Empty lines before a request line are to be ignored (RFC 9112, section 2.2).
    fn skip_blank_lines(&mut self, bytes: &mut &[u8]) {
        while self.head.is_empty() && matches!(bytes.first(), Some(b'\r' | b'\n')) {
            *bytes = &bytes[1..];
        }
    }

    /// Takes lines up to and including an empty one; `None` until that has come.
    fn take_section<'a>(
        &mut self,
        bytes: &mut &'a [u8],
    ) -> Result<Option<Cow<'a, [u8]>>, Unreadable> {
        let input = *bytes;
        let mut start = 0;
        for newline in memchr::memchr_iter(b'\n', input) {
            let part = &input[start..newline];
            self.line += part.len() - usize::from(part.last() == Some(&b'\r'));
            start = newline + 1;
            if self.line == 0 {
                let (end, rest) = input.split_at(start);
                *bytes = rest;
                if self.head.is_empty() {
                    return Ok(Some(end.into()));
                }
                self.head.extend_from_slice(end);
                return Ok(Some(std::mem::take(&mut self.head).into()));
            }
            self.line = 0;
        }
        let rest = &input[start..];
        self.line += rest.len() - usize::from(rest.last() == Some(&b'\r'));
        self.head.extend_from_slice(input);
        *bytes = &[];
        if self.head.len() > MAX_HEAD_BYTES {
            return Err(Unreadable::new("a head of more than 1 MiB"));
        }
        Ok(None)
    }
}

/// Far above what servers accept (8 to 256 KiB); bounds what a peer can make us hold.
const MAX_HEAD_BYTES: usize = 1024 * 1024;
