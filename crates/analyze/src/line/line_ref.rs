//! Where a record stood: what makes merging independent of its order.
//!
//! Every partial result carries the place of the record that it came from; the
//! finish sorts by it. So the same lines give the same report however they were
//! shared among threads, files or machines.

/// A line of a recording.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineRef {
    /// Which recording, in the order in which they were named.
    pub source: u32,
    /// Which line, from 1.
    pub line: u64,
}
