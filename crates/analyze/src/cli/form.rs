//! What `--format` can name: the formats of a report, and HAR, which is made of records.

use std::str::FromStr;

use analyze::{Format, UnknownFormat};

/// What is to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// A report.
    Report(Format),
    /// The exchanges themselves as HAR.
    Har,
}

impl FromStr for Form {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        match name {
            "har" => Ok(Self::Har),
            name => name.parse().map(Self::Report),
        }
    }
}
