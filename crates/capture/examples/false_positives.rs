//! Counts what redaction replaces in texts that hold no secrets: source code, configuration, prose.
//!
//! `cargo run --release -p capture --example false_positives -- [--list] FOLDER…` reads each source file and
//! page below the folders as if it were the output of a tool, and prints how much was
//! replaced; with `--list` also where. `just false-positives` names the folders.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::{env, fs, io};

use capture::redact::{Redactor, SessionKey};

fn main() -> ExitCode {
    let (options, folders): (Vec<String>, Vec<String>) = env::args()
        .skip(1)
        .partition(|argument| argument == "--list");
    if folders.is_empty() {
        eprintln!("usage: false_positives [--list] FOLDER…");
        return ExitCode::from(2);
    }
    let key = Arc::new(SessionKey::random().expect("the system gives random bytes"));
    let mut count = Count::default();
    for folder in &folders {
        // Each folder has its own: what is learned in one must not be found in another.
        let redactor = Redactor::new(Arc::clone(&key));
        if let Err(error) = read(
            Path::new(folder),
            &redactor,
            !options.is_empty(),
            &mut count,
        ) {
            eprintln!("false_positives: cannot read {folder}: {error}");
            return ExitCode::from(2);
        }
    }
    let megabytes = count.bytes as f64 / 1e6;
    println!(
        "{} replacements in {} files, {megabytes:.1} MB",
        count.replacements, count.files
    );
    ExitCode::SUCCESS
}

#[derive(Default)]
struct Count {
    replacements: usize,
    files: usize,
    bytes: usize,
}

/// Reads a folder, in the order of names.
fn read(folder: &Path, redactor: &Redactor, list: bool, count: &mut Count) -> io::Result<()> {
    let entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    let mut paths: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_symlink() {
            continue;
        }
        if path.is_dir() {
            read(&path, redactor, list, count)?;
        } else if is_text(&path) {
            let text = fs::read(&path)?;
            count.files += 1;
            count.bytes += text.len();
            if let Some(redacted) = redactor.text(&text) {
                count.replacements += replaced(&redacted, &text, &path, list);
            }
        }
    }
    Ok(())
}

fn is_text(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| EXTENSIONS.contains(&extension))
}

/// How many replacements are in a text; prints their lines.
fn replaced(redacted: &[u8], original: &[u8], path: &Path, list: bool) -> usize {
    let lines = redacted.split(|byte| *byte == b'\n');
    let mut count = 0;
    for (number, line) in lines.enumerate() {
        let line = String::from_utf8_lossy(line);
        let found = line.matches(MARK).count();
        count += found;
        if list && found > 0 {
            let before = original.split(|byte| *byte == b'\n').nth(number);
            let before = String::from_utf8_lossy(before.unwrap_or_default()).into_owned();
            println!("{}:{}: {}", path.display(), number + 1, before.trim());
        }
    }
    count
}

const EXTENSIONS: &[&str] = &[
    "rs", "py", "md", "rst", "txt", "toml", "js", "ts", "go", "sh", "yml", "yaml", "json", "html",
    "css", "c", "h",
];

const MARK: &str = "<redacted:";
