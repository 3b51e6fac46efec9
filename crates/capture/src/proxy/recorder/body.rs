//! A body as it travelled becomes a body on record: decoded, bounded, placed.

use crate::proxy::tap::draft::{BodyDraft, Stamp};
use crate::record::{Body, Event, Header};

use super::content::{Nature, Reading};
use super::encoding::Decoder;
use super::sse::{Splitter, SseEvent};

/// The events of a stream, and its body without them.
#[derive(Debug, Default)]
pub(super) struct EventStream {
    pub(super) body: Option<Body>,
    pub(super) events: Vec<Event>,
    /// Whether the stream ended within an event, which is thereby none.
    pub(super) ends_within_event: bool,
}

impl Reading {
    /// Reads a body; `complete` says that its last byte has passed.
    pub(super) fn body(
        &self,
        draft: BodyDraft,
        headers: &[Header],
        complete: bool,
    ) -> Option<Body> {
        if draft.wire_bytes == 0 {
            return None;
        }
        let opened = self.open(&draft, headers, complete, |_, _| ());
        let nature = Nature {
            is_form: media_type(headers)
                .is_some_and(|name| name == "application/x-www-form-urlencoded"),
            is_cut: opened.body.truncated,
        };
        let bytes = opened.decoded.unwrap_or(draft.kept);
        Some(self.fill(opened.body, bytes, nature))
    }

    /// Reads the body of a `text/event-stream`; marks count from `start`.
    pub(super) fn event_stream(
        &self,
        draft: BodyDraft,
        headers: &[Header],
        complete: bool,
        start: Stamp,
    ) -> EventStream {
        if draft.wire_bytes == 0 {
            return EventStream::default();
        }
        let mut splitter = Splitter::new(self.limit);
        let mut list = EventList::new(self.limit);
        let mut opened = self.open(&draft, headers, complete, |piece, at| {
            splitter.push(piece, at, |event| list.push(self, event, start));
        });
        if opened.decoded.is_none() && opened.body.problem.is_some() {
            let body = self.fill(opened.body, draft.kept, Nature::default());
            return EventStream {
                body: Some(body),
                ..EventStream::default()
            };
        }
        opened.body.truncated |= list.overflowed;
        EventStream {
            body: Some(opened.body),
            events: list.events,
            ends_within_event: splitter.is_within_event(),
        }
    }

    /// Undoes the content-encoding; shows each piece with its stamp as it decodes.
    fn open(
        &self,
        draft: &BodyDraft,
        headers: &[Header],
        complete: bool,
        mut show: impl FnMut(&[u8], Stamp),
    ) -> Opened {
        let mut body = Body {
            bytes: draft.wire_bytes,
            wire_bytes: draft.wire_bytes,
            truncated: draft.truncated() || !complete,
            ..Body::default()
        };
        let encodings = values(headers, "content-encoding");
        let mut decoder = match Decoder::new(encodings, self.limit) {
            Ok(Some(decoder)) => decoder,
            Ok(None) => {
                pieces(draft).for_each(|(piece, at)| show(piece, at));
                body.hash = (!body.truncated).then(|| self.key.content_hash(&draft.kept));
                return Opened {
                    body,
                    decoded: None,
                };
            }
            Err(problem) => {
                body.problem = Some(problem);
                return Opened {
                    body,
                    decoded: None,
                };
            }
        };
        let mut shown = 0;
        for (piece, at) in pieces(draft) {
            decoder.push(piece);
            show(&decoder.content()[shown..], at);
            shown = decoder.content().len();
        }
        let names = decoder.names();
        let decoded = decoder.finish();
        let cut = body.truncated;
        body.problem = decoded.problem;
        if decoded.content.is_empty() && body.problem.is_some() {
            return Opened {
                body,
                decoded: None,
            };
        }
        if body.problem.is_none() && !decoded.ended && !decoded.overflowed && !cut {
            body.problem = Some(format!("ends before its {names} stream does"));
        }
        body.truncated = cut || decoded.overflowed || !decoded.ended;
        body.bytes = decoded.content.len() as u64;
        body.encoding = Some(names);
        body.hash = (!body.truncated).then(|| self.key.content_hash(&decoded.content));
        Opened {
            body,
            decoded: Some(decoded.content),
        }
    }

    fn fill(&self, body: Body, bytes: Vec<u8>, nature: Nature) -> Body {
        let content = self.content(bytes, nature);
        Body {
            json: content.json,
            text: content.text,
            base64: content.base64,
            ..body
        }
    }

    fn event(&self, event: SseEvent, start: Stamp) -> Event {
        let truncated = event.bytes > event.data.len() as u64;
        let nature = Nature {
            is_cut: truncated,
            ..Nature::default()
        };
        let content = self.content(event.data, nature);
        Event {
            at_us: event.at.saturating_sub(start),
            event: event.name,
            json: content.json,
            text: content.text,
            base64: content.base64,
            bytes: event.bytes,
            wire_bytes: None,
            truncated,
        }
    }
}

/// A body whose content is to be placed.
struct Opened {
    body: Body,
    /// What it decoded to; `None` where it is as on the wire.
    decoded: Option<Vec<u8>>,
}

/// Events up to a limit on all of them.
struct EventList {
    events: Vec<Event>,
    room: usize,
    overflowed: bool,
}

impl EventList {
    fn new(limit: usize) -> Self {
        Self {
            events: Vec::new(),
            room: limit,
            overflowed: false,
        }
    }

    fn push(&mut self, reading: &Reading, event: SseEvent, start: Stamp) {
        let weight = event.data.len() + EVENT_WEIGHT;
        self.overflowed |= weight > self.room;
        if !self.overflowed {
            self.room -= weight;
            self.events.push(reading.event(event, start));
        }
    }
}

/// Whether the headers announce server-sent events.
pub(super) fn is_event_stream(headers: &[Header]) -> bool {
    media_type(headers).is_some_and(|name| name == "text/event-stream")
}

/// The values of all headers of a name.
fn values<'a>(headers: &'a [Header], name: &str) -> impl Iterator<Item = &'a str> {
    headers
        .iter()
        .filter(move |header| header.name.eq_ignore_ascii_case(name))
        .map(|header| header.value.as_str())
}

/// The media type of a body in lower case, without its parameters.
fn media_type(headers: &[Header]) -> Option<String> {
    let value = values(headers, "content-type").next()?;
    let name = value.split(';').next().unwrap_or_default();
    Some(name.trim().to_ascii_lowercase())
}

/// The pieces that were kept, each with its stamp.
fn pieces(draft: &BodyDraft) -> impl Iterator<Item = (&[u8], Stamp)> {
    let mut start = 0;
    draft.pieces.iter().map(move |(end, at)| {
        let piece = draft.kept.get(start..*end).unwrap_or_default();
        start = *end;
        (piece, *at)
    })
}

/// What an event costs beside its data: many empty ones weigh something too.
pub(super) const EVENT_WEIGHT: usize = 64;
