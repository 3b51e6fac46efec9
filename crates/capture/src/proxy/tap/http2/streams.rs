//! The open streams of an HTTP/2 connection, each an exchange under way.

use std::collections::HashMap;

use smol_str::SmolStr;

use crate::proxy::tap::exchanges::ConnectionExchanges;
use crate::proxy::tap::head;
use crate::proxy::tap::unreadable::Unreadable;
use crate::proxy::wire::{
    BodyDraft, ConnectionEnd, Direction, Draft, RequestDraft, ResponseDraft, Side, Stamp, add_piece,
};
use crate::record::{Header, OutcomeState};

/// A decoded header block, with its pseudo-headers separate.
#[derive(Debug, Default)]
pub(crate) struct HeaderBlock {
    method: Option<SmolStr>,
    scheme: Option<SmolStr>,
    authority: Option<SmolStr>,
    path: Option<SmolStr>,
    status: Option<u16>,
    headers: Vec<Header>,
    /// Why some of its fields are missing, if they are.
    cut: Option<String>,
}

impl HeaderBlock {
    /// Notes that not all of the block's fields are kept.
    pub(crate) fn cut(&mut self, note: String) {
        self.cut = Some(note);
    }

    /// Takes a field. A pseudo-header that is repeated, unknown or unreadable stays among the
    /// headers, where a reader sees it.
    pub(crate) fn push(&mut self, name: SmolStr, value: SmolStr) {
        let place = match name.as_str() {
            ":method" => &mut self.method,
            ":scheme" => &mut self.scheme,
            ":authority" => &mut self.authority,
            ":path" => &mut self.path,
            ":status" if self.status.is_none() && value.parse::<u16>().is_ok() => {
                self.status = value.parse().ok();
                return;
            }
            _ => return self.headers.push(Header { name, value }),
        };
        match place {
            None => *place = Some(value),
            Some(_) => self.headers.push(Header { name, value }),
        }
    }

    /// A note if it is malformed as the head of a request (RFC 9113, section 8.3).
    fn oddity(&self) -> Option<String> {
        let stray = self
            .headers
            .iter()
            .find(|header| header.name.starts_with(':'));
        stray.map(|header| {
            format!(
                "the request has the pseudo-header {} out of place",
                header.name
            )
        })
    }
}

/// The open streams.
#[derive(Debug)]
pub(crate) struct Streams {
    exchanges: ConnectionExchanges,
    open: HashMap<u32, Box<Draft>>,
    /// The stream of the bytes that passed last.
    last: u32,
    pending_delay: u64,
}

impl Streams {
    pub(crate) fn new(exchanges: ConnectionExchanges) -> Self {
        Self {
            exchanges,
            open: HashMap::new(),
            last: 0,
            pending_delay: 0,
        }
    }

