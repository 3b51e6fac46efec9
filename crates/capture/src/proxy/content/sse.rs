//! Splits a stream of bytes into server-sent events (WHATWG HTML, section 9.2.6).
//!
//! Decoded pieces of any size come in; whole events go out. `id` and `retry` are
//! skipped: no agent API that we record uses them.

use std::mem;

use memchr::memchr2;

use crate::proxy::wire::Stamp;

/// Splits pieces into events.
///
/// The same bytes give the same events, however they are cut into pieces.
#[derive(Debug)]
pub(crate) struct SseSplitter {
    /// The unfinished line, up to the limit.
    line: Vec<u8>,
    /// How many bytes of the unfinished line were not kept.
    line_dropped: u64,
    /// Whether the last piece ended with a CR, to which a following LF would belong.
    after_cr: bool,
    /// Whether no line has ended yet: the first may begin with a byte order mark.
    first_line: bool,
    event: UnfinishedEvent,
    /// Bytes to keep of one event.
    limit: usize,
}

/// One event, as it was sent.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct SseEvent {
    /// The `event` field.
    pub(crate) name: Option<String>,
    /// The `data` fields joined by line feeds, up to the limit.
    pub(crate) data: Vec<u8>,
    /// Length of all the data, kept or not.
    pub(crate) bytes: u64,
    /// When its last byte passed.
    pub(crate) at: Stamp,
}

/// The fields of an event that has not ended.
#[derive(Debug, Default)]
struct UnfinishedEvent {
    name: Option<String>,
    data: Vec<u8>,
    bytes: u64,
    has_data: bool,
}

impl SseSplitter {
    /// A splitter that keeps up to `limit` bytes of an event.
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            line: Vec::new(),
            line_dropped: 0,
            after_cr: false,
            first_line: true,
            event: UnfinishedEvent::default(),
            limit,
        }
    }

    /// Takes the next piece, which passed at `at`, and hands each completed event to `emit`.
    pub(crate) fn push(&mut self, mut piece: &[u8], at: Stamp, mut emit: impl FnMut(SseEvent)) {
        if self.after_cr && piece.first() == Some(&b'\n') {
            piece = &piece[1..];
            self.after_cr = false;
        }
        while let Some(end) = memchr2(b'\r', b'\n', piece) {
            let (line, rest) = (&piece[..end], &piece[end + 1..]);
            let is_cr = piece[end] == b'\r';
            emit_some(self.end_line(line, at), &mut emit);
            piece = match rest {
                [b'\n', rest @ ..] if is_cr => rest,
                rest => rest,
            };
            self.after_cr = is_cr && rest.is_empty();
        }
        if !piece.is_empty() {
            self.after_cr = false;
            self.keep(piece);
        }
    }

    /// Whether the stream so far ends within an event, which the standard discards.
    pub(crate) fn is_within_event(&self) -> bool {
        self.event.has_data || !self.line.is_empty()
    }

    /// Keeps the beginning of a line that has not ended.
    fn keep(&mut self, part: &[u8]) {
        let room = (self.limit + FIELD_BYTES).saturating_sub(self.line.len());
        let kept = part.len().min(room);
        self.line.extend_from_slice(&part[..kept]);
        self.line_dropped += (part.len() - kept) as u64;
    }

    fn end_line(&mut self, rest: &[u8], at: Stamp) -> Option<SseEvent> {
        if self.line.is_empty() {
            return self.take_line(rest, 0, at);
        }
        self.keep(rest);
        let line = mem::take(&mut self.line);
        let dropped = mem::take(&mut self.line_dropped);
        let event = self.take_line(&line, dropped, at);
        self.line = line;
        self.line.clear();
        // One long line must not cost its memory for the rest of the stream.
        self.line.shrink_to(LINE_BYTES);
        event
    }

    fn take_line(&mut self, mut line: &[u8], dropped: u64, at: Stamp) -> Option<SseEvent> {
        if mem::take(&mut self.first_line) {
            line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        }
        if line.is_empty() {
            return self.end_event(at);
        }
        let (field, value) = match memchr::memchr(b':', line) {
            Some(colon) => (&line[..colon], &line[colon + 1..]),
            None => (line, &line[..0]),
        };
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match field {
            b"data" => self.event.add(value, dropped, self.limit),
            b"event" => {
                let name = String::from_utf8_lossy(&value[..value.len().min(NAME_BYTES)]);
                self.event.name = Some(name.into_owned()).filter(|name| !name.is_empty());
            }
            _ => {}
        }
        None
    }

    fn end_event(&mut self, at: Stamp) -> Option<SseEvent> {
        let event = mem::take(&mut self.event);
        event.has_data.then_some(SseEvent {
            name: event.name,
            data: event.data,
            bytes: event.bytes,
            at,
        })
    }
}

impl UnfinishedEvent {
    /// Adds the value of one `data` field, of which `dropped` bytes are missing.
    fn add(&mut self, value: &[u8], dropped: u64, limit: usize) {
        if mem::replace(&mut self.has_data, true) {
            self.append(b"\n", limit);
        }
        self.append(value, limit);
        self.bytes += dropped;
    }

    fn append(&mut self, part: &[u8], limit: usize) {
        // Nothing is kept after a gap: `data` is always a prefix.
        let whole = self.bytes == self.data.len() as u64;
        let room = limit.saturating_sub(self.data.len());
        let kept = if whole { part.len().min(room) } else { 0 };
        self.data.extend_from_slice(&part[..kept]);
        self.bytes += part.len() as u64;
    }
}

