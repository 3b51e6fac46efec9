//! Writes reports and comparisons in one of several formats.
//!
//! To add a format: a file here, a variant of [`Format`], and an arm in each of its two `write`s.

mod html;
pub(crate) mod markdown;

use std::fmt;
use std::io::{self, Write};
use std::str::FromStr;

use crate::export::csv;
use crate::query::compare::Comparison;
use crate::report::Report;
use crate::text::escaping::Escaping;

/// The format of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// Markdown, for people: to read as is, or to paste.
    Markdown,
    /// One self-contained HTML page, with charts and the whole transcript.
    Html,
    /// JSON, for programs: every figure, unrounded.
    Json,
    /// CSV, for spreadsheets: one row per exchange.
    Csv,
}

impl Format {
    /// All formats.
    pub const ALL: &[Self] = &[Self::Markdown, Self::Html, Self::Json, Self::Csv];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Markdown => "md",
            Self::Html => "html",
            Self::Json => "json",
            Self::Csv => "csv",
        }
    }

    /// Writes `report` to `out`. The same report gives the same bytes.
    ///
    /// # Errors
    ///
    /// Errors of `out`.
    pub fn write(self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Markdown => out.write_all(markdown::render(report).as_bytes()),
            Self::Html => out.write_all(html::render(report).as_bytes()),
            Self::Json => {
                let mut json = Escaping::new(&mut *out);
                serde_json::to_writer_pretty(&mut json, report)?;
                let out = json.finish()?;
                out.write_all(b"\n")
            }
            Self::Csv => csv::write(report.timeline.as_ref(), out),
        }
    }

    /// Writes `comparison` to `out`. The same comparison gives the same bytes.
    ///
    /// # Errors
    ///
    /// Errors of `out`; [`io::ErrorKind::Unsupported`] for CSV.
    pub fn write_comparison(self, comparison: &Comparison, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Markdown => out.write_all(markdown::comparison::render(comparison).as_bytes()),
            Self::Html => out.write_all(html::render_comparison(comparison).as_bytes()),
            Self::Json => {
                let mut json = Escaping::new(&mut *out);
                serde_json::to_writer_pretty(&mut json, comparison)?;
                let out = json.finish()?;
                out.write_all(b"\n")
            }
            Self::Csv => Err(io::Error::new(
                io::ErrorKind::Unsupported,
                "a comparison cannot be written as CSV: use md, html or json",
            )),
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The name is not that of a format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown format {name:?}: use one of {}", names())]
pub struct UnknownFormat {
    name: String,
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        let mut all = Self::ALL.iter().copied();
        all.find(|format| format.name() == name)
            .ok_or_else(|| UnknownFormat {
                name: name.to_owned(),
            })
    }
}

fn names() -> String {
    let names: Vec<&str> = Format::ALL.iter().map(|format| format.name()).collect();
    names.join(", ")
}
