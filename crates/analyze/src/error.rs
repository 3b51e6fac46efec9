//! Why a recording, or a line of it, could not be read.

use std::io;
use std::path::PathBuf;

use capture::record::FORMAT;

/// Why a recording, or a line of it, could not be read.
///
/// After an error in one line ([`Error::line`]) reading can continue with the next.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file could not be opened or read: check the path and its permissions.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file, as the caller named it.
        path: PathBuf,
        /// The error of the system or the decompressor.
        source: io::Error,
    },
    /// The compressed file ends before its stream does. Everything before that was read.
    #[error("{}: the compressed stream ends early; everything before that was read", path.display())]
    Cut {
        /// The file, as the caller named it.
        path: PathBuf,
    },
    /// The line is cut off or damaged, or is not JSON.
    #[error("{}:{line}: the line is cut or damaged", path.display())]
    Damaged {
        /// The file, as the caller named it.
        path: PathBuf,
        /// Counted from 1.
        line: u64,
        /// The error of the JSON parser.
        source: serde_json::Error,
    },
    /// JSON, but not a line of a recording.
    #[error("{}:{line}: not a line of a codex-dissect recording", path.display())]
    Foreign {
        /// The file, as the caller named it.
        path: PathBuf,
        /// Counted from 1.
        line: u64,
    },
    /// Written by a newer version: update this program.
    #[error("{}:{line}: format {found} is newer than {FORMAT}, the newest that this version reads; update analyze", path.display())]
    Newer {
        /// The file, as the caller named it.
        path: PathBuf,
        /// Counted from 1.
        line: u64,
        /// The line's own format.
        found: u32,
    },
    /// The line is longer than any that this program reads.
    #[error("{}:{line}: the line is longer than {limit} bytes", path.display())]
    TooLong {
        /// The file, as the caller named it.
        path: PathBuf,
        /// Counted from 1.
        line: u64,
        /// The longest line that is read, in bytes.
        limit: usize,
    },
    /// No line of the file is a record.
    #[error("{} is not a codex-dissect recording: none of its {lines} lines is a record", path.display())]
    NoRecords {
        /// The file, as the caller named it.
        path: PathBuf,
        /// How many lines the file has.
        lines: u64,
    },
    /// The file has no lines at all.
    #[error("{} is empty: nothing was recorded", path.display())]
    Empty {
        /// The file, as the caller named it.
        path: PathBuf,
    },
}

impl Error {
    /// The line that could not be read, counted from 1; `None` if the error concerns the file.
    pub fn line(&self) -> Option<u64> {
        match self {
            Self::Damaged { line, .. }
            | Self::Foreign { line, .. }
            | Self::Newer { line, .. }
            | Self::TooLong { line, .. } => Some(*line),
            Self::Read { .. } | Self::Cut { .. } | Self::NoRecords { .. } | Self::Empty { .. } => {
                None
            }
        }
    }
}
