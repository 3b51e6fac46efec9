//! Where the real codex comes from: npm, into the build folder, once.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The folder that holds `codex`, installed on first use.
pub(crate) fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let root = build_folder();
        let programs = root.join("node_modules/.bin");
        if installed_version(&root).as_deref() != Some(VERSION) {
            install(&root);
        }
        assert!(programs.join("codex").exists(), "npm installed no codex");
        programs
    })
}

/// `target/e2e`, which survives from run to run.
pub(crate) fn build_folder() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let folder = target.join("e2e");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn installed_version(root: &Path) -> Option<String> {
    let manifest = root.join("node_modules/@openai/codex/package.json");
    let manifest = std::fs::read_to_string(manifest).ok()?;
    let manifest: serde_json::Value = serde_json::from_str(&manifest).ok()?;
    Some(manifest["version"].as_str()?.to_owned())
}

fn install(root: &Path) {
    let package = format!("@openai/codex@{VERSION}");
    let done = Command::new("npm")
        .args(["install", "--no-audit", "--no-fund", "--prefix"])
        .arg(root)
        .arg(&package)
        .output()
        .expect("npm is there: install Node.js to run the end-to-end tests");
    let errors = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "npm install {package}: {errors}");
}

/// The release whose behaviour the tests describe.
const VERSION: &str = "0.169.0";
