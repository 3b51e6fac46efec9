//! Splits one direction of a WebSocket into frames (RFC 6455, section 5.2).
//!
//! Bytes come in pieces of any size. Payloads go out unmasked as they come,
//! so a frame is never held. What no endpoint may send is an error.

use crate::proxy::wire::Direction;

/// The head of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WebSocketFrameHead {
    pub(crate) is_final: bool,
    /// RSV1: the message is compressed.
    pub(crate) compressed: bool,
    pub(crate) opcode: Opcode,
    /// Length of the payload, in bytes.
    pub(crate) length: u64,
}

/// The kind of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Opcode {
    Continuation,
    Text,
    Binary,
    Close,
    Ping,
    Pong,
}

impl Opcode {
    pub(crate) fn is_control(self) -> bool {
        matches!(self, Self::Close | Self::Ping | Self::Pong)
    }
}

/// What a splitter finds.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum FramePart<'a> {
    /// A frame begins.
    Head(WebSocketFrameHead),
    /// Some of its payload, unmasked.
    Payload(&'a [u8]),
    /// It ends.
    End,
}

/// Splits pieces into frames.
#[derive(Debug)]
pub(crate) struct FrameSplitter {
    /// The agent masks its frames, the origin does not.
    direction: Direction,
    /// The head so far.
    head: [u8; MAX_HEAD],
    head_length: usize,
    /// The payload under way, if any.
    payload: Option<Payload>,
    /// Where payloads are unmasked: `piece` is not ours to write to.
    scratch: Vec<u8>,
}

#[derive(Debug)]
struct Payload {
    left: u64,
    mask: [u8; 4],
    /// The index into the mask of the next byte.
    phase: usize,
}

impl FrameSplitter {
    pub(crate) fn new(direction: Direction) -> Self {
        Self {
            direction,
            head: [0; MAX_HEAD],
            head_length: 0,
            payload: None,
            scratch: Vec::new(),
        }
    }

    /// Reads some of `piece`, hands what it finds to `take`, and returns the rest.
    ///
    /// # Errors
    ///
    /// In words, when the bytes are not a valid frame; or the error of `take`.
    pub(crate) fn push<'p>(
        &mut self,
        piece: &'p [u8],
        mut take: impl FnMut(FramePart<'_>) -> Result<(), String>,
    ) -> Result<&'p [u8], String> {
        let Some(payload) = &mut self.payload else {
            return self.push_head(piece, take);
        };
        let length =
            usize::try_from(payload.left).map_or(piece.len(), |left| left.min(piece.len()));
        let (mine, rest) = piece.split_at(length.min(MAX_PART));
        payload.left -= mine.len() as u64;
        if payload.mask == [0; 4] {
            take(FramePart::Payload(mine))?;
        } else {
            self.scratch.clear();
            self.scratch.extend_from_slice(mine);
            payload.unmask(&mut self.scratch);
            take(FramePart::Payload(&self.scratch))?;
        }
        if payload.left == 0 {
            self.payload = None;
            take(FramePart::End)?;
        }
        Ok(rest)
    }

    fn push_head<'p>(
        &mut self,
        piece: &'p [u8],
        mut take: impl FnMut(FramePart<'_>) -> Result<(), String>,
    ) -> Result<&'p [u8], String> {
        let missing = head_length(&self.head[..self.head_length]) - self.head_length;
        let (mine, rest) = piece.split_at(missing.min(piece.len()));
        self.head[self.head_length..self.head_length + mine.len()].copy_from_slice(mine);
        self.head_length += mine.len();
        let bytes = &self.head[..self.head_length];
        if bytes.len() < 2 || bytes.len() < head_length(bytes) {
            return Ok(rest);
        }
        let (head, mask) = parse(bytes, self.direction)?;
        self.head_length = 0;
        take(FramePart::Head(head))?;
        if head.length == 0 {
            take(FramePart::End)?;
        } else {
            self.payload = Some(Payload {
                left: head.length,
                mask,
                phase: 0,
            });
        }
        Ok(rest)
    }
}

