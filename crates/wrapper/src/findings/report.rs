//! The report of a session: reads its recording once, and writes the report next to it.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use analyze::{Aggregate, Format, Reader, Report};
use anyhow::{Context, Result, ensure};
use capture::private_file::Replacement;

use crate::findings::standout::Standout;
use crate::profile::Profile;
use crate::sessions::Session;

/// What a recording reveals.
pub(crate) struct Analysis {
    /// To be written for people.
    pub(crate) report: Report,
    /// For the summary and the warnings.
    pub(crate) standout: Standout,
}

/// Reads the recording of an agent with this profile. `keep_secrets` shows credentials if the
/// recording kept them.
///
/// # Errors
///
/// When the file cannot be opened. Damaged lines are counted in the report.
pub(crate) fn read(recording: &Path, profile: &Profile, keep_secrets: bool) -> Result<Analysis> {
    let mut aggregate = Aggregate::default();
    let mut standout = Standout::default();
    let name = recording.file_name().unwrap_or_default().to_string_lossy();
    aggregate.begin(0, &name);
    for record in Reader::open(recording)?.keep_secrets(keep_secrets) {
        match record {
            Ok(record) => {
                standout.add(&record, profile);
                aggregate.add(&record);
            }
            Err(error) => aggregate.add_error(&error),
        }
    }
    Ok(Analysis {
        report: aggregate.finish(),
        standout,
    })
}

/// Writes the report into the session's folder, in each format for people; returns the path of
/// the one to open.
///
/// # Errors
///
/// When a file cannot be written.
pub(crate) fn write(report: &Report, session: &Session) -> Result<PathBuf> {
    for format in FORMATS {
        let path = session.report(format.name());
        let cannot_write = || format!("cannot write {}", path.display());
        let file = Replacement::create(&path).with_context(cannot_write)?;
        let mut out = BufWriter::new(file.file());
        format
            .write(report, &mut out)
            .and_then(|()| out.flush())
            .with_context(cannot_write)?;
        drop(out);
        // A folder named with --output may hold a report of the user's.
        ensure!(
            path.symlink_metadata().is_err(),
            "{} exists already and is left as it was",
            path.display()
        );
        file.commit().with_context(cannot_write)?;
    }
    Ok(session.report(OPENED.name()))
}

/// Opens a report in the user's browser, without waiting for it.
///
/// # Errors
///
/// When the opener cannot be started.
pub(crate) fn open(path: &Path) -> Result<()> {
    Command::new(OPENER)
        .arg(path)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("cannot start {OPENER} to open {}", path.display()))?;
    Ok(())
}

/// The formats that every run writes.
const FORMATS: &[Format] = &[Format::Markdown, OPENED];
/// The format to open in a browser.
const OPENED: Format = Format::Html;
/// Opens a file with the user's preferred program.
const OPENER: &str = if cfg!(target_os = "macos") {
    "open"
} else {
    "xdg-open"
};

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_recording_that_kept_its_secrets_shows_them_only_on_request() {
        let folder = tempfile::tempdir().unwrap();
        let recording = folder.path().join("traffic.jsonl");
        let secret = format!("sk-{}-{}", "proj", "aB3dE6gH9jK2mN5pQ8sT1vW4".repeat(2));
        let text = format!(
            r#"{{"kind":"session","format":1,"started_at":"2026-11-23T02:34:00.000000Z","tool":"x","command":["agent","{secret}"],"limits":{{"body":1,"queue":1}},"secrets":"kept"}}"#
        );
        fs::write(&recording, text).unwrap();
        for keep_secrets in [false, true] {
            let profile = crate::agents::profile_of("codex");
            let report = read(&recording, profile, keep_secrets).unwrap().report;
            let mut json = Vec::new();
            Format::Json.write(&report, &mut json).unwrap();
            let json = String::from_utf8(json).unwrap();
            assert_eq!(json.contains(&secret), keep_secrets);
        }
    }

    #[test]
    fn reports_are_private_and_overwrite_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let session = Session::create_at(folder.path()).unwrap();
        let written = write(&Report::default(), &session).unwrap();
        let mode = fs::metadata(&written).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let before = fs::read(&written).unwrap();
        let error = write(&Report::default(), &session).unwrap_err().to_string();
        assert!(error.contains("left as it was"), "{error}");
        assert_eq!(fs::read(&written).unwrap(), before);
    }
}
