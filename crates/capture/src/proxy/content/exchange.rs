//! Makes an exchange of a draft: stamps become marks, bodies are decoded.

use crate::proxy::content::body::{EventStream, is_event_stream};
use crate::proxy::content::record_builder::RecordBuilder;
use crate::proxy::wire::{Clock, Draft, RequestDraft, ResponseDraft, Stamp};
use crate::record::{
    Delay, Exchange, Header, Informational, Outcome, OutcomeState, Request, Response, Transport,
};

impl RecordBuilder {
    /// The record of an HTTP exchange that a tap saw.
    pub(crate) fn exchange(&self, mut draft: Draft, clock: &Clock) -> Exchange {
        let start = draft.start;
        if let Some(redactor) = &self.redactor {
            // Headers first: a credential found in one is then recognised in the bodies.
            redactor.headers(&mut draft.request.headers);
            if let Some(response) = &mut draft.response {
                redactor.headers(&mut response.headers);
            }
        }
        let mut notes = draft.notes;
        let mut response = draft
            .response
            .map(|response| self.response(response, start, &mut notes));
        if let Some(response) = &mut response {
            response.informational = informational(draft.informational, start);
        }
        let mut exchange = Exchange {
            id: draft.id,
            connection: draft.connection,
            started_at: clock.wall(start),
            transport: Transport::Http,
            upgrade: None,
            request: self.request(draft.request, start),
            response,
            outcome: draft.outcome.unwrap_or_else(unended),
            delay: Some(draft.delay).filter(|delay| *delay != Delay::default()),
            notes,
        };
        if let Some(redactor) = &self.redactor {
            redactor.exchange_after_headers(&mut exchange);
        }
        exchange
    }

    fn request(&self, draft: RequestDraft, start: Stamp) -> Request {
        let body = self.body(draft.body, &draft.headers, draft.end.is_some());
        Request {
            method: draft.method,
            url: draft.url,
            http_version: draft.http_version.into(),
            headers: draft.headers,
            body,
            trailers: draft.trailers,
            end_us: draft.end.map(|at| mark(at, start)),
        }
    }

    fn response(&self, draft: ResponseDraft, start: Stamp, notes: &mut Vec<String>) -> Response {
        let (headers, complete) = (draft.headers, draft.end.is_some());
        let stream = if is_event_stream(&headers) {
            self.event_stream(draft.body, &headers, complete, start)
        } else {
            EventStream {
                body: self.body(draft.body, &headers, complete),
                ..EventStream::default()
            }
        };
        if stream.ends_within_event {
            notes.push("the event stream ends within an event".into());
        }
        Response {
            status: draft.status,
            reason: draft.reason,
            http_version: draft.http_version.into(),
            headers,
            informational: Vec::new(),
            body: stream.body,
            events: stream.events,
            trailers: draft.trailers,
            start_us: mark(draft.start, start),
            end_us: draft.end.map(|at| mark(at, start)),
        }
    }
}

fn informational(drafts: Vec<(u16, Vec<Header>, Stamp)>, start: Stamp) -> Vec<Informational> {
    drafts
        .into_iter()
        .map(|(status, headers, at)| Informational {
            status,
            headers,
            at_us: mark(at, start),
        })
        .collect()
}

/// The outcome of a draft without one: its tap was dropped before the exchange ended.
fn unended() -> Outcome {
    Outcome {
        state: OutcomeState::Aborted,
        reason: None,
    }
}

/// Microseconds from the start of the exchange.
fn mark(at: Stamp, start: Stamp) -> u64 {
    at.saturating_sub(start)
}
