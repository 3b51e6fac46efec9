//! One WebSocket: a reader for each direction, and the pairing of their messages.

use crate::proxy::content::websocket::extension;
use crate::proxy::content::websocket::inflate::Inflater;
use crate::proxy::content::websocket::message::WebSocketMessage;
use crate::proxy::content::websocket::pairing::{ExchangeSink, Pairing};
use crate::proxy::content::websocket::reader::{DirectionCounts, MessageReader};
use crate::proxy::wire::{Direction, SocketChunk, SocketInfo, Stamp};
use crate::record::WebSocketCounts;

/// One WebSocket under way.
#[derive(Debug)]
pub(crate) struct Socket {
    up: SocketDirection,
    down: SocketDirection,
    pairing: Pairing,
    extensions: Option<String>,
    /// Why reading stopped in either direction; the first cause.
    problem: Option<String>,
}

/// How a socket ended.
#[derive(Debug)]
pub(crate) struct SocketEnd {
    pub(crate) at: Stamp,
    /// Why; `None` for a normal end.
    pub(crate) reason: Option<String>,
    /// Whether the queue had no room for some of its bytes, so that the rest was not read.
    pub(crate) cut: bool,
}

/// One direction.
#[derive(Debug)]
struct SocketDirection {
    direction: Direction,
    /// `None` after bytes that are not a valid WebSocket.
    reader: Option<Box<MessageReader>>,
    counts: DirectionCounts,
}

impl Socket {
    /// A socket that has just been opened; keeps up to `limit` bytes of a message.
    pub(crate) fn new(mut info: SocketInfo, limit: usize) -> Self {
        let extensions = info.extensions.take();
        let agreed = extension::parse(extensions.as_deref());
        let side = |direction| {
            let inflater = match (&agreed, direction) {
                (Ok(Some(deflate)), Direction::Up) => {
                    Some(Inflater::new(deflate.client_no_context_takeover))
                }
                (Ok(Some(deflate)), Direction::Down) => {
                    Some(Inflater::new(deflate.server_no_context_takeover))
                }
                _ => None,
            };
            let reader = || Box::new(MessageReader::new(direction, inflater, limit));
            SocketDirection {
                direction,
                reader: agreed.is_ok().then(reader),
                counts: DirectionCounts::default(),
            }
        };
        Self {
            up: side(Direction::Up),
            down: side(Direction::Down),
            pairing: Pairing::new(info),
            extensions,
            problem: agreed.err(),
        }
    }

    /// Takes bytes that passed.
    pub(crate) fn push(&mut self, chunk: &SocketChunk, sink: &mut ExchangeSink<'_>) {
        let pairing = &mut self.pairing;
        pairing.delay(chunk.direction, chunk.delay_us);
        let side = match chunk.direction {
            Direction::Up => &mut self.up,
            Direction::Down => &mut self.down,
        };
        let direction = chunk.direction;
        let result = side.push(&chunk.bytes, chunk.at, |message| {
            pairing.message(direction, message, sink);
        });
        if let Err(problem) = result {
            if direction == Direction::Down {
                pairing.stop_reading_origin(&problem, sink);
            }
            let side = direction.sender().name();
            self.problem
                .get_or_insert_with(|| format!("{side}'s side: {problem}"));
        }
    }

    /// Ends what is under way, and returns the counts.
    pub(crate) fn finish(mut self, end: SocketEnd, sink: &mut ExchangeSink<'_>) -> WebSocketCounts {
        for side in [&mut self.up, &mut self.down] {
            side.note_counts();
            let unfinished = side
                .reader
                .take()
                .and_then(|reader| reader.into_unfinished(end.at));
            if let Some(message) = unfinished {
                self.pairing.message(side.direction, message, sink);
            }
        }
        let reason = if end.cut {
            Some(QUEUE_WAS_FULL.into())
        } else {
            end.reason
        };
        self.pairing.finish(reason, sink);
        let (up, down) = (self.up.counts, self.down.counts);
        WebSocketCounts {
            messages_up: up.messages,
            messages_down: down.messages,
            pings: up.pings + down.pings,
            close_up: up.close,
            close_down: down.close,
            extensions: self.extensions,
            problem: self.problem.or(end.cut.then(|| QUEUE_WAS_FULL.into())),
        }
    }
}

