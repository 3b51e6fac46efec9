//! Past sessions: what a folder reveals without reading its whole recording.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use analyze::units;
use anyhow::{Context, Result};
use capture::record::{Record, Timestamp};

use super::folder::{RECORDING, is_in_use};

/// A finished session, or one that another `wrap` is recording.
#[derive(Debug)]
pub(super) struct PastSession {
    /// Its folder.
    pub(super) folder: PathBuf,
    /// When it started.
    pub(super) started_at: Timestamp,
    /// The agent's profile; `?` where the recording does not say.
    pub(super) agent: String,
    /// Recorded exchanges, from the recording's last line; absent after a crash.
    pub(super) exchanges: Option<u64>,
    /// Size of all files in the folder.
    pub(super) bytes: u64,
    /// Whether a run is still writing to it.
    pub(super) in_use: bool,
}

/// Prints the sessions below `root` as a table, newest first.
///
/// # Errors
///
/// When the folder exists and cannot be read, or `out` cannot be written.
pub(crate) fn list(root: &Path, out: &mut impl Write) -> Result<()> {
    let sessions = read(root).with_context(|| format!("cannot read {}", root.display()))?;
    if sessions.is_empty() {
        writeln!(out, "no sessions in {} yet", root.display())?;
        return Ok(());
    }
    writeln!(
        out,
        "{:<20}  {:<10}  {:>9}  {:>10}  WHERE",
        "STARTED (UTC)", "AGENT", "EXCHANGES", "SIZE"
    )?;
    for session in sessions {
        let exchanges = match session.exchanges {
            _ if session.in_use => "running".to_owned(),
            Some(count) => units::count(count),
            None => "cut short".to_owned(),
        };
        let started = session.started_at.to_string();
        writeln!(
            out,
            "{:<20}  {:<10}  {exchanges:>9}  {:>10}  {}",
            started.get(..19).unwrap_or(&started).replace('T', " "),
            session.agent,
            units::bytes(session.bytes),
            session.folder.display()
        )?;
    }
    Ok(())
}

/// The sessions below `root`, newest first; none when there is no such folder.
pub(super) fn read(root: &Path) -> io::Result<Vec<PastSession>> {
    let entries = match fs::read_dir(root) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut sessions = Vec::new();
    for entry in entries {
        let entry = entry?;
        // A link such as `latest` is not a session: its target is listed.
        if entry.file_type()?.is_dir() {
            sessions.extend(inspect(entry.path()));
        }
    }
    sessions.sort_by(|a, b| (b.started_at, &b.folder).cmp(&(a.started_at, &a.folder)));
    Ok(sessions)
}

/// Reads the edges of a recording; `None` if there is none, or it is just being removed.
fn inspect(folder: PathBuf) -> Option<PastSession> {
    let mut recording = File::open(folder.join(RECORDING)).ok()?;
    let modified = recording.metadata().ok()?.modified().unwrap_or(UNIX_EPOCH);
    let (started_at, agent) = match first_record(&mut recording) {
        Some(Record::Session(session)) => (session.started_at, session.agent),
        _ => (Timestamp::from(modified), None),
    };
    let exchanges = match last_record(&mut recording) {
        Some(Record::End(end)) => Some(end.exchanges),
        _ => None,
    };
    Some(PastSession {
        started_at,
        agent: agent.unwrap_or_else(|| "?".to_owned()),
        exchanges,
        bytes: size(&folder),
        in_use: is_in_use(&folder),
        folder,
    })
}

fn first_record(recording: &mut File) -> Option<Record> {
    let mut line = Vec::new();
    BufReader::new(recording.take(MAX_EDGE_LINE))
        .read_until(b'\n', &mut line)
        .ok()?;
    Record::from_json(&line).ok()
}

fn last_record(recording: &mut File) -> Option<Record> {
    let length = recording.metadata().ok()?.len();
    let start = length.saturating_sub(MAX_EDGE_LINE);
    recording.seek(SeekFrom::Start(start)).ok()?;
    let mut tail = Vec::new();
    recording.take(MAX_EDGE_LINE).read_to_end(&mut tail).ok()?;
    let line = tail.trim_ascii_end().rsplit(|byte| *byte == b'\n').next()?;
    Record::from_json(line).ok()
}

fn size(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else {
        return 0;
    };
    entries
        .filter_map(|entry| entry.ok()?.metadata().ok())
        .filter(fs::Metadata::is_file)
        .map(|file| file.len())
        .sum()
}

/// Far more than the first line (a command with its prompt) or the last (counts) needs.
const MAX_EDGE_LINE: u64 = 256 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    const SESSION: &str = r#"{"kind":"session","format":1,"started_at":"2026-11-23T02:34:00.000000Z","tool":"t","agent":"codex","limits":{"body":1,"queue":1},"secrets":"redacted"}"#;
    const END: &str = r#"{"kind":"end","format":1,"exchanges":12480}"#;

    fn table(root: &Path) -> String {
        let mut out = Vec::new();
        list(root, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_missing_folder_lists_as_empty() {
        let root = tempfile::tempdir().unwrap();
        assert!(table(&root.path().join("none")).starts_with("no sessions"));
    }

    #[test]
    fn a_session_shows_when_which_agent_and_how_much() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("one");
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join(RECORDING), format!("{SESSION}\n{END}\n")).unwrap();
        let table = table(root.path());
        let row = table.lines().nth(1).unwrap();
        assert!(row.starts_with("2026-11-23 02:34:00   codex"), "{row}");
        assert!(row.contains("12,480"), "{row}");
        assert!(row.ends_with(folder.to_str().unwrap()), "{row}");
    }

    #[test]
    fn a_recording_cut_anywhere_is_listed() {
        let whole = format!("{SESSION}\n{END}\n");
        for cut in 0..whole.len() - 1 {
            let root = tempfile::tempdir().unwrap();
            let folder = root.path().join("one");
            fs::create_dir(&folder).unwrap();
            fs::write(folder.join(RECORDING), &whole[..cut]).unwrap();
            let table = table(root.path());
            assert_eq!(table.lines().count(), 2, "cut at byte {cut}: {table}");
        }
    }

    #[test]
    fn a_folder_without_a_recording_and_a_link_are_no_sessions() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("other")).unwrap();
        std::os::unix::fs::symlink("other", root.path().join("latest")).unwrap();
        assert!(read(root.path()).unwrap().is_empty());
    }
}
