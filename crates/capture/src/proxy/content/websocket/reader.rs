//! Reads the messages of one direction: joins frames, inflates, counts.

use std::mem;

use crate::proxy::content::websocket::frame::{
    FramePart, FrameSplitter, Opcode, WebSocketFrameHead,
};
use crate::proxy::content::websocket::inflate::Inflater;
use crate::proxy::content::websocket::message::WebSocketMessage;
use crate::proxy::wire::{Direction, Stamp};

/// Reads messages from the pieces of one direction.
///
/// The same bytes give the same messages, however they are cut into pieces.
#[derive(Debug)]
pub(crate) struct MessageReader {
    cutter: FrameSplitter,
    assembler: Assembler,
}

impl MessageReader {
    /// A reader that keeps up to `limit` bytes of each message.
    pub(crate) fn new(direction: Direction, inflater: Option<Inflater>, limit: usize) -> Self {
        Self {
            cutter: FrameSplitter::new(direction),
            assembler: Assembler {
                inflater,
                limit,
                open: None,
                frame: None,
                control: Vec::new(),
                counts: DirectionCounts::default(),
                closed: false,
            },
        }
    }

    /// Takes the next piece, which passed at `at`; hands each whole message to `emit`.
    ///
    /// Nothing after a Close frame is read: it is not part of the conversation.
    ///
    /// # Errors
    ///
    /// In words, when the bytes are not a valid WebSocket. The reader cannot be used after that.
    pub(crate) fn push(
        &mut self,
        mut piece: &[u8],
        at: Stamp,
        mut emit: impl FnMut(WebSocketMessage),
    ) -> Result<(), String> {
        let assembler = &mut self.assembler;
        while !piece.is_empty() && !assembler.closed {
            piece = self
                .cutter
                .push(piece, |part| assembler.take(part, at, &mut emit))?;
        }
        Ok(())
    }

    /// The counts so far.
    pub(crate) fn counts(&self) -> DirectionCounts {
        self.assembler.counts
    }

    /// The message that has begun and not ended, if any.
    pub(crate) fn into_unfinished(self, at: Stamp) -> Option<WebSocketMessage> {
        self.assembler.open.map(|message| WebSocketMessage {
            cut: true,
            end: at,
            ..message
        })
    }
}

/// The counts of one direction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct DirectionCounts {
    pub(crate) messages: u64,
    /// Pings and pongs.
    pub(crate) pings: u64,
    /// The code of the Close frame; 1005 where it has none.
    pub(crate) close: Option<u16>,
}

/// Joins the parts of frames into messages.
#[derive(Debug)]
struct Assembler {
    inflater: Option<Inflater>,
    limit: usize,
    /// The message under way.
    open: Option<WebSocketMessage>,
    /// The frame under way.
    frame: Option<WebSocketFrameHead>,
    /// The payload of the control frame under way.
    control: Vec<u8>,
    counts: DirectionCounts,
    closed: bool,
}

impl Assembler {
    fn take(
        &mut self,
        part: FramePart<'_>,
        at: Stamp,
        emit: &mut impl FnMut(WebSocketMessage),
    ) -> Result<(), String> {
        match part {
            FramePart::Head(head) => self.begin(head, at),
            FramePart::Payload(bytes) => self.add(bytes),
            FramePart::End => self.end(at, emit),
        }
    }

    fn begin(&mut self, head: WebSocketFrameHead, at: Stamp) -> Result<(), String> {
        self.frame = Some(head);
        match (head.opcode, &mut self.open) {
            (Opcode::Close | Opcode::Ping | Opcode::Pong, _) => self.control.clear(),
            (Opcode::Continuation, None) => return Err("continuation of no message".into()),
            (Opcode::Continuation, Some(_)) if head.compressed => {
                return Err("continuation that says it is compressed".into());
            }
            (Opcode::Continuation, Some(message)) => message.wire_bytes += head.length,
            (Opcode::Text | Opcode::Binary, Some(_)) => {
                return Err("message within a message".into());
            }
            (Opcode::Text | Opcode::Binary, None) => {
                if head.compressed && self.inflater.is_none() {
                    return Err("compressed message, which was not agreed".into());
                }
                self.open = Some(WebSocketMessage {
                    compressed: head.compressed,
                    wire_bytes: head.length,
                    start: at,
                    ..WebSocketMessage::default()
                });
            }
        }
        Ok(())
    }