impl SocketDirection {
    fn push(
        &mut self,
        bytes: &[u8],
        at: Stamp,
        emit: impl FnMut(WebSocketMessage),
    ) -> Result<(), String> {
        let Some(reader) = &mut self.reader else {
            return Ok(());
        };
        let result = reader.push(bytes, at, emit);
        if result.is_err() {
            self.note_counts();
            self.reader = None;
        }
        result
    }

    fn note_counts(&mut self) {
        if let Some(reader) = &self.reader {
            self.counts = reader.counts();
        }
    }
}

const QUEUE_WAS_FULL: &str = "the recorder could not keep up, and stopped reading this socket";

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::proxy::content::record_builder::tests::builder;
    use crate::proxy::content::websocket::frame::tests::frame;
    use crate::proxy::content::websocket::inflate::tests::Deflater;
    use crate::proxy::wire::Clock;
    use crate::record::{Exchange, OutcomeState};

    const CREATE: &str = r#"{"type":"response.create","input":[]}"#;
    const CREATED: &str = r#"{"type":"response.created"}"#;
    const COMPLETED: &str = r#"{"type":"response.completed","response":{}}"#;

    /// A message of a conversation, and who sends it.
    type SentMessage<'a> = (Direction, &'a str);

    /// The records of a socket on which `steps` passed, one frame per chunk, ten microseconds apart.
    fn converse(
        extensions: Option<&str>,
        end: Option<SocketEnd>,
        steps: &[SentMessage<'_>],
    ) -> (Vec<Exchange>, WebSocketCounts) {
        let chunks = steps
            .iter()
            .map(|(direction, text)| (*direction, frame(*direction, 0x81, text.as_bytes())))
            .collect();
        record(extensions, end, chunks, 1 << 20)
    }

    fn record(
        extensions: Option<&str>,
        end: Option<SocketEnd>,
        chunks: Vec<(Direction, Vec<u8>)>,
        limit: usize,
    ) -> (Vec<Exchange>, WebSocketCounts) {
        let info = SocketInfo {
            connection: 7,
            upgrade: 3,
            url: "wss://host/path?key=secret".into(),
            http_version: "HTTP/1.1",
            extensions: extensions.map(Into::into),
        };
        let (builder, clock, ids) = (builder(limit), Clock::start(), Cell::new(3));
        let mut exchanges = Vec::new();
        let next_id = || {
            ids.set(ids.get() + 1);
            ids.get()
        };
        let mut sink = ExchangeSink {
            builder: &builder,
            clock: &clock,
            next_id: &next_id,
            emit: &mut |exchange| exchanges.push(exchange),
        };
        let mut socket = Socket::new(info, limit);
        let mut at = 100;
        for (direction, bytes) in chunks {
            let chunk = SocketChunk {
                connection: 7,
                direction,
                at,
                bytes: bytes.into(),
                delay_us: 2,
            };
            socket.push(&chunk, &mut sink);
            at += 10;
        }
        let end = end.unwrap_or(SocketEnd {
            at,
            reason: None,
            cut: false,
        });
        let counts = socket.finish(end, &mut sink);
        (exchanges, counts)
    }

    use Direction::{Down, Up};

    #[test]
    fn each_request_and_what_answers_it_is_an_exchange() {
        let steps = [
            (Up, CREATE),
            (Down, CREATED),
            (Down, COMPLETED),
            (Up, CREATE),
            (Down, COMPLETED),
        ];
        let (exchanges, counts) = converse(None, None, &steps);
        assert_eq!(exchanges.len(), 2);
        let first = &exchanges[0];
        assert_eq!((first.id, first.connection, first.upgrade), (4, 7, Some(3)));
        assert!(
            first
                .request
                .url
                .starts_with("wss://host/path?key=<redacted:")
        );
        let body = first.request.body.as_ref().unwrap();
        assert_eq!(body.json.as_ref().unwrap().get(), CREATE);
        let response = first.response.as_ref().unwrap();
        let marks: Vec<_> = response.events.iter().map(|event| event.at_us).collect();
        assert_eq!(
            (marks, response.start_us, response.end_us),
            (vec![10, 20], 10, Some(20))
        );
        assert_eq!(first.outcome.state, OutcomeState::Complete);
        assert_eq!(first.delay.unwrap().total_us, 6);
        assert_eq!((counts.messages_up, counts.messages_down), (2, 3));
        assert_eq!(
            exchanges[1].started_at.as_micros() - first.started_at.as_micros(),
            30
        );
    }

    #[test]
    fn every_terminal_event_ends_an_exchange() {
        for kind in [
            "response.completed",
            "response.failed",
            "response.incomplete",
            "error",
        ] {
            let terminal = format!(r#"{{"type":"{kind}","status":429}}"#);
            let late = r#"{"type":"codex.rate_limits"}"#;
            let steps = [(Up, CREATE), (Down, terminal.as_str()), (Down, late)];
            let (exchanges, _) = converse(None, None, &steps);
            assert_eq!(exchanges[0].outcome.state, OutcomeState::Complete, "{kind}");
            assert_eq!(exchanges[0].response.as_ref().unwrap().events.len(), 1);
            assert!(
                exchanges[1].request.body.is_none(),
                "what comes late answers nothing"
            );
            assert_eq!(exchanges[1].outcome.state, OutcomeState::Complete);
        }
    }

    #[test]
    fn a_socket_that_ends_within_a_turn_aborts_it() {
        let (exchanges, _) = converse(None, None, &[(Up, CREATE), (Down, CREATED)]);
        assert_eq!(exchanges[0].outcome.state, OutcomeState::Aborted);
        let reset = SocketEnd {
            at: 500,
            reason: Some("connection reset".into()),
            cut: false,
        };
        let (exchanges, _) = converse(None, Some(reset), &[(Up, "hi"), (Down, "hi")]);
        assert_eq!(
            exchanges[0].outcome.reason.as_deref(),
            Some("connection reset")
        );
        let (exchanges, _) = converse(None, None, &[(Up, "hi")]);
        assert_eq!(exchanges[0].outcome.state, OutcomeState::Aborted);
        let (exchanges, _) = converse(None, None, &[(Up, "hi"), (Down, "hi")]);
        assert_eq!(
            exchanges[0].outcome.state,
            OutcomeState::Complete,
            "another protocol has no terminal events"
        );
    }

    #[test]
    fn what_the_origin_says_first_is_an_exchange_without_a_request() {
        let (exchanges, _) = converse(
            None,
            None,
            &[(Down, "hello"), (Down, "more"), (Up, "hi"), (Down, "bye")],
        );
        assert!(exchanges[0].request.body.is_none() && exchanges[0].request.end_us.is_none());
        let response = exchanges[0].response.as_ref().unwrap();
        assert_eq!((response.events.len(), response.start_us), (2, 0));
        assert_eq!(
            exchanges[1].response.as_ref().unwrap().events[0]
                .text
                .as_deref(),
            Some("bye")
        );
    }

    #[test]
    fn the_next_request_ends_an_unfinished_turn_and_says_so() {
        let (exchanges, _) = converse(None, None, &[(Up, CREATE), (Up, CREATE), (Down, COMPLETED)]);
        assert_eq!(exchanges[0].notes.len(), 1);
        assert!(exchanges[0].response.is_none());
        assert_eq!(exchanges[1].response.as_ref().unwrap().events.len(), 1);
    }

    #[test]
    fn compressed_messages_say_so_and_what_they_weighed() {
        let (mut up, mut down) = (Deflater::new(false), Deflater::new(true));
        let completed = COMPLETED.as_bytes();
        let chunks = vec![
            (Up, frame(Up, 0xc1, &up.message(CREATE.as_bytes()))),
            (Down, frame(Down, 0xc1, &down.message(completed))),
            (Up, frame(Up, 0xc1, &up.message(CREATE.as_bytes()))),
            (Down, frame(Down, 0xc1, &down.message(completed))),
        ];
        let agreed = "permessage-deflate; server_no_context_takeover; client_max_window_bits=15";
        let (exchanges, counts) = record(Some(agreed), None, chunks, 1 << 20);
        assert_eq!(counts.extensions.as_deref(), Some(agreed));
        assert_eq!(exchanges.len(), 2);
        for exchange in &exchanges {
            let body = exchange.request.body.as_ref().unwrap();
            assert_eq!(body.json.as_ref().unwrap().get(), CREATE);
            assert_eq!(body.encoding.as_deref(), Some("permessage-deflate"));
            assert!(body.wire_bytes != body.bytes);
            let event = &exchange.response.as_ref().unwrap().events[0];
            assert_eq!(event.json.as_ref().unwrap().get(), COMPLETED);
            assert!(event.wire_bytes.is_some());
        }
        let hash = |exchange: &Exchange| exchange.request.body.as_ref().unwrap().hash.clone();
        assert!(hash(&exchanges[0]).is_some() && hash(&exchanges[0]) == hash(&exchanges[1]));
    }

    #[test]
    fn invalid_frames_end_the_reading_of_their_side_alone() {
        let mut chunks = vec![
            (Up, frame(Up, 0x81, CREATE.as_bytes())),
            (Down, frame(Down, 0x83, b"")),
            (Down, frame(Down, 0x81, COMPLETED.as_bytes())),
            (Up, frame(Up, 0x81, CREATE.as_bytes())),
        ];
        let (exchanges, counts) = record(None, None, chunks.clone(), 100);
        assert_eq!(exchanges.len(), 2);
        for exchange in &exchanges {
            assert_eq!(exchange.outcome.state, OutcomeState::Aborted);
            assert!(
                exchange
                    .outcome
                    .reason
                    .as_ref()
                    .unwrap()
                    .contains("reserved opcode 3")
            );
        }
        assert_eq!(
            counts.problem.as_deref(),
            Some("the origin's side: frame with the reserved opcode 3")
        );
        assert_eq!((counts.messages_up, counts.messages_down), (2, 0));

        chunks[1] = (Up, b"\xff\xff".to_vec());
        let (exchanges, counts) = record(None, None, chunks, 100);
        assert_eq!(exchanges.len(), 1);
        assert_eq!(exchanges[0].outcome.state, OutcomeState::Complete);
        assert!(counts.problem.unwrap().starts_with("the agent's side: "));
    }

    #[test]
    fn an_extension_that_is_not_known_leaves_the_socket_unread() {
        let (exchanges, counts) =
            converse(Some("x-other"), None, &[(Up, CREATE), (Down, COMPLETED)]);
        assert!(exchanges.is_empty());
        assert_eq!(
            counts.problem.as_deref(),
            Some("unknown WebSocket extension \"x-other\"")
        );
    }

    #[test]
    fn a_message_that_its_socket_cut_is_on_record_as_far_as_it_came() {
        let whole = frame(Up, 0x81, CREATE.as_bytes());
        let chunks = vec![(Up, whole[..20].to_vec())];
        let (exchanges, _) = record(None, None, chunks, 100);
        let body = exchanges[0].request.body.as_ref().unwrap();
        assert!(body.truncated && body.text.as_ref().unwrap().starts_with(r#"{"type":"#));
        assert_eq!(exchanges[0].outcome.state, OutcomeState::Aborted);
    }

    #[test]
    fn past_the_limit_events_are_counted_and_the_last_is_kept() {
        let delta = r#"{"type":"response.output_text.delta","delta":"0123456789"}"#;
        let mut steps = vec![(Up, CREATE)];
        steps.extend([(Down, delta); 20]);
        steps.push((Down, COMPLETED));
        let chunks = steps
            .iter()
            .map(|(direction, text)| (*direction, frame(*direction, 0x81, text.as_bytes())))
            .collect();
        let (exchanges, counts) = record(None, None, chunks, 400);
        let response = exchanges[0].response.as_ref().unwrap();
        assert!(response.events.len() < 10);
        assert_eq!(
            response.events.last().unwrap().json.as_ref().unwrap().get(),
            COMPLETED
        );
        let body = response.body.as_ref().unwrap();
        assert!(body.truncated);
        assert_eq!(body.bytes, (20 * delta.len() + COMPLETED.len()) as u64);
        assert_eq!(counts.messages_down, 21);
    }

    #[test]
    fn a_socket_whose_bytes_were_dropped_says_so() {
        let cut = SocketEnd {
            at: 500,
            reason: None,
            cut: true,
        };
        let (exchanges, counts) = converse(None, Some(cut), &[(Up, CREATE)]);
        assert_eq!(exchanges[0].outcome.state, OutcomeState::Aborted);
        assert!(counts.problem.unwrap().contains("could not keep up"));
    }
}
