//! Lines that could not be read: how many of each kind, and where the first ones are.

use std::collections::BTreeMap;

use crate::Error;
use crate::line::LineRef;
use crate::report::UnreadLines;

/// Lines that could not be read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Problems {
    /// Truncated or damaged lines.
    damaged: u64,
    foreign: u64,
    newer: u64,
    too_long: u64,
    /// Recordings whose compressed stream ends early.
    cut: u64,
    /// The first errors, by line; at most [`MAX_LISTED`].
    first: BTreeMap<LineRef, String>,
    /// The last damaged line of each recording. If it is also the last line, the file is cut.
    last_damaged: BTreeMap<u32, u64>,
}

impl Problems {
    pub(crate) fn add(&mut self, at: LineRef, error: &Error) {
        match error {
            Error::Damaged { .. } => {
                self.damaged += 1;
                let last = self.last_damaged.entry(at.source).or_default();
                *last = at.line.max(*last);
            }
            Error::Newer { .. } => self.newer += 1,
            Error::TooLong { .. } => self.too_long += 1,
            Error::Cut { .. } => self.cut += 1,
            _ => self.foreign += 1,
        }
        self.first.insert(at, error.to_string());
        self.trim();
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.damaged += other.damaged;
        self.foreign += other.foreign;
        self.newer += other.newer;
        self.too_long += other.too_long;
        self.cut += other.cut;
        self.first.extend(other.first);
        self.trim();
        for (source, line) in other.last_damaged {
            let last = self.last_damaged.entry(source).or_default();
            *last = line.max(*last);
        }
    }

    fn trim(&mut self) {
        while self.first.len() > MAX_LISTED {
            self.first.pop_last();
        }
    }

    /// The report, given the last line of each recording.
    pub(crate) fn finish(&self, last_lines: &BTreeMap<u32, u64>) -> UnreadLines {
        let is_cut_end = |source: &u32, line: &u64| last_lines.get(source) == Some(line);
        let ends: Vec<LineRef> = self
            .last_damaged
            .iter()
            .filter(|(source, line)| is_cut_end(source, line))
            .map(|(&source, &line)| LineRef { source, line })
            .collect();
        let cut_ends = ends.len() as u64;
        UnreadLines {
            damaged: self.damaged - cut_ends,
            cut_ends,
            foreign: self.foreign,
            newer: self.newer,
            too_long: self.too_long,
            cut_streams: self.cut,
            first: self.first.values().cloned().collect(),
        }
    }
}

/// Enough to see what is wrong; a file of garbage must not fill the report.
const MAX_LISTED: usize = 20;
