//! Pairs the requests of one HTTP/1 connection with their responses.
//!
//! Responses come in the order of the requests (RFC 9112, section 9.3.2), so
//! the pairing is a queue. Interim responses belong to the request at its front.

use std::collections::VecDeque;

use crate::proxy::tap::exchanges::ConnectionExchanges;
use crate::proxy::tap::head;
use crate::proxy::tap::head::{BodyLength, RequestHead, ResponseHead};
use crate::proxy::tap::http1::framing::{Http1Framing, Http1Step};
use crate::proxy::tap::unreadable::Unreadable;
use crate::proxy::wire::{
    BodyDraft, ConnectionEnd, Direction, Draft, RequestDraft, ResponseDraft, SocketInfo, Stamp,
    add_piece,
};
use crate::record::{Header, OutcomeState};

/// Watches both directions of an HTTP/1 connection.
#[derive(Debug)]
pub(crate) struct Http1Observer {
    exchanges: ConnectionExchanges,
    up: Http1Framing,
    down: Http1Framing,
    /// Requests whose exchange has not ended; their responses come in this order.
    open: VecDeque<Box<Draft>>,
    /// When the unfinished head of each direction began, by [`Direction::index`].
    head_start: [Stamp; 2],
    upgrade: Option<Upgrade>,
    /// Whether the agent ended its half within a request that had no answer yet.
    request_cut: bool,
}

/// What a 101 opened.
#[derive(Debug)]
pub(crate) struct Upgrade {
    /// `None` when the response named another protocol.
    pub(crate) websocket: Option<SocketInfo>,
    /// Bytes of the new protocol that came along with the heads.
    pub(crate) early_up: Vec<u8>,
    pub(crate) early_down: Vec<u8>,
}

impl Http1Observer {
    pub(crate) fn new(exchanges: ConnectionExchanges) -> Self {
        Self {
            exchanges,
            up: Http1Framing::default(),
            down: Http1Framing::default(),
            open: VecDeque::new(),
            head_start: [0; 2],
            upgrade: None,
            request_cut: false,
        }
    }

    pub(crate) fn exchanges_mut(&mut self) -> &mut ConnectionExchanges {
        &mut self.exchanges
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.open.is_empty() && self.up.between_messages()
    }

    pub(crate) fn take_upgrade(&mut self) -> Option<Upgrade> {
        self.upgrade.take()
    }

    /// Takes bytes that passed at `at`.
    pub(crate) fn push(
        &mut self,
        direction: Direction,
        bytes: &[u8],
        at: Stamp,
        delay_us: u64,
    ) -> Result<(), Unreadable> {
        self.delayed(direction, delay_us);
        match direction {
            Direction::Up => self.push_up(bytes, at),
            Direction::Down => self.push_down(bytes, at),
        }
    }

    /// Adds the time that handing on took to the exchange that the bytes belong to.
    pub(crate) fn delayed(&mut self, direction: Direction, delay_us: u64) {
        let draft = match direction {
            Direction::Up => self.open.back_mut(),
            Direction::Down => self.open.front_mut(),
        };
        if let Some(draft) = draft {
            add_piece(&mut draft.delay, delay_us);
        }
    }

    /// The agent has ended its half: an answer that still comes does not complete a cut request.
    pub(crate) fn agent_ended(&mut self) {
        self.request_cut = self.open.back().is_some_and(|draft| {
            let answered = draft.response.as_ref().is_some_and(|r| r.end.is_some());
            draft.request.end.is_none() && !answered
        });
    }

    /// The origin has ended its half, which ends a body without a length.
    pub(crate) fn origin_ended(&mut self, at: Stamp) {
        if self.down.ends_with_connection() {
            self.down.body(BodyLength::Known(0));
            self.end_response(at);
        }
    }

    /// The connection is gone.
    pub(crate) fn end(&mut self, end: ConnectionEnd) {
        for draft in std::mem::take(&mut self.open) {
            // The origin answered in full without waiting for the rest of the request.
            let answered = draft.response.as_ref().is_some_and(|r| r.end.is_some());
            let state = if answered && !self.request_cut {
                OutcomeState::Complete
            } else {
                OutcomeState::Aborted
            };
            self.exchanges.finish(draft, state, Some(end.reason()));
        }
    }

    fn push_up(&mut self, mut bytes: &[u8], at: Stamp) -> Result<(), Unreadable> {
        loop {
            if self.up.between_messages() {
                self.head_start[0] = at;
            }
            match self.up.next(&mut bytes)? {
                None => return Ok(()),
                Some(Http1Step::Head(head)) => self.begin_request(&head)?,
                Some(Http1Step::Body(piece)) => {
                    let limit = self.exchanges.body_limit;
                    if let Some(draft) = self.open.back_mut() {
                        draft.request.body.push(piece, at, limit);
                    }
                }
                Some(Http1Step::Trailers(section)) => {
                    if let Some(draft) = self.open.back_mut() {
                        draft.request.trailers = head::trailers(&section)?;
                    }
                }
                Some(Http1Step::End) => self.end_request(at),
            }
        }
    }

