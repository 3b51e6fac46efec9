//! One connection, boiled down to what the sections need of it.

use capture::record::{Connection, Disposition, Process, WebSocketCounts};
use serde::{Deserialize, Serialize};

use crate::decode::host_without_port;
use crate::line::Place;
use crate::text;

/// One connection of the agent.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ConnectionRow {
    pub(crate) place: Place,
    /// Its number in its recording.
    pub(crate) id: u64,
    /// How many connections its line stands for.
    pub(crate) count: u64,
    /// When it was accepted, in microseconds since 1970.
    pub(crate) started_us: i64,
    /// The host that the agent asked for, in lower case; empty when it never asked.
    pub(crate) host: String,
    pub(crate) disposition: Disposition,
    pub(crate) process: Option<Process>,
    pub(crate) protocol: Option<String>,
    pub(crate) bytes_up: u64,
    pub(crate) bytes_down: u64,
    /// From accepting to the end.
    pub(crate) duration_us: u64,
    /// Records of it that were dropped.
    pub(crate) lost: u64,
    pub(crate) websocket: Option<WebSocketCounts>,
    pub(crate) notes: Vec<String>,
}

impl ConnectionRow {
    pub(crate) fn of(place: Place, connection: &Connection) -> Self {
        let authority = connection.authority.as_deref().unwrap_or("");
        let host = host_without_port(authority).to_ascii_lowercase();
        let mut disposition = connection.disposition.clone();
        for part in [&mut disposition.cause, &mut disposition.reason] {
            *part = part.take().map(short);
        }
        Self {
            place,
            id: connection.id,
            count: connection.count,
            started_us: connection.started_at.as_micros(),
            host: short(host),
            disposition,
            process: connection.process.clone().map(|process| Process {
                name: short(process.name),
                ..process
            }),
            protocol: connection.protocol.clone().map(short),
            bytes_up: connection.bytes_up,
            bytes_down: connection.bytes_down,
            duration_us: connection.end_us,
            lost: connection.lost,
            websocket: connection.websocket.clone(),
            notes: connection
                .notes
                .iter()
                .take(MAX_NOTES)
                .cloned()
                .map(short)
                .collect(),
        }
    }
}

/// Bounds what a recording makes us keep of each text.
fn short(text: String) -> String {
    text::cut(&text, MAX_TEXT_BYTES).to_owned()
}

const MAX_TEXT_BYTES: usize = 300;
const MAX_NOTES: usize = 8;
