//! Reads both directions of an HTTP/2 connection, and ends its exchanges.
//!
//! Header compression (RFC 7541) has state: after a header block that cannot be
//! decoded no later one of its direction can be, so reading ends there with a note.

use crate::proxy::tap::exchanges::ConnectionExchanges;
use crate::proxy::tap::http2::frames;
use crate::proxy::tap::http2::frames::{FrameReader, Http2Step};
use crate::proxy::tap::http2::hpack::HpackDecoder;
use crate::proxy::tap::http2::streams::{HeaderBlock, Streams};
use crate::proxy::tap::unreadable::Unreadable;
use crate::proxy::wire::{ConnectionEnd, Direction, Stamp};

/// What a client sends first (RFC 9113, section 3.4).
pub(crate) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Watches both directions of an HTTP/2 connection.
#[derive(Debug)]
pub(crate) struct Http2Observer {
    streams: Streams,
    up: Http2Direction,
    down: Http2Direction,
}

/// One direction.
#[derive(Debug)]
struct Http2Direction {
    frames: FrameReader,
    decoder: HpackDecoder,
    /// The header block whose CONTINUATION frames are still to come.
    unfinished: Option<UnfinishedBlock>,
}

#[derive(Debug)]
struct UnfinishedBlock {
    stream: u32,
    promised: Option<u32>,
    end_stream: bool,
    start: Stamp,
    block: Vec<u8>,
}

impl Http2Observer {
    pub(crate) fn new(exchanges: ConnectionExchanges) -> Self {
        Self {
            streams: Streams::new(exchanges),
            up: Http2Direction::new(PREFACE.len()),
            down: Http2Direction::new(0),
        }
    }

    pub(crate) fn exchanges_mut(&mut self) -> &mut ConnectionExchanges {
        self.streams.exchanges_mut()
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.streams.is_empty()
    }

    /// Takes bytes that passed at `at`.
    pub(crate) fn push(
        &mut self,
        direction: Direction,
        mut bytes: &[u8],
        at: Stamp,
        delay_us: u64,
    ) -> Result<(), Unreadable> {
        self.streams.pending_delay(delay_us);
        let half = match direction {
            Direction::Up => &mut self.up,
            Direction::Down => &mut self.down,
        };
        while let Some(step) = half.frames.next(&mut bytes)? {
            match step {
                Http2Step::Data { stream, piece } => {
                    self.streams.data(direction, stream, piece, at)
                }
                Http2Step::DataEnd { stream, end_stream } => {
                    if end_stream {
                        self.streams.ended(direction, stream, at);
                    }
                }
                Http2Step::Frame { head, payload } => {
                    half.frame(&mut self.streams, direction, head, &payload, at)?;
                }
            }
        }
        Ok(())
    }

    /// Adds the time that handing bytes on took to the stream that was seen last.
    pub(crate) fn delayed(&mut self, delay_us: u64) {
        self.streams.delayed(delay_us);
    }

    /// The connection is gone.
    pub(crate) fn end(&mut self, end: ConnectionEnd) {
        self.streams.end_all(end);
    }
}

impl Http2Direction {
    fn new(preface: usize) -> Self {
        Self {
            frames: FrameReader::new(preface),
            decoder: HpackDecoder::new(),
            unfinished: None,
        }
    }

    fn frame(
        &mut self,
        streams: &mut Streams,
        direction: Direction,
        head: frames::Http2FrameHead,
        payload: &[u8],
        at: Stamp,
    ) -> Result<(), Unreadable> {
        match head.kind {
            frames::HEADERS | frames::PUSH_PROMISE => self.begin_block(head, payload, at)?,
            frames::CONTINUATION => self.go_on(head.stream, payload)?,
            frames::RST_STREAM => {
                if let Ok(code) = <[u8; 4]>::try_from(payload) {
                    let (by, code) = (direction.sender(), u32::from_be_bytes(code));
                    streams.reset(head.stream, by, code);
                }
                return Ok(());
            }
            frames::GOAWAY => {
                let code = payload.get(4..8).and_then(|code| code.try_into().ok());
                streams.goaway(direction.sender(), code.map_or(0, u32::from_be_bytes));
                return Ok(());
            }
            _ => return Ok(()),
        }
        if head.flags & frames::END_HEADERS == 0 {
            return Ok(());
        }
        let Some(unfinished) = self.unfinished.take() else {
            return Ok(());
        };
        let block = self.decode(&unfinished.block)?;
        let stream = unfinished.promised.unwrap_or(unfinished.stream);
        if unfinished.promised.is_some() {
            streams.headers(Direction::Up, stream, block, unfinished.start, at)?;
            streams.ended(Direction::Up, stream, at);
            return Ok(());
        }
        streams.headers(direction, stream, block, unfinished.start, at)?;
        if unfinished.end_stream {
            streams.ended(direction, stream, at);
        }
        Ok(())
    }

