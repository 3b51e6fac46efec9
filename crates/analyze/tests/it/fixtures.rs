//! The recordings in `fixtures/recordings` that were written by hand.

use std::path::PathBuf;

use analyze::{Report, Scan};

/// All of them, without their ending.
pub(crate) const NAMES: [&str; 3] = ["hand-websocket", "hand-sse", "hand-errors"];

/// Where one lies.
pub(crate) fn path(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let file = format!("../../fixtures/recordings/{name}.jsonl");
    folder.join(file)
}

/// What one holds.
pub(crate) fn text(name: &str) -> String {
    std::fs::read_to_string(path(name)).unwrap()
}

/// The report on one, which calls it by its name.
pub(crate) fn report(name: &'static str) -> Report {
    let file = std::fs::File::open(path(name)).unwrap();
    let scanned = Scan::default().read_from(file, format!("{name}.jsonl").as_ref(), 0);
    scanned.unwrap().finish()
}
