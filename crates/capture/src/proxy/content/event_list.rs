//! The events of a stream, up to a limit on the bytes that they take in the file.

use std::sync::Arc;

use crate::proxy::content::escaped_length;
use crate::proxy::content::record_builder::RecordBuilder;
use crate::proxy::content::sse::SseEvent;
use crate::proxy::wire::Stamp;
use crate::record::Event;

/// Collects events up to a limit on their total size.
pub(crate) struct EventList {
    pub(crate) events: Vec<Event>,
    room: usize,
    pub(crate) overflowed: bool,
    /// The last event's name, redacted; shared, because most events have the same.
    name: Option<Arc<str>>,
    /// How many bytes the name takes in the file.
    name_bytes: usize,
}

impl EventList {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            events: Vec::new(),
            room: limit,
            overflowed: false,
            name: None,
            name_bytes: 0,
        }
    }

    pub(crate) fn push(&mut self, builder: &RecordBuilder, event: SseEvent, start: Stamp) {
        if self.overflowed {
            return;
        }
        if self.name.as_deref() != event.name.as_deref() {
            let redactor = builder.redactor.as_ref();
            self.name = event.name.as_deref().map(|name| {
                let redacted = redactor.and_then(|redactor| redactor.event_name(name));
                redacted.map_or_else(|| Arc::from(name), Arc::from)
            });
            self.name_bytes = self.name.as_deref().map_or(0, escaped_length::escaped_len);
        }
        let name = self.name.clone();
        let (event, written) = builder.event(event, start);
        // The name is shared in memory, but written with each event.
        let weight = written + self.name_bytes + EVENT_WEIGHT;
        self.overflowed = weight > self.room;
        if !self.overflowed {
            self.room -= weight;
            self.events.push(Event {
                event: name,
                ..event
            });
        }
    }
}

/// Charged for each event on top of its data, so that many empty ones are bounded too.
pub(crate) const EVENT_WEIGHT: usize = 64;
