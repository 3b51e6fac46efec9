//! A draft becomes an exchange: stamps become marks, bodies are read.

use crate::proxy::tap::draft::{BodyDraft, Draft, RequestDraft, ResponseDraft, Stamp};
use crate::record::{
    Body, Delay, Exchange, Informational, Outcome, OutcomeState, Request, Response, Transport,
};

use super::clock::Clock;

/// Turns what a tap saw of an HTTP exchange into its record.
pub(super) fn from_draft(draft: Draft, clock: &Clock) -> Exchange {
    let start = draft.start;
    let informational = draft
        .informational
        .into_iter()
        .map(|(status, headers, at)| Informational {
            status,
            headers,
            at_us: mark(at, start),
        })
        .collect();
    Exchange {
        id: draft.id,
        connection: draft.connection,
        started_at: clock.wall(start),
        transport: Transport::Http,
        upgrade: None,
        request: request(draft.request, start),
        response: draft
            .response
            .map(|response| self::response(response, informational, start)),
        outcome: draft.outcome.unwrap_or_else(unended),
        delay: Some(draft.delay).filter(|delay| *delay != Delay::default()),
        notes: draft.notes,
    }
}

fn request(draft: RequestDraft, start: Stamp) -> Request {
    Request {
        method: draft.method,
        url: draft.url,
        http_version: draft.http_version.into(),
        headers: draft.headers,
        body: body(draft.body),
        trailers: draft.trailers,
        end_us: draft.end.map(|at| mark(at, start)),
    }
}

fn response(draft: ResponseDraft, informational: Vec<Informational>, start: Stamp) -> Response {
    Response {
        status: draft.status,
        reason: draft.reason,
        http_version: draft.http_version.into(),
        headers: draft.headers,
        informational,
        body: body(draft.body),
        events: Vec::new(),
        trailers: draft.trailers,
        start_us: mark(draft.start, start),
        end_us: draft.end.map(|at| mark(at, start)),
    }
}

fn body(draft: BodyDraft) -> Option<Body> {
    if draft.wire_bytes == 0 {
        return None;
    }
    let truncated = draft.truncated();
    let wire_bytes = draft.wire_bytes;
    Some(Body {
        text: Some(String::from_utf8_lossy(&draft.kept).into_owned()),
        bytes: wire_bytes,
        wire_bytes,
        truncated,
        ..Body::default()
    })
}

/// A tap that is dropped before the end has seen the exchange cut.
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