fn emit_some(event: Option<SseEvent>, emit: &mut impl FnMut(SseEvent)) {
    if let Some(event) = event {
        emit(event);
    }
}

/// Room for a field's name in a line whose value fills the limit.
const FIELD_BYTES: usize = 16;

/// The capacity that the line's buffer keeps between lines.
const LINE_BYTES: usize = 64 * 1024;

/// Longer than any event's name; bounds what a peer can make us hold.
const NAME_BYTES: usize = 256;

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use eventsource_stream::Eventsource;
    use futures_util::Stream;
    use proptest::prelude::*;

    use super::*;

    const STREAM: &[u8] = b"\xef\xbb\xbf: hello\r\nevent: one\rdata: 1\n\ndata:a\r\ndata:  b\r\n\r\n\
        event: lost\n\nid: 7\nretry: 10\ndata\n\r\rdata: \xe2\x82\xac\nevent: two\nunknown: x\n\n\ndata: cut";

    fn split(pieces: &[&[u8]], limit: usize) -> Vec<SseEvent> {
        let mut splitter = SseSplitter::new(limit);
        let mut events = Vec::new();
        for piece in pieces {
            splitter.push(piece, 0, |event| events.push(event));
        }
        events
    }

    fn event(name: Option<&str>, data: &str) -> SseEvent {
        SseEvent {
            name: name.map(Into::into),
            data: data.into(),
            bytes: data.len() as u64,
            at: 0,
        }
    }

    #[test]
    fn line_ends_comments_and_fields_are_read_as_the_standard_says() {
        let events = [
            event(Some("one"), "1"),
            event(None, "a\n b"),
            event(None, ""),
            event(Some("two"), "€"),
        ];
        assert_eq!(split(&[STREAM], 1 << 20), events);
    }

    #[test]
    fn cutting_does_not_change_the_events() {
        for limit in [1, 3, 1 << 20] {
            let whole = split(&[STREAM], limit);
            for first in 0..=STREAM.len() {
                for second in first..=STREAM.len() {
                    let pieces = [&STREAM[..first], &STREAM[first..second], &STREAM[second..]];
                    assert_eq!(split(&pieces, limit), whole, "cut at {first} and {second}");
                }
            }
        }
    }

    #[test]
    fn an_event_is_stamped_when_its_last_byte_passed() {
        let mut splitter = SseSplitter::new(100);
        let mut stamps = Vec::new();
        for (at, piece) in [
            &b"data: 1\n"[..],
            b"\ndata: 2\n\nda",
            b"ta: 3\r",
            b"\r",
            b"\n",
        ]
        .into_iter()
        .enumerate()
        {
            splitter.push(piece, at as Stamp, |event| stamps.push(event.at));
        }
        assert_eq!(stamps, [1, 1, 3]);
        assert!(!splitter.is_within_event());
        splitter.push(b"data: ", 9, |_| panic!("no event has ended"));
        assert!(splitter.is_within_event());
    }

    #[test]
    fn an_event_past_the_limit_is_counted_and_its_beginning_kept() {
        let long = format!("data: {}\ndata: tail\n\ndata: next\n\n", "x".repeat(5000));
        for size in [1, 7, 100, 10_000] {
            let pieces: Vec<_> = long.as_bytes().chunks(size).collect();
            let events = split(&pieces, 100);
            assert_eq!(events[0].data, vec![b'x'; 100]);
            assert_eq!(events[0].bytes, 5005);
            assert_eq!(events[1], event(None, "next"));
        }
    }

    /// What another implementation reads from the same stream.
    fn oracle(bytes: &[u8]) -> Vec<(Option<String>, Vec<u8>)> {
        let pieces = [Ok::<_, Infallible>(bytes.to_vec())];
        let mut stream = pin!(futures_util::stream::iter(pieces).eventsource());
        let mut context = Context::from_waker(Waker::noop());
        let mut events = Vec::new();
        while let Poll::Ready(Some(event)) = stream.as_mut().poll_next(&mut context) {
            let event = event.unwrap();
            let name = Some(event.event).filter(|name| name != "message");
            events.push((name, event.data.into_bytes()));
        }
        events
    }

    proptest! {
        #[test]
        fn another_implementation_sees_the_same_events(
            lines in proptest::collection::vec(
                prop_oneof![
                    Just("data: x"), Just("data:  y"), Just("data: {\"a\":1}"), Just("event: e"),
                    Just("event:f"), Just(": c"), Just("id: 1"), Just("other: 2"), Just(""), Just(""),
                ],
                0..40,
            ),
            end in prop_oneof![Just("\n"), Just("\r\n"), Just("\r")],
        ) {
            // The other one waits for what follows a CR: the comment ends the last line for it.
            let stream: String = lines.iter().chain([&": end"]).flat_map(|line| [*line, end]).collect();
            let ours: Vec<_> = split(&[stream.as_bytes()], 1 << 20)
                .into_iter()
                .map(|event| (event.name, event.data))
                .collect();
            prop_assert_eq!(ours, oracle(stream.as_bytes()));
        }

        #[test]
        fn no_bytes_are_too_much(pieces in proptest::collection::vec(any::<Vec<u8>>(), 0..10)) {
            let pieces: Vec<_> = pieces.iter().map(Vec::as_slice).collect();
            let whole = split(&[&pieces.concat()], 64);
            prop_assert_eq!(split(&pieces, 64), whole);
        }
    }
}
