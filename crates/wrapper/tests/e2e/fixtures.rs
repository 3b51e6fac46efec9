//! Regenerates the recordings in `fixtures/recordings`: `just fixtures`.
//!
//! They are recordings of the real codex, made in a place that reveals nothing
//! about the machine: `/tmp/demo`, a made-up key, a clock in UTC.

use std::fs;
use std::path::Path;

use crate::install;
use crate::launch::Home;
use crate::login;

#[test]
#[ignore = "it rewrites files of the repository"]
fn the_recordings_are_made_anew() {
    for (name, options, chatgpt) in RECORDINGS {
        let mut home = Home::neutral();
        let mut secrets = vec![KEY.to_owned()];
        if *chatgpt {
            let login = login::write(&home.codex_home());
            secrets = vec![login.access_token, login.refresh_token.to_owned()];
        } else {
            home = home.variable("CODEX_API_KEY", KEY);
        }
        let options = [*options, &["--body-limit", BODY_LIMIT]].concat();
        let run = home.wrap(
            &options,
            &["codex", "exec", "--skip-git-repo-check", "say hi"],
        );
        run.assert_code(0);
        secrets.iter().for_each(|secret| run.assert_nowhere(secret));
        let recording = fs::read_to_string(run.session.join("traffic.jsonl")).unwrap();
        assert_neutral(&recording);
        fs::write(folder().join(format!("{name}.jsonl")), recording).unwrap();
    }
}

/// Fails if the recording reveals where it was made.
fn assert_neutral(recording: &str) {
    let build_folder = install::build_folder();
    let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    // Look for a hidden folder in it: codex calls its own agents `/root` and `/root/task1`.
    let home = format!("{}/.", std::env::var("HOME").unwrap_or_default());
    let telltales = [
        build_folder.to_str().unwrap(),
        host.trim(),
        home.as_str(),
        KEY,
    ];
    for telltale in telltales.into_iter().filter(|telltale| telltale.len() > 2) {
        let found = recording.find(telltale).map(|at| {
            let around = at.saturating_sub(60)..(at + 60).min(recording.len());
            recording.get(around).unwrap_or_default()
        });
        assert_eq!(found, None, "`{telltale}` is in the recording");
    }
}

fn folder() -> std::path::PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/recordings");
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Name, options of `wrap`, and whether codex has a ChatGPT login.
const RECORDINGS: &[(&str, &[&str], bool)] = &[
    ("codex-websocket", &[], false),
    ("codex-sse", &["--fail", "ws-426"], false),
    ("codex-chatgpt-sse", &["--fail", "ws-426"], true),
    ("codex-cut", &["--fail", "cut:2"], false),
];

/// Keeps model requests whole, but stops metrics from bloating the repository.
const BODY_LIMIT: &str = "128KiB";

const KEY: &str = "sk-made-up-fixture-key-2b6fe8c0";
