//! One exchange, reduced to what the sections need.
//!
//! Only its row is kept of each exchange, so memory does not depend on the sizes
//! of bodies.

use crate::line::exchange::{Exchange, Response};
use capture::record::{OutcomeState, Transport};

use crate::call::Call;
use crate::decode::fault::retry_after_us;
use crate::fold::call_contents::ContentIds;
use crate::line::LineRef;
use crate::line::exchange::header;
use crate::text;

/// One exchange.
#[derive(Debug, Clone)]
pub(crate) struct ExchangeRow {
    pub(crate) at: LineRef,
    /// Its number in its recording.
    pub(crate) id: u64,
    pub(crate) connection: u64,
    /// When it began, in microseconds since 1970.
    pub(crate) started_us: i64,
    pub(crate) transport: Transport,
    /// `None` if there was no response.
    pub(crate) status: Option<u16>,
    pub(crate) state: OutcomeState,
    /// Why it is not complete.
    pub(crate) reason: Option<String>,
    pub(crate) up: Size,
    pub(crate) down: Size,
    /// When the request had been sent.
    pub(crate) sent_us: Option<u64>,
    /// When the response began.
    pub(crate) answer_us: Option<u64>,
    /// When the response ended.
    pub(crate) end_us: Option<u64>,
    /// The delay that the proxy added: the longest for one read, and the sum.
    pub(crate) delay_us: Option<(u64, u64)>,
    /// How long the response asked to wait.
    pub(crate) retry_after_us: Option<u64>,
    /// Whether the request asks for a WebSocket.
    pub(crate) upgrade: bool,
    /// Whether it is a POST answered with events, as model APIs do.
    pub(crate) streamed_post: bool,
    /// Whether a body or an event was truncated.
    pub(crate) truncated: bool,
    /// Whether a body could not be decoded.
    pub(crate) undecoded: bool,
    /// Without the digests of its contents: `contents` has their ids.
    pub(crate) call: Option<Box<Call>>,
    pub(crate) contents: ContentIds,
}

/// How large a body is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Size {
    /// On the wire, compressed.
    pub(crate) wire: u64,
    /// Decoded.
    pub(crate) content: u64,
}

impl ExchangeRow {
    pub(crate) fn of(
        at: LineRef,
        exchange: &Exchange<'_>,
        call: Option<Call>,
        contents: ContentIds,
    ) -> Self {
        let request = &exchange.request;
        let response = exchange.response.as_ref();
        let bodies = [
            request.body.as_ref(),
            response.and_then(|response| response.body.as_ref()),
        ];
        let bodies = || bodies.iter().flatten();
        let reason = exchange.outcome.reason.as_deref();
        Self {
            at,
            id: exchange.id,
            connection: exchange.connection,
            started_us: exchange.started_at.as_micros(),
            transport: exchange.transport,
            status: response.map(|response| response.status),
            state: exchange.outcome.state,
            reason: reason.map(|reason| text::cut(reason, MAX_REASON_BYTES).to_owned()),
            up: request.body.as_ref().map_or(Size::default(), |body| Size {
                wire: body.wire_bytes,
                content: body.bytes,
            }),
            down: response.map(down).unwrap_or_default(),
            sent_us: request.end_us,
            answer_us: response.map(|response| response.start_us),
            end_us: response.and_then(end_us),
            delay_us: exchange.delay.map(|delay| (delay.max_us, delay.total_us)),
            retry_after_us: response.and_then(retry_after_us),
            upgrade: header(&request.headers, "upgrade")
                .is_some_and(|value| value.eq_ignore_ascii_case("websocket")),
            streamed_post: request.method == "POST"
                && response.is_some_and(|response| !response.events.is_empty()),
            truncated: bodies().any(|body| body.truncated)
                || response.is_some_and(|r| r.events.iter().any(|event| event.truncated)),
            undecoded: bodies().any(|body| body.undecoded),
            call: call.map(Box::new),
            contents,
        }
    }

    /// From the end of the request to the first byte of the response.
    pub(crate) fn ttfb_us(&self) -> Option<u64> {
        Some(self.answer_us?.saturating_sub(self.sent_us?))
    }

    /// The last mark that was recorded, in microseconds since 1970.
    pub(crate) fn ended_us(&self) -> i64 {
        let marks = [self.end_us, self.answer_us, self.sent_us];
        let last = marks.into_iter().flatten().max().unwrap_or(0);
        self.started_us.saturating_add_unsigned(last)
    }

    /// Whether it failed: no complete response, or an error status.
    pub(crate) fn failed(&self) -> bool {
        matches!(self.state, OutcomeState::Aborted | OutcomeState::Failed)
            || self.status.is_none_or(|status| status >= 400)
    }
}

/// The size of a response: of its body, or of its events if it has no body.
fn down(response: &Response<'_>) -> Size {
    let events = || response.events.iter();
    let sum = |bytes: &mut dyn Iterator<Item = u64>| bytes.fold(0, u64::saturating_add);
    let streamed = Size {
        wire: sum(&mut events().map(|event| event.wire_bytes.unwrap_or(event.bytes))),
        content: sum(&mut events().map(|event| event.bytes)),
    };
    match &response.body {
        Some(body) if body.wire_bytes > 0 || body.bytes > 0 => Size {
            wire: body.wire_bytes,
            content: body.bytes,
        },
        _ => streamed,
    }
}

fn end_us(response: &Response<'_>) -> Option<u64> {
    response
        .end_us
        .or_else(|| response.events.last().map(|event| event.at_us))
}

/// Reasons come from the recording, so their length is bounded.
const MAX_REASON_BYTES: usize = 200;