    fn add(&mut self, bytes: &[u8]) -> Result<(), String> {
        if self.frame.is_some_and(|head| head.opcode.is_control()) {
            self.control.extend_from_slice(bytes);
            return Ok(());
        }
        let limit = self.limit;
        let Some(message) = &mut self.open else {
            return Ok(());
        };
        match &mut self.inflater {
            Some(inflater) if message.compressed => {
                inflater.push(bytes, &mut |piece| message.append(piece, limit))
            }
            _ => {
                message.append(bytes, limit);
                Ok(())
            }
        }
    }

    fn end(&mut self, at: Stamp, emit: &mut impl FnMut(WebSocketMessage)) -> Result<(), String> {
        let Some(head) = self.frame.take() else {
            return Ok(());
        };
        match head.opcode {
            Opcode::Ping | Opcode::Pong => self.counts.pings += 1,
            Opcode::Close => {
                self.counts.close = Some(close_code(&self.control)?);
                self.closed = true;
            }
            _ if head.is_final => {
                let mut message = mem::take(&mut self.open).unwrap_or_default();
                message.end = at;
                self.finish(&mut message)?;
                self.counts.messages += 1;
                emit(message);
            }
            _ => {}
        }
        Ok(())
    }

    fn finish(&mut self, message: &mut WebSocketMessage) -> Result<(), String> {
        let limit = self.limit;
        match &mut self.inflater {
            Some(inflater) if message.compressed => {
                inflater.end(&mut |piece| message.append(piece, limit))
            }
            _ => Ok(()),
        }
    }
}

impl WebSocketMessage {
    fn append(&mut self, piece: &[u8], limit: usize) {
        let room = limit.saturating_sub(self.content.len());
        self.content
            .extend_from_slice(&piece[..piece.len().min(room)]);
        self.bytes += piece.len() as u64;
    }
}

/// RFC 6455, section 5.5.1.
fn close_code(payload: &[u8]) -> Result<u16, String> {
    match payload {
        [] => Ok(NO_CLOSE_CODE),
        [_] => Err("Close frame with half a code".into()),
        [high, low, ..] => Ok(u16::from_be_bytes([*high, *low])),
    }
}

