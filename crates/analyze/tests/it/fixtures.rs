//! The recordings in `fixtures/recordings`, and the reports on them.

use std::path::PathBuf;

use analyze::{Aggregate, Format, Report, Scan};

/// All that were written by hand, without their ending.
pub(crate) const NAMES: [&str; 3] = ["hand-websocket", "hand-sse", "hand-errors"];

/// Recordings of the real codex against the stand-in.
pub(crate) const REAL: [&str; 4] = [
    "codex-websocket",
    "codex-sse",
    "codex-chatgpt-sse",
    "codex-cut",
];

/// All that there are.
pub(crate) fn all() -> impl Iterator<Item = &'static str> {
    NAMES.into_iter().chain(REAL)
}

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

/// The report, all of whose data is in one of these formats: the others are made of them.
pub(crate) fn written(aggregate: Aggregate) -> String {
    let report = aggregate.finish();
    let mut out = Vec::new();
    for format in [Format::Markdown, Format::Json] {
        format.write(&report, &mut out).unwrap();
    }
    String::from_utf8(out).unwrap()
}
