//! The data of the section "What this recording did not see".

use serde::Serialize;

use crate::report::UnreadLines;
use crate::stats::Quantiles;

/// What the recording did not see, and the delay that the proxy added.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Completeness {
    /// Whether nothing is known to be missing. [`Lapse::NotMatched`] does not count.
    pub complete: bool,
    /// What is missing, the worst first.
    pub lapses: Vec<LapseCount>,
    /// Lines that could not be read.
    pub unread_lines: UnreadLines,
    /// Of each exchange, the longest time that the proxy held one piece, in microseconds.
    pub delay_max_us: Option<Quantiles>,
    /// Of each exchange, the time that the proxy held all its pieces together, in microseconds.
    pub delay_total_us: Option<Quantiles>,
}

/// How often something is missing in one way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LapseCount {
    /// What is missing.
    pub lapse: Lapse,
    /// How often.
    pub count: u64,
    /// What it concerns: hosts or reasons, each once.
    pub of: Vec<String>,
}

/// A way in which a recording can be incomplete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Lapse {
    /// No request to a model was recorded.
    NoModelTraffic,
    /// Records were lost before they were written.
    LostRecords,
    /// A recording has no end line: the recorder crashed or is still running.
    NoEnd,
    /// A recording has no session line.
    NoSession,
    /// The number of exchanges in the end line is not that of the recording.
    CountMismatch,
    /// Lines could not be read.
    UnreadLines,
    /// Lines have values that only a later version knows, such as a state or a transport.
    UnknownValues,
    /// The agent refused our certificate.
    Rejected,
    /// Connections to intercepted hosts were relayed unread.
    Opaque,
    /// Connections whose origin could not be reached or trusted.
    Unreachable,
    /// Connections that the proxy refused.
    Refused,
    /// WebSockets that could not be read to their end.
    UnreadWebSocket,
    /// Exchanges whose bodies or events were not kept in full.
    Truncated,
    /// Bodies that could not be decoded.
    Undecoded,
    /// Exchanges that were cut off before the end.
    Aborted,
    /// Connections to hosts that are not intercepted. They do not make a recording incomplete: it
    /// has everything that it was asked for.
    NotMatched,
}
