//! The report of a session: its recording is read once, and what people look at is written
//! beside it.

use std::fs::OpenOptions;
use std::io::{BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use analyze::{Aggregate, Format, Reader, Report};
use anyhow::{Context, Result};

use crate::profile::Profile;
use crate::sessions::Session;
use crate::standout::Standout;

/// What a recording tells.
pub(crate) struct Reading {
    /// For people and programs, to be written.
    pub(crate) report: Report,
    /// For the summary and the warnings.
    pub(crate) standout: Standout,
}

/// Reads the recording of an agent with this profile.
///
/// # Errors
///
/// When the file cannot be opened. A damaged line is part of the report.
pub(crate) fn read(recording: &Path, profile: &Profile) -> Result<Reading> {
    let mut aggregate = Aggregate::default();
    let mut standout = Standout::default();
    let name = recording.file_name().unwrap_or_default().to_string_lossy();
    aggregate.begin(0, &name);
    for record in Reader::open(recording)? {
        match record {
            Ok(record) => {
                standout.add(&record, profile);
                aggregate.add(&record);
            }
            Err(error) => aggregate.add_error(&error),
        }
    }
    Ok(Reading {
        report: aggregate.finish(),
        standout,
    })
}

/// Writes the report into the session's folder, in each format for people; tells the place of
/// the one to look at.
///
/// # Errors
///
/// When a file cannot be written.
pub(crate) fn write(report: &Report, session: &Session) -> Result<PathBuf> {
    for format in FORMATS {
        let path = session.report(format.name());
        let cannot_write = || format!("cannot write {}", path.display());
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .with_context(cannot_write)?;
        let mut out = BufWriter::new(file);
        format
            .write(report, &mut out)
            .and_then(|()| out.flush())
            .with_context(cannot_write)?;
    }
    Ok(session.report(SHOWN.name()))
}

/// Shows a report in the user's browser, without waiting for it.
///
/// # Errors
///
/// When there is no program to show it with.
pub(crate) fn open(path: &Path) -> Result<()> {
    Command::new(OPENER)
        .arg(path)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("cannot start {OPENER} to show {}", path.display()))?;
    Ok(())
}

/// What is written without being asked for.
const FORMATS: &[Format] = &[Format::Markdown, SHOWN];
/// What a browser shows.
const SHOWN: Format = Format::Html;
/// Shows a file with the program that the user prefers for it.
const OPENER: &str = if cfg!(target_os = "macos") {
    "open"
} else {
    "xdg-open"
};