impl Payload {
    fn unmask(&mut self, bytes: &mut [u8]) {
        let mut mask = self.mask;
        mask.rotate_left(self.phase);
        self.phase = (self.phase + bytes.len()) % 4;
        let (words, tail) = bytes.as_chunks_mut::<4>();
        for word in words {
            *word = (u32::from_ne_bytes(*word) ^ u32::from_ne_bytes(mask)).to_ne_bytes();
        }
        for (byte, key) in tail.iter_mut().zip(mask) {
            *byte ^= key;
        }
    }
}

/// The length of a head, which its first two bytes determine; 2 until they have come.
fn head_length(head: &[u8]) -> usize {
    let &[_, second, ..] = head else {
        return 2;
    };
    let extended = match second & 0x7f {
        126 => 2,
        127 => 8,
        _ => 0,
    };
    2 + extended + if second & MASKED == 0 { 0 } else { 4 }
}

/// Reads a whole head.
fn parse(head: &[u8], direction: Direction) -> Result<(WebSocketFrameHead, [u8; 4]), String> {
    let (first, second) = (head[0], head[1]);
    let is_masked = second & MASKED != 0;
    if is_masked != (direction == Direction::Up) {
        let fault = if is_masked {
            "masked frame from the origin"
        } else {
            "frame without a mask from the agent"
        };
        return Err(fault.into());
    }
    if first & 0x30 != 0 {
        return Err("reserved bit set in a frame".into());
    }
    let (extended, mask) = match (is_masked, head[2..].split_last_chunk::<4>()) {
        (true, Some((extended, mask))) => (extended, *mask),
        _ => (&head[2..], [0; 4]),
    };
    let length = match extended {
        [] => u64::from(second & 0x7f),
        bytes => bytes
            .iter()
            .fold(0, |length, byte| length << 8 | u64::from(*byte)),
    };
    let head = WebSocketFrameHead {
        is_final: first & 0x80 != 0,
        compressed: first & 0x40 != 0,
        opcode: opcode(first & 0x0f)?,
        length,
    };
    check(&head)?;
    Ok((head, mask))
}

fn opcode(number: u8) -> Result<Opcode, String> {
    Ok(match number {
        0 => Opcode::Continuation,
        1 => Opcode::Text,
        2 => Opcode::Binary,
        8 => Opcode::Close,
        9 => Opcode::Ping,
        10 => Opcode::Pong,
        _ => return Err(format!("frame with the reserved opcode {number}")),
    })
}

fn check(head: &WebSocketFrameHead) -> Result<(), String> {
    if head.length > i64::MAX as u64 {
        return Err("frame length of 64 bits".into());
    }
    if !head.opcode.is_control() {
        return Ok(());
    }
    if head.length > MAX_CONTROL {
        return Err(format!("control frame of {} bytes", head.length));
    }
    if !head.is_final {
        return Err("fragmented control frame".into());
    }
    if head.compressed {
        return Err("compressed control frame".into());
    }
    Ok(())
}

const MASKED: u8 = 0x80;

/// Two bytes, eight for the length, four for the mask.
const MAX_HEAD: usize = 14;

/// RFC 6455, section 5.5.
const MAX_CONTROL: u64 = 125;

