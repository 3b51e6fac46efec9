//! The report's counts of lines that could not be read.

use serde::Serialize;

/// Lines of the recordings that could not be read, and so are missing from the report.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct UnreadLines {
    /// Damaged lines, but not the last of a recording.
    pub damaged: u64,
    /// Last lines that are cut off, as a crash leaves them.
    pub cut_ends: u64,
    /// JSON, but not of a recording.
    pub foreign: u64,
    /// Lines of a newer format.
    pub newer: u64,
    /// Lines longer than 128 MiB.
    pub too_long: u64,
    /// Recordings whose compressed stream is truncated.
    pub cut_streams: u64,
    /// The first errors, each with its file and line.
    pub first: Vec<String>,
}

impl UnreadLines {
    /// The number of all these lines.
    pub fn total(&self) -> u64 {
        self.damaged + self.cut_ends + self.foreign + self.newer + self.too_long
    }
}