    /// Strips what surrounds the block's first fragment (RFC 9113, sections 6.2 and 6.6).
    fn begin_block(
        &mut self,
        head: frames::Http2FrameHead,
        mut payload: &[u8],
        at: Stamp,
    ) -> Result<(), Unreadable> {
        let short = || Unreadable::new("an HTTP/2 header frame that is too short");
        if head.flags & frames::PADDED != 0 {
            let (&padding, rest) = payload.split_first().ok_or_else(short)?;
            let kept = rest
                .len()
                .checked_sub(usize::from(padding))
                .ok_or_else(short)?;
            payload = &rest[..kept];
        }
        let mut promised = None;
        if head.kind == frames::PUSH_PROMISE {
            let (id, rest) = payload.split_first_chunk::<4>().ok_or_else(short)?;
            promised = Some(u32::from_be_bytes(*id) & 0x7fff_ffff);
            payload = rest;
        } else if head.flags & frames::PRIORITY != 0 {
            payload = payload.get(5..).ok_or_else(short)?;
        }
        self.unfinished = Some(UnfinishedBlock {
            stream: head.stream,
            promised,
            end_stream: head.kind == frames::HEADERS && head.flags & frames::END_STREAM != 0,
            start: at,
            block: payload.to_vec(),
        });
        Ok(())
    }

    fn go_on(&mut self, stream: u32, payload: &[u8]) -> Result<(), Unreadable> {
        match &mut self.unfinished {
            Some(unfinished) if unfinished.stream == stream => {
                unfinished.block.extend_from_slice(payload);
                if unfinished.block.len() > MAX_BLOCK_BYTES {
                    return Err(Unreadable::new("an HTTP/2 header block of more than 1 MiB"));
                }
                Ok(())
            }
            _ => Err(Unreadable::new(
                "an HTTP/2 CONTINUATION without its HEADERS",
            )),
        }
    }

    fn decode(&mut self, block: &[u8]) -> Result<HeaderBlock, Unreadable> {
        let mut headers = HeaderBlock::default();
        let (mut fields, mut kept, mut bytes) = (0_u64, 0_u64, 0);
        // An indexed field costs one byte on the wire: bound what a block expands to.
        let room = (block.len() * MAX_UNFOLDED).max(UNFOLDED_FLOOR);
        let room = room.min(MAX_HEADER_BYTES);
        self.decoder.decode(block, |name, value| {
            fields += 1;
            bytes += name.len() + value.len() + FIELD_BYTES;
            if bytes <= room {
                kept += 1;
                headers.push(name, value);
            }
        })?;
        if kept < fields {
            headers.cut(format!(
                "a header block of {} bytes unfolds to {bytes}: {kept} of its {fields} fields are on record",
                block.len()
            ));
        }
        Ok(headers)
    }
}

/// The same as for one frame: bounds what CONTINUATION frames can make us hold.
const MAX_BLOCK_BYTES: usize = 1024 * 1024;

/// RFC 7541, section 4.1, charges this much for each field on top of its content.
const FIELD_BYTES: usize = 32;

/// How much of a block is kept, as a multiple of its size, where that is more than the floor.
const MAX_UNFOLDED: usize = 32;

/// Kept of every block, however small: a request that repeats the headers of the one before it
/// is a few dozen bytes, and rightly expands to some kilobytes.
const UNFOLDED_FLOOR: usize = 64 * 1024;

/// Kept of any block at most.
const MAX_HEADER_BYTES: usize = 4 * 1024 * 1024;