/// Reported for a Close frame without a code (RFC 6455, section 7.4.1).
const NO_CLOSE_CODE: u16 = 1005;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::proxy::content::websocket::frame::tests::frame;
    use crate::proxy::content::websocket::inflate::tests::Deflater;

    type ReadResult = (
        Vec<(Vec<u8>, u64, u64)>,
        DirectionCounts,
        Result<(), String>,
    );

    /// Reads a direction: its messages with their lengths, its counts, and how it ended.
    fn read(direction: Direction, deflate: bool, limit: usize, pieces: &[&[u8]]) -> ReadResult {
        let inflater = deflate.then(|| Inflater::new(false));
        let mut reader = MessageReader::new(direction, inflater, limit);
        let mut messages = Vec::new();
        let result = pieces.iter().try_for_each(|piece| {
            reader.push(piece, 0, |message| {
                messages.push((message.content, message.bytes, message.wire_bytes));
            })
        });
        (messages, reader.counts(), result)
    }

    /// Fragments, control frames between them, compressed and not, with a shared window.
    fn conversation(direction: Direction) -> Vec<u8> {
        let mut deflater = Deflater::new(false);
        let [first, second] =
            [b"one one one one", b"one one one two"].map(|text| deflater.message(text));
        let (head, tail) = second.split_at(2);
        [
            frame(direction, 0x81, b"plain"),
            frame(direction, 0xc1, &first),
            frame(direction, 0x42, head),
            frame(direction, 0x89, b"ping"),
            frame(direction, 0x00, b""),
            frame(direction, 0x80, tail),
            frame(direction, 0x8a, b""),
            frame(direction, 0x82, b""),
            frame(direction, 0x88, &[0x03, 0xe9, b'b', b'y', b'e']),
            b"what follows a Close frame is not read".to_vec(),
        ]
        .concat()
    }

    #[test]
    fn a_conversation_is_read_at_every_cut() {
        for direction in [Direction::Up, Direction::Down] {
            let bytes = conversation(direction);
            let whole = read(direction, true, 100, &[&bytes]);
            let texts: Vec<_> = whole.0.iter().map(|(text, ..)| text.as_slice()).collect();
            assert_eq!(
                texts,
                [&b"plain"[..], b"one one one one", b"one one one two", b""]
            );
            let counts = DirectionCounts {
                messages: 4,
                pings: 2,
                close: Some(1001),
            };
            assert_eq!((whole.1, &whole.2), (counts, &Ok(())));
            for cut in 0..=bytes.len() {
                let (head, tail) = bytes.split_at(cut);
                assert_eq!(
                    read(direction, true, 100, &[head, tail]),
                    whole,
                    "cut at {cut}"
                );
            }
        }
    }

    #[test]
    fn a_message_past_the_limit_is_counted_and_the_next_is_read() {
        let mut deflater = Deflater::new(false);
        let long = vec![b'x'; 100_000];
        let bytes = [
            frame(Direction::Down, 0xc1, &deflater.message(&long)),
            frame(Direction::Down, 0x81, &long),
            frame(Direction::Down, 0xc1, &deflater.message(b"xxxxshort")),
        ]
        .concat();
        let (messages, ..) = read(Direction::Down, true, 10, &[&bytes]);
        assert_eq!((messages[0].0.len(), messages[0].1), (10, 100_000));
        assert!(messages[0].2 < 1000);
        assert_eq!(
            (messages[1].0.len(), messages[1].1, messages[1].2),
            (10, 100_000, 100_000)
        );
        assert_eq!(messages[2].0, b"xxxxshort");
    }

    #[test]
    fn a_code_is_taken_from_a_close_frame_where_it_has_one() {
        let closed = |payload: &[u8]| {
            let (_, counts, result) = read(
                Direction::Down,
                false,
                10,
                &[&frame(Direction::Down, 0x88, payload)],
            );
            (counts.close, result)
        };
        assert_eq!(closed(b""), (Some(1005), Ok(())));
        assert_eq!(closed(&[0x03, 0xe8]), (Some(1000), Ok(())));
        assert_eq!(closed(&[0x03]).0, None);
    }

    #[test]
    fn what_breaks_the_order_of_frames_ends_the_reading() {
        type FrameList<'a> = &'a [(u8, &'a [u8])];
        let cases: [(FrameList<'_>, &str); 6] = [
            (&[(0x80, b"")], "continuation of no message"),
            (&[(0x01, b"a"), (0x81, b"b")], "message within a message"),
            (
                &[(0x01, b"a"), (0xc0, b"b")],
                "continuation that says it is compressed",
            ),
            (
                &[(0xc1, b"\xff\xff")],
                "message that is not validly deflated",
            ),
            (&[(0x88, b"\x03")], "Close frame with half a code"),
            (&[(0x91, b"")], "reserved bit set in a frame"),
        ];
        for (frames, fault) in cases {
            let bytes: Vec<_> = frames
                .iter()
                .flat_map(|(first, payload)| frame(Direction::Down, *first, payload))
                .collect();
            assert_eq!(
                read(Direction::Down, true, 10, &[&bytes]).2,
                Err(fault.into())
            );
        }
        let compressed = frame(Direction::Up, 0xc1, b"");
        let fault = "compressed message, which was not agreed";
        assert_eq!(
            read(Direction::Up, false, 10, &[&compressed]).2,
            Err(fault.into())
        );
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_much_and_cutting_changes_nothing(
            bytes in proptest::collection::vec(
                prop_oneof![Just(0x81_u8), Just(0xc1), Just(0x00), Just(0x80), Just(0x01), Just(0x02), any::<u8>()],
                0..200,
            ),
            size in 1_usize..20,
            deflate: bool,
        ) {
            for direction in [Direction::Up, Direction::Down] {
                let pieces: Vec<_> = bytes.chunks(size).collect();
                let whole = read(direction, deflate, 50, &[&bytes]);
                prop_assert_eq!(read(direction, deflate, 50, &pieces), whole);
            }
        }

        #[test]
        fn what_was_sent_is_what_is_read(
            messages in proptest::collection::vec(
                (any::<bool>(), proptest::collection::vec(any::<u8>(), 0..400), 1_usize..100),
                0..8,
            ),
        ) {
            let mut deflater = Deflater::new(false);
            let mut bytes = Vec::new();
            for (compressed, content, size) in &messages {
                let payload = if *compressed { deflater.message(content) } else { content.clone() };
                let mut first = 2 | if *compressed { 0x40 } else { 0 };
                for fragment in payload.chunks(*size) {
                    bytes.extend(frame(Direction::Up, first, fragment));
                    first = 0;
                }
                bytes.extend(frame(Direction::Up, first | 0x80, b""));
            }
            let (read, _, result) = read(Direction::Up, true, 1000, &[&bytes]);
            prop_assert_eq!(result, Ok(()));
            let read: Vec<_> = read.into_iter().map(|(content, ..)| content).collect();
            let sent: Vec<_> = messages.into_iter().map(|(_, content, _)| content).collect();
            prop_assert_eq!(read, sent);
        }
    }
}
