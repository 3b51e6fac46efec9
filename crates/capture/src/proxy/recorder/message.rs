//! What taps send to the recorder's thread.

use crate::proxy::wire::{Draft, SocketChunk, SocketInfo, Stamp};
use crate::record::{Connection, Header};

/// One message in the queue.
#[derive(Debug)]
pub(crate) enum QueueMessage {
    /// An HTTP exchange ended.
    Exchange(Box<Draft>),
    /// A connection became a WebSocket.
    WebSocketOpen(SocketInfo),
    /// Bytes passed on a WebSocket.
    WebSocketBytes(SocketChunk),
    /// A WebSocket's connection is gone.
    WebSocketEnd {
        connection: u64,
        at: Stamp,
        /// Why; `None` for a normal end.
        reason: Option<String>,
    },
    /// A connection is over.
    Connection(Box<Connection>),
    /// A warning for the user.
    Warning(String),
    /// Nothing follows: the thread may end.
    Close,
}

impl QueueMessage {
    /// Whether it becomes a line in the recording.
    pub(crate) fn is_record(&self) -> bool {
        matches!(self, Self::Exchange(_) | Self::Connection(_))
    }

    /// The bytes that it counts against the queue's limit: everything whose size a peer controls,
    /// and a flat charge for the rest.
    pub(crate) fn weight(&self) -> usize {
        let content = match self {
            Self::Exchange(draft) => draft_weight(draft),
            Self::WebSocketBytes(chunk) => chunk.bytes.len(),
            Self::Warning(text) => text.len(),
            Self::WebSocketOpen(_)
            | Self::WebSocketEnd { .. }
            | Self::Connection(_)
            | Self::Close => 0,
        };
        content + FLAT_WEIGHT
    }
}

fn draft_weight(draft: &Draft) -> usize {
    let request = &draft.request;
    let mut weight = request.body.weight() + headers_weight(&request.headers) + request.url.len();
    if let Some(response) = &draft.response {
        weight += response.body.weight() + headers_weight(&response.headers);
    }
    for (_, headers, _) in &draft.informational {
        weight += headers_weight(headers);
    }
    weight
}

fn headers_weight(headers: &[Header]) -> usize {
    headers
        .iter()
        .map(|header| header.name.len() + header.value.len() + size_of::<Header>())
        .sum()
}

/// Charged for each message on top of its content, so that many small ones are bounded too.
const FLAT_WEIGHT: usize = 256;
