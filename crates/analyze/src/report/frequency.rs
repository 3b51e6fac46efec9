//! The data of the section "Frequency over time".

use capture::record::Timestamp;
use serde::Serialize;

use crate::stats::Quantiles;

/// How busy the agent was, and when.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Frequency {
    /// How long each slice is, in microseconds.
    pub slice_us: u64,
    /// The period in slices of equal length, including those without traffic.
    pub slices: Vec<Slice>,
    /// The most exchanges that began within one second.
    pub busiest_second: u64,
    /// The most exchanges that began within one minute.
    pub busiest_minute: u64,
    /// The most exchanges in flight at the same time.
    pub concurrent: u64,
    /// The most model requests in flight at the same time.
    pub concurrent_model: u64,
    /// From the end of a turn to the start of the next one in the same thread, in microseconds.
    pub think_us: Option<Quantiles>,
}

/// One slice of the period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Slice {
    /// When it begins.
    pub start: Timestamp,
    /// Exchanges that began in it.
    pub exchanges: u64,
    /// Requests to models among them.
    pub model_requests: u64,
    /// Exchanges among them that failed.
    pub failed: u64,
    /// Bytes of their bodies on the wire, both directions.
    pub wire_bytes: u64,
}
