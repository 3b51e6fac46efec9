//! Installs the real programs from npm and PyPI into the build folder, once.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

/// One release of a program on npm.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Package {
    name: &'static str,
    version: &'static str,
    /// The program's name in its `package.json`.
    program: &'static str,
}

/// The agent that all of this is about; the tests are written for this release.
pub(crate) const CODEX: Package = Package {
    name: "@openai/codex",
    version: "0.169.0",
    program: "codex",
};

/// Anthropic's agent.
pub(crate) const CLAUDE: Package = Package {
    name: "@anthropic-ai/claude-code",
    version: "2.1.197",
    program: "claude",
};

/// An agent for any model.
pub(crate) const OPENCODE: Package = Package {
    name: "opencode-ai",
    version: "1.18.33",
    program: "opencode",
};

/// A release of Node.js whose `fetch` obeys proxies.
pub(crate) const NODE: Package = Package {
    name: "node",
    version: "24.9.0",
    program: "node",
};

impl Package {
    /// The folder that holds the program, installed on first use.
    pub(crate) fn folder(self) -> PathBuf {
        let root = build_folder().join(self.program);
        let programs = root.join("node_modules/.bin");
        let _one_at_a_time = INSTALLING.lock().unwrap_or_else(PoisonError::into_inner);
        if self.installed_version(&root).as_deref() != Some(self.version) {
            self.install(&root);
        }
        let program = programs.join(self.program);
        assert!(program.exists(), "npm installed no {}", program.display());
        programs
    }

    fn installed_version(self, root: &Path) -> Option<String> {
        let manifest = root
            .join("node_modules")
            .join(self.name)
            .join("package.json");
        let manifest: serde_json::Value =
            serde_json::from_str(&fs::read_to_string(manifest).ok()?).ok()?;
        Some(manifest["version"].as_str()?.to_owned())
    }

    fn install(self, root: &Path) {
        fs::create_dir_all(root).unwrap();
        let package = format!("{}@{}", self.name, self.version);
        let mut npm = Command::new("npm");
        npm.args(["install", "--no-audit", "--no-fund", "--prefix"]);
        run(npm.arg(root).arg(package), "npm (part of Node.js)");
    }
}

/// The folder that holds a `python3` with httpx and requests, installed on first use.
pub(crate) fn python() -> PathBuf {
    let root = build_folder().join("python");
    let programs = root.join("bin");
    let _one_at_a_time = INSTALLING.lock().unwrap_or_else(PoisonError::into_inner);
    let done = root.join(PYTHON_PACKAGES.join(","));
    if !done.exists() {
        run(
            Command::new("python3").args(["-m", "venv"]).arg(&root),
            "python3 with venv",
        );
        let mut pip = Command::new(programs.join("python3"));
        run(
            pip.args(["-m", "pip", "install", "--quiet"])
                .args(PYTHON_PACKAGES),
            "pip",
        );
        fs::write(done, "").unwrap();
    }
    programs
}

/// `target/e2e`, which is kept between runs.
pub(crate) fn build_folder() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let folder = target.join("e2e");
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Runs an installer to its end; `needs` names what it requires.
fn run(command: &mut Command, needs: &str) {
    let done = command
        .output()
        .unwrap_or_else(|error| panic!("{needs} is missing: {error}"));
    let errors = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{command:?}: {errors}");
}

/// Tests run in parallel; installations do not.
static INSTALLING: Mutex<()> = Mutex::new(());

const PYTHON_PACKAGES: &[&str] = &["httpx[http2]==0.28.1", "requests==2.34.2"];
