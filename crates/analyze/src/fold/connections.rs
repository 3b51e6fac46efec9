//! One connection, reduced to what the sections need.

use capture::record::{Connection, Disposition, Process, WebSocketCounts};

use crate::line::LineRef;
use crate::text;
use crate::text::urls::host_of;

/// One connection of the agent.
#[derive(Debug, Clone)]
pub(crate) struct ConnectionRow {
    pub(crate) at: LineRef,
    /// Its number in its recording.
    pub(crate) id: u64,
    /// How many connections its line summarizes.
    pub(crate) count: u64,
    /// The host that the agent asked for, in lower case; empty if it never asked.
    pub(crate) host: String,
    pub(crate) disposition: Disposition,
    pub(crate) process: Option<Process>,
    pub(crate) protocol: Option<String>,
    pub(crate) bytes_up: u64,
    pub(crate) bytes_down: u64,
    pub(crate) websocket: Option<WebSocketCounts>,
}

impl ConnectionRow {
    pub(crate) fn of(at: LineRef, connection: &Connection) -> Self {
        let authority = connection.authority.as_deref().unwrap_or("");
        let host = host_of(authority).to_ascii_lowercase();
        let mut disposition = connection.disposition.clone();
        for part in [&mut disposition.cause, &mut disposition.reason] {
            *part = part.take().map(short);
        }
        Self {
            at,
            id: connection.id,
            count: connection.count,
            host: short(host),
            disposition,
            process: connection.process.clone().map(|process| Process {
                name: short(process.name),
                ..process
            }),
            protocol: connection.protocol.clone().map(short),
            bytes_up: connection.bytes_up,
            bytes_down: connection.bytes_down,
            websocket: connection.websocket.clone(),
        }
    }
}

/// Bounds the memory that each text in a recording can take.
fn short(text: String) -> String {
    text::cut(&text, MAX_TEXT_BYTES).to_owned()
}

const MAX_TEXT_BYTES: usize = 300;
