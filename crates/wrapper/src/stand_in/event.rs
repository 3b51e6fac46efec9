//! One event of a streamed answer: a server-sent event, or a message on a WebSocket.

use serde_json::Value;

/// One event of a streamed answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Event {
    /// The `event` field of a server-sent event, if the API uses it.
    pub(super) name: Option<String>,
    /// The `data` field; the whole message on a WebSocket.
    pub(super) data: String,
}

impl Event {
    /// An event named after the `type` of its JSON.
    pub(super) fn typed(data: &Value) -> Self {
        Self {
            name: data["type"].as_str().map(str::to_owned),
            data: data.to_string(),
        }
    }

    /// An event without a name.
    pub(super) fn plain(data: &Value) -> Self {
        Self {
            name: None,
            data: data.to_string(),
        }
    }

    /// The event as written to a `text/event-stream`.
    pub(super) fn to_sse(&self) -> String {
        match &self.name {
            Some(name) => format!("event: {name}\ndata: {}\n\n", self.data),
            None => format!("data: {}\n\n", self.data),
        }
    }
}
