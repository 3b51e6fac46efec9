//! Removes old sessions: the only place that deletes a recording, and it asks first.

use std::fs;
use std::io::{BufRead, IsTerminal, Write};
use std::path::Path;

use analyze::units;
use anyhow::{Context, Result, bail};
use capture::record::Timestamp;
use jiff::SignedDuration;

use super::age::Age;
use super::folder::LATEST;
use super::past::{PastSession, read};

/// Removes the sessions below `root` that started more than `age` before `now`.
///
/// Lists them first and, without `yes`, asks on the terminal. Skips sessions that are still
/// being recorded.
///
/// # Errors
///
/// When there is no terminal to ask on, or a folder cannot be read or removed.
pub(crate) fn remove(root: &Path, age: Age, now: Timestamp, yes: bool) -> Result<()> {
    let sessions = read(root).with_context(|| format!("cannot read {}", root.display()))?;
    let old: Vec<PastSession> = sessions
        .into_iter()
        .filter(|session| !session.in_use && is_older(session, age, now))
        .collect();
    let mut out = std::io::stderr().lock();
    if old.is_empty() {
        writeln!(out, "nothing in {} is that old", root.display())?;
        return Ok(());
    }
    for session in &old {
        writeln!(out, "{}", session.folder.display())?;
    }
    let count = units::plural(old.len() as u64, "session");
    let bytes = old.iter().map(|session| session.bytes).sum();
    let question = format!("remove {count} ({})?", units::bytes(bytes));
    if !yes && !confirmed(&question, &mut out)? {
        writeln!(out, "nothing was removed")?;
        return Ok(());
    }
    for session in &old {
        fs::remove_dir_all(&session.folder)
            .with_context(|| format!("cannot remove {}", session.folder.display()))?;
    }
    drop_dangling_link(root);
    writeln!(out, "removed {count}")?;
    Ok(())
}

fn is_older(session: &PastSession, age: Age, now: Timestamp) -> bool {
    let lived = now
        .as_micros()
        .saturating_sub(session.started_at.as_micros());
    SignedDuration::from_micros(lived) > age.duration()
}

/// Asks on the terminal; anything but `y` or `yes` means no.
fn confirmed(question: &str, out: &mut impl Write) -> Result<bool> {
    let input = std::io::stdin();
    if !input.is_terminal() {
        bail!("there is no terminal to ask on: add --yes to remove without asking");
    }
    write!(out, "{question} [y/N] ")?;
    out.flush()?;
    let mut answer = String::new();
    input.lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

/// Removes `latest` if its target is gone. A failure only leaves it dangling.
fn drop_dangling_link(root: &Path) {
    let link = root.join(LATEST);
    if link.is_symlink()
        && !link.exists()
        && let Err(error) = fs::remove_file(&link)
    {
        tracing::debug!(%error, "cannot remove {}", link.display());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::folder::RECORDING;

    fn session(root: &Path, name: &str, started_at: &str) {
        let folder = root.join(name);
        fs::create_dir(&folder).unwrap();
        let line = format!(
            r#"{{"kind":"session","format":1,"started_at":"{started_at}","tool":"t","limits":{{"body":1,"queue":1}},"secrets":"redacted"}}"#
        );
        fs::write(folder.join(RECORDING), line + "\n").unwrap();
    }

    fn now() -> Timestamp {
        serde_json::from_str("\"2026-11-23T12:00:00Z\"").unwrap()
    }

    #[test]
    fn only_what_is_older_goes() {
        let root = tempfile::tempdir().unwrap();
        session(root.path(), "old", "2026-11-20T12:00:00Z");
        session(root.path(), "new", "2026-11-23T11:00:00Z");
        remove(root.path(), "2d".parse().unwrap(), now(), true).unwrap();
        assert!(!root.path().join("old").exists());
        assert!(root.path().join("new").exists());
    }

    #[test]
    fn a_folder_that_is_not_a_session_stays() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("mine")).unwrap();
        session(root.path(), "old", "2020-01-01T00:00:00Z");
        std::os::unix::fs::symlink("old", root.path().join(LATEST)).unwrap();
        remove(root.path(), "0d".parse().unwrap(), now(), true).unwrap();
        assert!(root.path().join("mine").exists());
        assert!(!root.path().join(LATEST).is_symlink());
    }
}
