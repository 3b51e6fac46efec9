//! How fast a recording becomes a report, as ratios within one run.
//!
//! The recordings of real codex in `fixtures/recordings` are written over and over
//! into one file. It is counted by line ends (the wall), parsed line by line into
//! `serde_json::Value` by one thread, and analyzed into the whole Markdown report.
//! They take turns; the median of several rounds counts. `cargo bench -p analyze`.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use analyze::{Format, Scan};

/// Large enough to take seconds, small enough for a laptop's disk.
const BYTES: u64 = 256 * 1024 * 1024;

const ROUNDS: usize = 3;

/// What is measured: its name, and what it does with the recording.
type Contender = (&'static str, fn(&Path));

fn main() {
    // `cargo test --benches` and `--list` only ask whether it starts.
    if std::env::args().any(|argument| argument == "--test" || argument == "--list") {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let recording = folder.path().join("traffic.jsonl");
    let size = write_recording(&recording).expect("a recording");
    let contenders: [Contender; 3] = [
        ("line ends (wc -l)", count_lines),
        ("serde_json::Value, 1 thread", parse_values),
        ("analyze --format md", report),
    ];
    let mut seconds: [Vec<f64>; 3] = Default::default();
    for _ in 0..ROUNDS {
        for (index, (_, run)) in contenders.iter().enumerate() {
            let begun = Instant::now();
            run(&recording);
            seconds[index].push(begun.elapsed().as_secs_f64());
        }
    }
    let medians = seconds.map(|mut seconds| {
        seconds.sort_by(f64::total_cmp);
        seconds[ROUNDS / 2]
    });
    let megabytes = size as f64 / 1e6;
    println!(
        "{:<30} {:>10} {:>18}",
        format!("{megabytes:.0} MB"),
        "MB/s",
        "x serde_json::Value"
    );
    for ((name, _), median) in contenders.iter().zip(medians) {
        println!(
            "{name:<30} {:>10.0} {:>17.2}x",
            megabytes / median,
            medians[1] / median
        );
    }
}

fn write_recording(path: &Path) -> io::Result<u64> {
    let fixtures = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/recordings");
    let mut lines = Vec::new();
    for name in [
        "codex-websocket.jsonl",
        "codex-sse.jsonl",
        "codex-chatgpt-sse.jsonl",
    ] {
        lines.extend(fs::read(fixtures.join(name))?);
    }
    let mut file = io::BufWriter::new(fs::File::create(path)?);
    let mut size = 0;
    while size < BYTES {
        file.write_all(&lines)?;
        size += lines.len() as u64;
    }
    file.flush()?;
    Ok(size)
}

fn count_lines(path: &Path) {
    let bytes = fs::read(path).expect("the recording");
    assert!(memchr::memchr_iter(b'\n', &bytes).count() > 0);
}

fn parse_values(path: &Path) {
    let bytes = fs::read(path).expect("the recording");
    for line in bytes
        .split(|&byte| byte == b'\n')
        .filter(|line| !line.is_empty())
    {
        let value: serde_json::Value = serde_json::from_slice(line).expect("JSON");
        assert!(value["kind"].is_string());
    }
}

fn report(path: &Path) {
    let aggregate = Scan::default().read(path, 0).expect("the recording");
    let mut out = io::sink();
    Format::Markdown
        .write(&aggregate.finish(), &mut out)
        .expect("a sink takes all");
}
