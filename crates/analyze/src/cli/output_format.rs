//! The values of `--format`: the formats of a report, and HAR, which holds exchanges instead.

use std::str::FromStr;

use analyze::{Format, UnknownFormat};

/// What to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OutputFormat {
    /// A report.
    Report(Format),
    /// The exchanges themselves, as HAR.
    Har,
}

impl FromStr for OutputFormat {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "har" => Ok(Self::Har),
            name => {
                let report = name.parse().map(Self::Report);
                report.map_err(|unknown: UnknownFormat| format!("{unknown}, har"))
            }
        }
    }
}
