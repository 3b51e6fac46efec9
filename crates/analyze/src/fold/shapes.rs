//! The structure of each endpoint's payloads, and the section "Payload structure".

use std::collections::BTreeMap;

use crate::line::Exchange;
use crate::line::event::Event;

use crate::endpoint::Endpoint;
use crate::endpoint::entry;
use crate::report::{Payload, PayloadPart, Structure};
use crate::shape::Shape;
use crate::text;

/// The structure of all payloads, by endpoint.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shapes {
    endpoints: BTreeMap<Endpoint, EndpointShapes>,
}

/// The structure of one endpoint's payloads.
#[derive(Debug, Clone, Default)]
pub(crate) struct EndpointShapes {
    request: Shape,
    response: Shape,
    /// By the event's type; bounded by [`MAX_EVENT_TYPES`].
    events: BTreeMap<String, Shape>,
}

impl Shapes {
    /// Adds the JSON payloads of one exchange.
    pub(crate) fn add(&mut self, endpoint: &Endpoint, exchange: &Exchange<'_>) {
        // Different endpoints have no structure in common.
        if endpoint.is_folded() {
            return;
        }
        let request = exchange.request.body.as_ref();
        let response = exchange.response.as_ref();
        let request = request.and_then(|body| body.json);
        let answer = response.and_then(|response| response.body.as_ref()?.json);
        let events = response.map_or(&[][..], |response| &response.events);
        if request.is_none() && answer.is_none() && events.is_empty() {
            return;
        }
        let shapes = entry(&mut self.endpoints, endpoint);
        if let Some(json) = request {
            shapes.request.walk(json);
        }
        if let Some(json) = answer {
            shapes.response.walk(json);
        }
        for event in events {
            shapes.add_event(event);
        }
    }

    /// Removes and returns the structure of an endpoint's payloads.
    pub(crate) fn remove(&mut self, endpoint: &Endpoint) -> Option<EndpointShapes> {
        self.endpoints.remove(endpoint)
    }

    /// Adds to the structure of an endpoint's payloads.
    pub(crate) fn merge(&mut self, endpoint: &Endpoint, shapes: Option<EndpointShapes>) {
        if let Some(shapes) = shapes.filter(|_| !endpoint.is_folded()) {
            entry(&mut self.endpoints, endpoint).merge(shapes);
        }
    }

    /// The section "Payload structure".
    pub(crate) fn finish(&self) -> Structure {
        let mut payloads = Vec::new();
        for (endpoint, shapes) in &self.endpoints {
            let events = shapes.events.iter();
            let events = events.map(|(name, shape)| (PayloadPart::Event, Some(name), shape));
            let bodies = [
                (PayloadPart::Request, None, &shapes.request),
                (PayloadPart::Response, None, &shapes.response),
            ];
            for (part, event, shape) in bodies.into_iter().chain(events) {
                if shape.samples() == 0 {
                    continue;
                }
                payloads.push(Payload {
                    endpoint: endpoint.clone(),
                    part,
                    event: event.cloned(),
                    samples: shape.samples(),
                    rows: shape.rows(),
                    schema: shape.schema(),
                });
            }
        }
        Structure { payloads }
    }
}

impl EndpointShapes {
    /// Adds the data of an event.
    fn add_event(&mut self, event: &Event<'_>) {
        let Some(json) = event.json else { return };
        let name = event.kind();
        let name = text::cut(&name, MAX_TYPE_BYTES);
        if let Some(shape) = self.events.get_mut(name) {
            shape.walk(json);
            return;
        }
        self.events.entry(name.to_owned()).or_default().walk(json);
        self.trim();
    }

    fn merge(&mut self, other: Self) {
        self.request.merge(other.request);
        self.response.merge(other.response);
        for (name, shape) in other.events {
            self.events.entry(name).or_default().merge(shape);
        }
        self.trim();
    }

    /// Drops the last types by name, so that the order of events does not matter.
    fn trim(&mut self) {
        while self.events.len() > MAX_EVENT_TYPES {
            self.events.pop_last();
        }
    }
}

/// The Responses API has about fifty.
const MAX_EVENT_TYPES: usize = 512;
const MAX_TYPE_BYTES: usize = 100;
