//! Lines that could not be read, as the report counts them.

use serde::Serialize;

/// Lines of the recordings that could not be read, and so are missing from the report.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct UnreadLines {
    /// Damaged, not at the end of their recording.
    pub damaged: u64,
    /// Cut at the end of their recording, as a crash leaves them.
    pub cut_ends: u64,
    /// JSON of another program.
    pub foreign: u64,
    /// Of a newer format.
    pub newer: u64,
    /// Longer than this program reads.
    pub too_long: u64,
    /// Recordings whose compressed stream is cut.
    pub cut_streams: u64,
    /// What was wrong with the first of them, each with its file and line.
    pub first: Vec<String>,
}

impl UnreadLines {
    /// How many lines in all.
    pub fn total(&self) -> u64 {
        self.damaged + self.cut_ends + self.foreign + self.newer + self.too_long
    }
}
