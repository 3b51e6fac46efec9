//! The report of a session: reads its recording once, and writes the report next to it.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use analyze::{Aggregate, Format, Report, Scan};
use anyhow::{Context, Result, ensure};
use capture::private_file::Replacement;

use crate::profile::Profile;
use crate::sessions::Session;

/// What a recording reveals.
#[derive(Debug)]
pub(crate) struct Analysis {
    /// To be written for people, and the source of the summary and of most warnings.
    pub(crate) report: Report,
    /// Hosts that answers sent the agent to, as its profile finds them.
    pub(crate) discovered_hosts: BTreeSet<String>,
}

/// Reads the recording of an agent with this profile. `keep_secrets` shows credentials if the
/// recording kept them.
///
/// # Errors
///
/// When the file cannot be read. Damaged lines are counted in the report.
pub(crate) fn read(recording: &Path, profile: &Profile, keep_secrets: bool) -> Result<Analysis> {
    let file =
        File::open(recording).with_context(|| format!("cannot read {}", recording.display()))?;
    let name = recording.file_name().unwrap_or_default();
    read_from(file, Path::new(name), profile, keep_secrets)
}

/// Reads a recording called `name` from anywhere.
fn read_from(
    recording: impl Read + Send + 'static,
    name: &Path,
    profile: &Profile,
    keep_secrets: bool,
) -> Result<Analysis> {
    let discovered: Arc<Mutex<BTreeSet<String>>> = Arc::default();
    let hosts = Arc::clone(&discovered);
    let discovered_hosts = profile.discovered_hosts;
    let scan = Scan::default().keep_secrets(keep_secrets);
    let scan = scan.observe(move |exchange| {
        let found = discovered_hosts(exchange);
        if !found.is_empty() {
            let hosts = hosts.lock();
            hosts.unwrap_or_else(PoisonError::into_inner).extend(found);
        }
    });
    let aggregate = match scan.read_from(recording, name, 0) {
        // An agent that ends at once leaves no records, and that is no failure.
        Err(analyze::Error::Empty { .. } | analyze::Error::NoRecords { .. }) => {
            Aggregate::default()
        }
        read => read?,
    };
    let discovered = discovered.lock();
    Ok(Analysis {
        report: aggregate.finish(),
        discovered_hosts: std::mem::take(&mut *discovered.unwrap_or_else(PoisonError::into_inner)),
    })
}

#[cfg(test)]
impl Analysis {
    /// What the lines of a recording reveal about codex.
    pub(crate) fn of_lines(lines: &[&str]) -> Self {
        let recording = std::io::Cursor::new(lines.join("\n"));
        let profile = crate::agents::profile_of("codex");
        read_from(recording, Path::new("traffic.jsonl"), profile, false).expect("a recording")
    }
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