    fn push_down(&mut self, mut bytes: &[u8], at: Stamp) -> Result<(), Unreadable> {
        loop {
            if self.down.between_messages() {
                self.head_start[1] = at;
            }
            match self.down.next(&mut bytes)? {
                None => return Ok(()),
                Some(Http1Step::Head(head)) => {
                    let head = ResponseHead::parse(&head)?;
                    if head.status == 101 {
                        self.switch_protocols(head, bytes, at);
                        return Ok(());
                    }
                    self.begin_response(head, at)?;
                }
                Some(Http1Step::Body(piece)) => {
                    let limit = self.exchanges.body_limit;
                    if let Some(response) = self.answer() {
                        response.body.push(piece, at, limit);
                    }
                }
                Some(Http1Step::Trailers(section)) => {
                    let trailers = head::trailers(&section)?;
                    if let Some(response) = self.answer() {
                        response.trailers = trailers;
                    }
                }
                Some(Http1Step::End) => self.end_response(at),
            }
        }
    }

    fn begin_request(&mut self, head: &[u8]) -> Result<(), Unreadable> {
        if self.open.len() == MAX_PIPELINED {
            return Err(Unreadable::new(
                "more than 1,024 requests without an answer",
            ));
        }
        let head = RequestHead::parse(head)?;
        let length = head.length()?;
        let hosts = Header::values(&head.headers, "host");
        let (url, note) = self.exchanges.url(head.target, hosts);
        let oddity = head.oddity();
        let request = RequestDraft {
            method: head.method,
            url,
            http_version: head.http_version,
            body: BodyDraft::expecting(head::announced(&head.headers)),
            headers: head.headers,
            ..RequestDraft::default()
        };
        let mut draft = self.exchanges.draft(self.head_start[0], request);
        draft.notes.extend(note.into_iter().chain(oddity));
        self.open.push_back(draft);
        self.up.body(length);
        Ok(())
    }

    fn end_request(&mut self, at: Stamp) {
        let Some(draft) = self.open.back_mut() else {
            return;
        };
        draft.request.end = Some(at);
        let answered = draft.response.as_ref().is_some_and(|r| r.end.is_some());
        if answered && self.open.len() == 1 {
            self.finish_front();
        }
    }

    fn begin_response(&mut self, head: ResponseHead, at: Stamp) -> Result<(), Unreadable> {
        let Some(draft) = self.open.front_mut() else {
            // For example 408 on an idle connection, which belongs to no exchange.
            self.exchanges.notes.push(format!(
                "the origin answered {} without a request",
                head.status
            ));
            return self.skip_response(&head);
        };
        let length = head.length(&draft.request.method)?;
        self.down.body(length);
        if (100..200).contains(&head.status) {
            draft.interim(head.status, head.headers, at);
            // `answer` finds no response when its `End` comes.
            return Ok(());
        }
        draft.response = Some(ResponseDraft {
            status: head.status,
            reason: head.reason,
            http_version: head.http_version,
            body: BodyDraft::expecting(head::announced(&head.headers)),
            headers: head.headers,
            start: self.head_start[1],
            ..ResponseDraft::default()
        });
        Ok(())
    }

    fn skip_response(&mut self, head: &ResponseHead) -> Result<(), Unreadable> {
        self.down.body(head.length("GET")?);
        Ok(())
    }

    fn end_response(&mut self, at: Stamp) {
        let Some(response) = self.answer() else {
            return;
        };
        response.end = Some(at);
        let request_ended = self.open.front().is_some_and(|d| d.request.end.is_some());
        if request_ended {
            self.finish_front();
        }
    }

    /// The response under way.
    fn answer(&mut self) -> Option<&mut ResponseDraft> {
        self.open
            .front_mut()
            .and_then(|draft| draft.response.as_mut())
            .filter(|response| response.end.is_none())
    }

    fn finish_front(&mut self) {
        if let Some(draft) = self.open.pop_front() {
            self.exchanges.finish(draft, OutcomeState::Complete, None);
        }
    }

    /// A 101 ends its exchange, and HTTP on this connection.
    fn switch_protocols(&mut self, head: ResponseHead, early_down: &[u8], at: Stamp) {
        let Some(mut draft) = self.open.pop_front() else {
            return;
        };
        let websocket = names(&head.headers, "upgrade", "websocket").then(|| SocketInfo {
            connection: self.exchanges.connection,
            upgrade: draft.id,
            url: websocket_url(&draft.request.url),
            http_version: draft.request.http_version,
            extensions: Header::values(&head.headers, "sec-websocket-extensions")
                .map(str::to_owned)
                .reduce(|all, next| format!("{all}, {next}")),
        });
        draft.response = Some(ResponseDraft {
            status: head.status,
            reason: head.reason,
            http_version: head.http_version,
            headers: head.headers,
            start: self.head_start[1],
            end: Some(at),
            ..ResponseDraft::default()
        });
        self.exchanges.finish(draft, OutcomeState::Complete, None);
        self.upgrade = Some(Upgrade {
            websocket,
            early_up: std::mem::take(&mut self.up).into_unfinished(),
            early_down: early_down.to_vec(),
        });
    }
}

/// Whether `token` is one of a header's comma-separated values.
fn names(headers: &[Header], name: &str, token: &str) -> bool {
    Header::values(headers, name)
        .flat_map(|value| value.split(','))
        .any(|value| value.trim().eq_ignore_ascii_case(token))
}

fn websocket_url(url: &str) -> String {
    match url.strip_prefix("http") {
        Some(rest) => format!("ws{rest}"),
        None => url.to_owned(),
    }
}

/// Far above any client's; bounds what an agent can make us hold.
const MAX_PIPELINED: usize = 1024;
