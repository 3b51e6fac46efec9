//! Where a record comes from, which makes the order of merges irrelevant.
//!
//! Every partial result carries the position of its record, and the finish sorts
//! by it. So the same lines give the same report however they were divided among
//! threads, files or machines.

/// The position of a line: its recording and its number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineRef {
    /// The number of the recording, in the order in which the caller named them.
    pub source: u32,
    /// The number of the line, from 1.
    pub line: u64,
}
