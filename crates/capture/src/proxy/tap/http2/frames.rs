//! Splits one direction of an HTTP/2 connection into frames (RFC 9113, section 4).
//!
//! The payload of DATA is handed out in pieces as it comes. Other frames are held
//! until they are whole, or skipped if they say nothing about an exchange.

use crate::proxy::tap::bytes::take;
use crate::proxy::tap::unreadable::Unreadable;

/// Splits one direction into frames.
#[derive(Debug, Default)]
pub(crate) struct FrameReader {
    /// Bytes still to come of the client's preface.
    preface: usize,
    /// The unfinished frame header, or the payload of a frame that is held whole.
    held: Vec<u8>,
    current: Option<CurrentFrame>,
}

/// The frame whose payload is passing.
#[derive(Debug, Clone, Copy)]
struct CurrentFrame {
    head: Http2FrameHead,
    left: usize,
    /// Padding at the end of DATA, once it is known.
    padding: Option<usize>,
}

/// A frame header.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Http2FrameHead {
    pub(crate) kind: u8,
    pub(crate) flags: u8,
    pub(crate) stream: u32,
    length: usize,
}

/// What comes next in one direction.
#[derive(Debug)]
pub(crate) enum Http2Step<'a> {
    /// A piece of a stream's body, without padding.
    Data { stream: u32, piece: &'a [u8] },
    /// DATA has passed whole.
    DataEnd { stream: u32, end_stream: bool },
    /// A whole frame of another kind.
    Frame {
        head: Http2FrameHead,
        payload: Vec<u8>,
    },
}

pub(crate) const DATA: u8 = 0;
pub(crate) const HEADERS: u8 = 1;
pub(crate) const RST_STREAM: u8 = 3;
pub(crate) const PUSH_PROMISE: u8 = 5;
pub(crate) const GOAWAY: u8 = 7;
pub(crate) const CONTINUATION: u8 = 9;

pub(crate) const END_STREAM: u8 = 0x1;
pub(crate) const END_HEADERS: u8 = 0x4;
pub(crate) const PADDED: u8 = 0x8;
pub(crate) const PRIORITY: u8 = 0x20;

impl FrameReader {
    /// One direction, with `preface` bytes before its first frame.
    pub(crate) fn new(preface: usize) -> Self {
        Self {
            preface,
            ..Self::default()
        }
    }

    /// Takes the next step off the front of `bytes`; `None` when they are used up.
    ///
    /// # Errors
    ///
    /// [`Unreadable`] for a held frame over its bound, and for padding longer than its frame.
    pub(crate) fn next<'a>(
        &mut self,
        bytes: &mut &'a [u8],
    ) -> Result<Option<Http2Step<'a>>, Unreadable> {
        let skipped = self.preface.min(bytes.len());
        self.preface -= skipped;
        *bytes = &bytes[skipped..];
        loop {
            let Some(current) = self.current else {
                match self.take_head(bytes)? {
                    Some(current) => self.current = Some(current),
                    None => return Ok(None),
                }
                continue;
            };
            if current.head.kind == DATA {
                return self.data(current, bytes);
            }
            let piece = take(bytes, current.left);
            if is_read(current.head.kind) {
                self.held.extend_from_slice(piece);
            }
            let left = current.left - piece.len();
            if left > 0 {
                self.current = Some(CurrentFrame { left, ..current });
                return Ok(None);
            }
            self.current = None;
            if is_read(current.head.kind) {
                return Ok(Some(Http2Step::Frame {
                    head: current.head,
                    payload: std::mem::take(&mut self.held),
                }));
            }
        }
    }

    fn take_head(&mut self, bytes: &mut &[u8]) -> Result<Option<CurrentFrame>, Unreadable> {
        let missing = HEAD_BYTES - self.held.len();
        self.held.extend_from_slice(take(bytes, missing));
        let Ok(raw) = <[u8; HEAD_BYTES]>::try_from(self.held.as_slice()) else {
            return Ok(None);
        };
        self.held.clear();
        let [l2, l1, l0, kind, flags, s3, s2, s1, s0] = raw;
        let head = Http2FrameHead {
            kind,
            flags,
            stream: u32::from_be_bytes([s3, s2, s1, s0]) & 0x7fff_ffff,
            length: u32::from_be_bytes([0, l2, l1, l0]) as usize,
        };
        if is_read(kind) && head.length > MAX_HELD_BYTES {
            return Err(Unreadable::new(
                "an HTTP/2 control frame of more than 1 MiB",
            ));
        }
        Ok(Some(CurrentFrame {
            head,
            left: head.length,
            padding: (flags & PADDED == 0).then_some(0),
        }))
    }

    fn data<'a>(
        &mut self,
        mut current: CurrentFrame,
        bytes: &mut &'a [u8],
    ) -> Result<Option<Http2Step<'a>>, Unreadable> {
        let head = current.head;
        if current.padding.is_none() {
            let [length] = take(bytes, 1.min(current.left)) else {
                if current.left == 0 {
                    return Err(Unreadable::new("padded DATA without a length"));
                }
                return Ok(None);
            };
            current.left -= 1;
            let padding = usize::from(*length);
            if padding > current.left {
                return Err(Unreadable::new("padding longer than its frame"));
            }
            current.padding = Some(padding);
            self.current = Some(current);
        }
        let padding = current.padding.unwrap_or(0);
        let content = current.left.saturating_sub(padding);
        let piece = take(bytes, content);
        current.left -= piece.len();
        if !piece.is_empty() {
            self.current = Some(current);
            return Ok(Some(Http2Step::Data {
                stream: head.stream,
                piece,
            }));
        }
        if content == 0 {
            current.left -= take(bytes, current.left).len();
        }
        self.current = Some(current);
        if current.left > 0 {
            return Ok(None);
        }
        self.current = None;
        Ok(Some(Http2Step::DataEnd {
            stream: head.stream,
            end_stream: head.flags & END_STREAM != 0,
        }))
    }
}

/// Whether a frame of this kind says something about an exchange.
fn is_read(kind: u8) -> bool {
    matches!(
        kind,
        HEADERS | RST_STREAM | PUSH_PROMISE | GOAWAY | CONTINUATION
    )
}

const HEAD_BYTES: usize = 9;

/// Endpoints accept header blocks of up to some hundred KiB; bounds what a peer can make us hold.
const MAX_HELD_BYTES: usize = 1024 * 1024;
