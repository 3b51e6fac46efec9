//! Reads and aggregates one recorded line, as often as asked: `analyze-paths NAME TIMES`.
//!
//! `.ci/bench-check` runs this under callgrind with two counts and divides the difference, which
//! leaves out what happens once per process. Without a count it lists the names.

use std::io::Cursor;
use std::path::Path;
use std::process::ExitCode;

use analyze::Scan;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (name, times) = (arguments.next(), arguments.next());
    let Some(times) = times.and_then(|times| times.parse().ok()) else {
        println!("{EXCHANGE}");
        return ExitCode::SUCCESS;
    };
    if name.as_deref() != Some(EXCHANGE) {
        eprintln!("analyze-paths: no path has this name");
        return ExitCode::FAILURE;
    }
    let lines = codex_exchange().repeat(times);
    let aggregate = Scan::default()
        .threads(1)
        .read_from(Cursor::new(lines), Path::new("paths"), 0)
        .expect("a fixture can be read");
    let read = aggregate.finish().glance.map(|glance| glance.exchanges);
    assert_eq!(read, Some(times as u64));
    ExitCode::SUCCESS
}

const EXCHANGE: &str = "analyze: an exchange of codex, read and aggregated";

/// The longest recorded line of codex: a model request with the whole prompt, and its events.
fn codex_exchange() -> String {
    const RECORDING: &str = include_str!("../../../fixtures/recordings/codex-sse.jsonl");
    RECORDING
        .split_inclusive('\n')
        .filter(|line| line.contains("/v1/responses"))
        .max_by_key(|line| line.len())
        .expect("codex asked a model")
        .to_owned()
}