/// Unmasked at once; bounds the scratch buffer.
const MAX_PART: usize = 64 * 1024;

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A frame as an endpoint sends it; `first` is its first byte.
    pub(crate) fn frame(direction: Direction, first: u8, payload: &[u8]) -> Vec<u8> {
        let masked = if direction == Direction::Up {
            MASKED
        } else {
            0
        };
        let mut frame = vec![first];
        match payload.len() {
            length @ 0..126 => frame.push(masked | length as u8),
            length @ 126..65536 => {
                frame.push(masked | 126);
                frame.extend((length as u16).to_be_bytes());
            }
            length => {
                frame.push(masked | 127);
                frame.extend((length as u64).to_be_bytes());
            }
        }
        if masked == 0 {
            frame.extend(payload);
        } else {
            let mask = [0xa5, 0x5a, 0x01, 0xfe];
            frame.extend(mask);
            frame.extend(
                payload
                    .iter()
                    .zip(mask.iter().cycle())
                    .map(|(byte, key)| byte ^ key),
            );
        }
        frame
    }

    /// Everything that a direction's bytes hold, payloads joined.
    fn read(
        direction: Direction,
        pieces: &[&[u8]],
    ) -> Result<Vec<(WebSocketFrameHead, Vec<u8>)>, String> {
        let mut cutter = FrameSplitter::new(direction);
        let mut frames = Vec::new();
        for piece in pieces {
            let mut rest = *piece;
            while !rest.is_empty() {
                rest = cutter.push(rest, |part| {
                    match part {
                        FramePart::Head(head) => frames.push((head, Vec::new())),
                        FramePart::Payload(bytes) => {
                            frames.last_mut().unwrap().1.extend_from_slice(bytes)
                        }
                        FramePart::End => assert_eq!(
                            frames.last().unwrap().1.len() as u64,
                            frames.last().unwrap().0.length
                        ),
                    }
                    Ok(())
                })?;
            }
        }
        Ok(frames)
    }

    #[test]
    fn the_examples_of_the_standard_are_read_at_every_cut() {
        // RFC 6455, section 5.7: masked "Hello"; a ping; an empty close.
        let up = b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58\x89\x80\x00\x00\x00\x00\x88\x80\x01\x02\x03\x04";
        for cut in 0..=up.len() {
            let frames = read(Direction::Up, &[&up[..cut], &up[cut..]]).unwrap();
            let seen: Vec<_> = frames
                .iter()
                .map(|(head, payload)| (head.opcode, payload.as_slice()))
                .collect();
            assert_eq!(
                seen,
                [
                    (Opcode::Text, &b"Hello"[..]),
                    (Opcode::Ping, b""),
                    (Opcode::Close, b"")
                ],
                "cut at {cut}"
            );
        }
    }

    #[test]
    fn lengths_of_sixteen_and_sixty_four_bits_are_read() {
        let mut down = b"\x82\x7e\x01\x00".to_vec();
        down.extend([7; 256]);
        down.extend(b"\x82\x7f\0\0\0\0\0\x01\0\0");
        down.extend([8; 65536]);
        let frames = read(Direction::Down, &[&down]).unwrap();
        assert_eq!([frames[0].1.len(), frames[1].1.len()], [256, 65536]);
    }

    #[test]
    fn what_no_endpoint_may_send_ends_the_reading() {
        let cases: [(Direction, &[u8], &str); 8] = [
            (
                Direction::Down,
                b"\x81\x80\0\0\0\0",
                "masked frame from the origin",
            ),
            (
                Direction::Up,
                b"\x81\x00",
                "frame without a mask from the agent",
            ),
            (Direction::Down, b"\xa1\x00", "reserved bit set in a frame"),
            (
                Direction::Down,
                b"\x83\x00",
                "frame with the reserved opcode 3",
            ),
            (
                Direction::Down,
                b"\x89\x7e\x00\x7e",
                "control frame of 126 bytes",
            ),
            (Direction::Down, b"\x09\x00", "fragmented control frame"),
            (Direction::Down, b"\xc8\x00", "compressed control frame"),
            (
                Direction::Down,
                b"\x81\x7f\x80\0\0\0\0\0\0\0",
                "frame length of 64 bits",
            ),
        ];
        for (direction, bytes, fault) in cases {
            assert_eq!(read(direction, &[bytes]).unwrap_err(), fault);
        }
    }
}