    pub(crate) fn exchanges_mut(&mut self) -> &mut ConnectionExchanges {
        &mut self.exchanges
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// Sets the delay of the bytes that follow: the first stream in them is charged with it.
    pub(crate) fn pending_delay(&mut self, delay_us: u64) {
        self.pending_delay = delay_us;
    }

    pub(crate) fn delayed(&mut self, delay_us: u64) {
        if let Some(draft) = self.open.get_mut(&self.last) {
            add_piece(&mut draft.delay, delay_us);
        }
    }

    pub(crate) fn headers(
        &mut self,
        direction: Direction,
        stream: u32,
        block: HeaderBlock,
        start: Stamp,
        at: Stamp,
    ) -> Result<(), Unreadable> {
        if direction == Direction::Up && !self.open.contains_key(&stream) {
            self.begin(stream, block, start)?;
            self.touch(stream);
            return Ok(());
        }
        self.touch(stream);
        let Some(draft) = self.open.get_mut(&stream) else {
            // The stream was reset while these headers were under way.
            return Ok(());
        };
        if draft.notes.len() < MAX_NOTES {
            draft.notes.extend(block.cut);
        }
        match (direction, &mut draft.response, block.status) {
            (Direction::Up, _, _) => draft.request.trailers = block.headers,
            (Direction::Down, None, Some(status)) if (100..200).contains(&status) => {
                draft.interim(status, block.headers, at);
            }
            (Direction::Down, None, status) => {
                draft.response = Some(ResponseDraft {
                    status: status.unwrap_or_default(),
                    http_version: "HTTP/2",
                    body: BodyDraft::expecting(head::announced(&block.headers)),
                    headers: block.headers,
                    start,
                    ..ResponseDraft::default()
                });
            }
            (Direction::Down, Some(response), _) => response.trailers = block.headers,
        }
        Ok(())
    }

    pub(crate) fn data(&mut self, direction: Direction, stream: u32, piece: &[u8], at: Stamp) {
        let limit = self.exchanges.body_limit;
        self.touch(stream);
        let Some(draft) = self.open.get_mut(&stream) else {
            return;
        };
        match (direction, &mut draft.response) {
            (Direction::Up, _) => draft.request.body.push(piece, at, limit),
            (Direction::Down, Some(response)) => response.body.push(piece, at, limit),
            (Direction::Down, None) => {}
        }
    }

    /// END_STREAM: this direction of the stream is over.
    pub(crate) fn ended(&mut self, direction: Direction, stream: u32, at: Stamp) {
        let Some(draft) = self.open.get_mut(&stream) else {
            return;
        };
        match (direction, &mut draft.response) {
            (Direction::Up, _) => draft.request.end = Some(at),
            (Direction::Down, Some(response)) => response.end = Some(at),
            (Direction::Down, None) => {}
        }
        if draft.request.end.is_some() && answered(draft) {
            self.finish(stream, OutcomeState::Complete, None);
        }
    }

    /// RST_STREAM: the stream is over for both.
    ///
    /// After a full answer an origin may stop the request with NO_ERROR (RFC 9113,
    /// section 8.1): that exchange is complete.
    pub(crate) fn reset(&mut self, stream: u32, by: Side, code: u32) {
        let Some(draft) = self.open.get(&stream) else {
            return;
        };
        let state = if answered(draft) && code == 0 {
            OutcomeState::Complete
        } else {
            OutcomeState::Aborted
        };
        let reason = format!("{} sent RST_STREAM: {}", by.name(), error_name(code));
        self.finish(stream, state, Some(reason));
    }

    pub(crate) fn goaway(&mut self, by: Side, code: u32) {
        if code != 0 && self.exchanges.notes.len() < MAX_NOTES {
            let note = format!("{} sent GOAWAY: {}", by.name(), error_name(code));
            self.exchanges.notes.push(note);
        }
    }

    pub(crate) fn end_all(&mut self, end: ConnectionEnd) {
        let mut open: Vec<_> = self.open.drain().map(|(_, draft)| draft).collect();
        open.sort_unstable_by_key(|draft| draft.id);
        for draft in open {
            let state = if answered(&draft) {
                OutcomeState::Complete
            } else {
                OutcomeState::Aborted
            };
            self.exchanges.finish(draft, state, Some(end.reason()));
        }
    }

    fn begin(&mut self, stream: u32, block: HeaderBlock, start: Stamp) -> Result<(), Unreadable> {
        if self.open.len() == MAX_STREAMS {
            return Err(Unreadable::new("more than 10,000 open HTTP/2 streams"));
        }
        let oddity = block.oddity();
        let path = block.path.unwrap_or(SmolStr::new_static("/"));
        let hosts = Header::values(&block.headers, "host");
        let (url, note) = self
            .exchanges
            .url(&path, block.authority.as_deref().into_iter().chain(hosts));
        let request = RequestDraft {
            method: block.method.unwrap_or_default(),
            url,
            http_version: "HTTP/2",
            body: BodyDraft::expecting(head::announced(&block.headers)),
            headers: block.headers,
            ..RequestDraft::default()
        };
        let mut draft = self.exchanges.draft(start, request);
        draft
            .notes
            .extend(note.into_iter().chain(oddity).chain(block.cut));
        self.open.insert(stream, draft);
        Ok(())
    }

    fn touch(&mut self, stream: u32) {
        self.last = stream;
        if self.pending_delay > 0 {
            self.delayed(self.pending_delay);
            self.pending_delay = 0;
        }
    }

    fn finish(&mut self, stream: u32, state: OutcomeState, reason: Option<String>) {
        if let Some(draft) = self.open.remove(&stream) {
            self.exchanges.finish(draft, state, reason);
        }
    }
}

fn answered(draft: &Draft) -> bool {
    draft.response.as_ref().is_some_and(|r| r.end.is_some())
}

/// RFC 9113, section 7.
fn error_name(code: u32) -> String {
    const NAMES: [&str; 14] = [
        "NO_ERROR",
        "PROTOCOL_ERROR",
        "INTERNAL_ERROR",
        "FLOW_CONTROL_ERROR",
        "SETTINGS_TIMEOUT",
        "STREAM_CLOSED",
        "FRAME_SIZE_ERROR",
        "REFUSED_STREAM",
        "CANCEL",
        "COMPRESSION_ERROR",
        "CONNECT_ERROR",
        "ENHANCE_YOUR_CALM",
        "INADEQUATE_SECURITY",
        "HTTP_1_1_REQUIRED",
    ];
    match usize::try_from(code).ok().and_then(|code| NAMES.get(code)) {
        Some(name) => (*name).to_owned(),
        None => format!("error {code:#x}"),
    }
}

/// Servers allow about a hundred; bounds what an agent can make us hold.
const MAX_STREAMS: usize = 10_000;

/// A peer may repeat the same fault.
const MAX_NOTES: usize = 16;
