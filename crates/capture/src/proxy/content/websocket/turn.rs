//! One exchange on a WebSocket while it is under way: a message from the agent and its answers.

use crate::proxy::content::event_list::EVENT_WEIGHT;
use crate::proxy::content::record_builder::{BodyHints, RecordBuilder};
use crate::proxy::content::websocket::kind;
use crate::proxy::content::websocket::message::WebSocketMessage;
use crate::proxy::wire::Stamp;
use crate::record::{Body, Delay, Event, Request, Response};

/// An exchange under way.
#[derive(Debug)]
pub(crate) struct Turn {
    pub(crate) id: u64,
    /// When its first byte passed.
    pub(crate) start: Stamp,
    /// Whether it asks a model, so that a terminal event has to come.
    pub(crate) asks_model: bool,
    /// Whether the terminal event has come.
    pub(crate) is_over: bool,
    pub(crate) delay: Delay,
    /// The agent's message, and when its last byte passed; `None` if the origin sent first.
    request: Option<(Body, Stamp)>,
    events: Vec<Event>,
    /// `None` before the first answer.
    answer: Option<TurnResponse>,
    /// Bytes that further events may still take.
    room: usize,
}

/// The counts of the origin's messages.
#[derive(Debug)]
struct TurnResponse {
    counts: Body,
    start: Stamp,
    end: Stamp,
}

impl Turn {
    /// A turn that the agent opens.
    pub(crate) fn asked(id: u64, message: WebSocketMessage, builder: &RecordBuilder) -> Self {
        let kind = kind::of(&message.content);
        let asks_model = match kind {
            Some(kind) => kind == b"response.create",
            None => message.truncated() && message.content.first() == Some(&b'{'),
        };
        let (start, end) = (message.start, message.end);
        Self {
            asks_model,
            request: Some((body(message, builder), end)),
            ..Self::unasked(id, start, builder.limit)
        }
    }

    /// A turn that the origin opens at `start`.
    pub(crate) fn unasked(id: u64, start: Stamp, limit: usize) -> Self {
        Self {
            id,
            start,
            asks_model: false,
            is_over: false,
            delay: Delay::default(),
            request: None,
            events: Vec::new(),
            answer: None,
            room: limit,
        }
    }

    /// Takes a message of the origin.
    pub(crate) fn answer(&mut self, message: WebSocketMessage, builder: &RecordBuilder) {
        let ends = !message.cut && self.is_ended_by(kind::of(&message.content));
        let answer = self.answer.get_or_insert_with(|| TurnResponse {
            counts: Body::default(),
            start: message.start,
            end: message.end,
        });
        answer.end = message.end;
        answer.counts.bytes += message.bytes;
        answer.counts.wire_bytes += message.wire_bytes;
        if message.compressed {
            answer.counts.encoding = Some(DEFLATE.into());
        }
        self.is_over |= ends;
        // A content is rarely shorter in the file, so one that does not fit is not built at all.
        if message.content.len() <= self.room || ends {
            let (event, written) = event(message, self.start, builder);
            let weight = written + EVENT_WEIGHT;
            // The last event carries the usage: it is kept even past the limit.
            if weight <= self.room || ends {
                self.room = self.room.saturating_sub(weight);
                answer.counts.truncated |= event.truncated;
                self.events.push(event);
                return;
            }
        }
        self.room = 0;
        answer.counts.truncated = true;
    }

    /// Whether the agent has sent a message and nothing has answered it.
    pub(crate) fn is_unanswered(&self) -> bool {
        self.request.is_some() && self.answer.is_none()
    }

    /// The request, and the response as far as it has come.
    pub(crate) fn into_parts(self, url: &str, http_version: &str) -> (Request, Option<Response>) {
        let start = self.start;
        let (body, end) = self.request.unzip();
        let request = Request {
            method: "GET".into(),
            url: url.into(),
            http_version: http_version.into(),
            headers: Vec::new(),
            body,
            trailers: Vec::new(),
            end_us: end.map(|end: Stamp| end.saturating_sub(start)),
        };
        let events = self.events;
        let response = self.answer.map(|answer| Response {
            status: 101,
            reason: None,
            http_version: http_version.into(),
            headers: Vec::new(),
            informational: Vec::new(),
            body: Some(answer.counts),
            events,
            trailers: Vec::new(),
            start_us: answer.start.saturating_sub(start),
            end_us: Some(answer.end.saturating_sub(start)),
        });
        (request, response)
    }

    /// Whether a message of this type ends the answer.
    fn is_ended_by(&self, kind: Option<&[u8]>) -> bool {
        match kind {
            Some(b"response.completed" | b"response.failed" | b"response.incomplete") => true,
            Some(b"error") => self.asks_model,
            _ => false,
        }
    }
}

fn body(message: WebSocketMessage, builder: &RecordBuilder) -> Body {
    let truncated = message.truncated();
    let hash = (!truncated).then(|| builder.key.content_hash(&message.content));
    let content = builder.content(message.content, hints(truncated));
    Body {
        json: content.json,
        text: content.text,
        base64: content.base64,
        bytes: message.bytes,
        wire_bytes: message.wire_bytes,
        encoding: message.compressed.then(|| DEFLATE.into()),
        hash: hash.filter(|_| !content.cut),
        truncated: truncated || content.cut,
        problem: None,
    }
}

/// The event, and how many bytes its content takes in the file.
fn event(message: WebSocketMessage, start: Stamp, builder: &RecordBuilder) -> (Event, usize) {
    let truncated = message.truncated();
    let content = builder.content(message.content, hints(truncated));
    let written = content.file_bytes();
    let event = Event {
        at_us: message.end.saturating_sub(start),
        event: None,
        json: content.json,
        text: content.text.map(String::into_boxed_str),
        base64: content.base64.map(String::into_boxed_str),
        bytes: message.bytes,
        wire_bytes: message.compressed.then_some(message.wire_bytes),
        truncated: truncated || content.cut,
    };
    (event, written)
}

fn hints(is_cut: bool) -> BodyHints {
    BodyHints {
        is_cut,
        is_form: false,
    }
}

/// The extension's name, as the record's `encoding`.
const DEFLATE: &str = "permessage-deflate";
