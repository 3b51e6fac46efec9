//! The data of the section "Frequency over time".

use capture::record::Timestamp;
use serde::Serialize;

use crate::stats::Quantiles;

/// When there was how much to do.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Frequency {
    /// How long each slice is, in microseconds.
    pub slice_us: u64,
    /// The period in slices of equal length, those without traffic too.
    pub slices: Vec<Slice>,
    /// The most exchanges that began within one second.
    pub busiest_second: u64,
    /// The most exchanges that began within one minute.
    pub busiest_minute: u64,
    /// The most exchanges that were under way at once.
    pub concurrent: u64,
    /// The most model requests that were under way at once.
    pub concurrent_model: u64,
    /// From the end of a turn to the next turn of the same thread, in microseconds.
    pub think_us: Option<Quantiles>,
}

/// One slice of the period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Slice {
    /// When it begins.
    pub start: Timestamp,
    /// Exchanges that began in it.
    pub exchanges: u64,
    /// Of these, requests to models.
    pub model_requests: u64,
    /// Of the exchanges, those that failed.
    pub failed: u64,
    /// Bytes of their bodies as they travelled, both ways.
    pub wire_bytes: u64,
}
