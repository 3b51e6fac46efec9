//! The data of the section "What this recording did not see".

use serde::Serialize;

use crate::report::UnreadLines;
use crate::stats::Quantiles;

/// What the recording did not see, and what it cost to see the rest.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Completeness {
    /// Whether nothing is known to be missing.
    pub complete: bool,
    /// What is missing, the worst first.
    pub lapses: Vec<LapseCount>,
    /// Lines that could not be read.
    pub unread_lines: UnreadLines,
    /// The longest time that the proxy held one piece, for each exchange, in microseconds.
    pub delay_max_us: Option<Quantiles>,
    /// The time that the proxy held pieces in all, for each exchange, in microseconds.
    pub delay_total_us: Option<Quantiles>,
}

/// A way in which something is missing, and how often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LapseCount {
    /// What is missing.
    pub lapse: Lapse,
    /// How often.
    pub count: u64,
    /// Of what: hosts, or reasons; each once.
    pub of: Vec<String>,
}

/// A way in which a recording can be incomplete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Lapse {
    /// No request to a model was recorded.
    NoModelTraffic,
    /// Records were seen but could not be written.
    LostRecords,
    /// A recording has no end line: the recorder crashed or still runs.
    NoEnd,
    /// A recording has no session line.
    NoSession,
    /// The end line counts other exchanges than there are.
    CountMismatch,
    /// Lines could not be read.
    UnreadLines,
    /// Lines were read, but have values that only a later version knows: a state, a transport.
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
    /// Bodies or events that were not kept whole.
    Truncated,
    /// Bodies that could not be decoded.
    Undecoded,
    /// Exchanges cut before their end.
    Aborted,
    /// Connections to hosts that were not to be intercepted. Such a recording is
    /// still complete: it holds what it was asked for.
    NotMatched,
}
