//! How fast a recording becomes a report, as ratios within one run.
//!
//! A recording is counted by line ends (the wall), parsed line by line into
//! `serde_json::Value` by one thread, and analyzed into the whole Markdown report by
//! one thread and by two. They take turns, and each is held against the round that it was in:
//! of several rounds the median counts, and the spread is told. `cargo bench -p analyze --bench throughput [-- OPTIONS]`:
//!
//! - without options: sessions like those of real codex in `fixtures/recordings`, one after the
//!   other, each with identifiers of its own;
//! - `--recording FILE`: another recording;
//! - `--pairs FILE`: pairs of requests and answers in which nothing repeats, as the yardstick's
//!   generator writes them: converted first, so that all contenders read the same content.

mod pairs;
mod sessions;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use analyze::{Format, Scan};

/// Large enough to take seconds, small enough for a laptop's disk.
const BYTES: u64 = 256 * 1024 * 1024;

const ROUNDS: usize = 5;

/// What is measured: its name, and what it does with the recording.
type Contender = (&'static str, fn(&Path));

const CONTENDERS: [Contender; 4] = [
    ("line ends (wc -l)", count_lines),
    ("serde_json::Value, 1 thread", parse_values),
    ("report, 1 thread", |path| report(path, 1)),
    ("report, 2 threads", |path| report(path, 2)),
];

/// The contender that the others are held against.
const BASE: usize = 1;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let is = |name: &str| arguments.iter().any(|argument| argument == name);
    // `cargo test --benches` and `--list` only ask whether it starts.
    if is("--test") || is("--list") {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let own = folder.path().join("traffic.jsonl");
    let file_after = |name: &str| {
        let mut rest = arguments.iter().skip_while(|argument| *argument != name);
        rest.nth(1).map(PathBuf::from)
    };
    let recording = if let Some(pairs) = file_after("--pairs") {
        pairs::convert(&pairs, &own).expect("pairs");
        own
    } else if let Some(recording) = file_after("--recording") {
        recording
    } else {
        sessions::write(&own, BYTES).expect("a recording");
        own
    };
    compare(&recording);
}

fn compare(recording: &Path) {
    let mut seconds = CONTENDERS.map(|_| Vec::new());
    for _ in 0..ROUNDS {
        for (seconds, (_, run)) in seconds.iter_mut().zip(CONTENDERS) {
            let begun = Instant::now();
            run(recording);
            seconds.push(begun.elapsed().as_secs_f64());
        }
    }
    let size = fs::metadata(recording).expect("the recording").len();
    let megabytes = size as f64 / 1e6;
    println!(
        "{:<28} {:>8} {:>20} {:>15}",
        format!("{megabytes:.0} MB, {ROUNDS} rounds"),
        "MB/s",
        "x serde_json::Value",
        "least to most",
    );
    for ((name, _), own) in CONTENDERS.iter().zip(&seconds) {
        let rates = sorted(own.iter().map(|seconds| megabytes / seconds));
        let ratios = sorted(own.iter().zip(&seconds[BASE]).map(|(own, base)| base / own));
        println!(
            "{name:<28} {:>8.0} {:>19.2}x {:>15}",
            rates[ROUNDS / 2],
            ratios[ROUNDS / 2],
            format!("{:.2} to {:.2}", ratios[0], ratios[ROUNDS - 1]),
        );
    }
}

fn sorted(numbers: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut numbers: Vec<f64> = numbers.collect();
    numbers.sort_by(f64::total_cmp);
    numbers
}

fn open(path: &Path) -> io::BufReader<fs::File> {
    io::BufReader::with_capacity(1 << 20, fs::File::open(path).expect("the recording"))
}

fn count_lines(path: &Path) {
    let mut input = open(path);
    let mut lines = 0;
    loop {
        let bytes = io::BufRead::fill_buf(&mut input).expect("the recording");
        if bytes.is_empty() {
            break;
        }
        lines += memchr::memchr_iter(b'\n', bytes).count();
        let length = bytes.len();
        io::BufRead::consume(&mut input, length);
    }
    assert!(lines > 0);
}

fn parse_values(path: &Path) {
    let mut input = open(path);
    let mut line = Vec::new();
    while io::BufRead::read_until(&mut input, b'\n', &mut line).expect("a line") > 0 {
        let value: serde_json::Value = serde_json::from_slice(&line).expect("JSON");
        assert!(value["kind"].is_string());
        line.clear();
    }
}

fn report(path: &Path, threads: usize) {
    let scan = Scan::default().threads(threads);
    let aggregate = scan.read(path, 0).expect("the recording");
    Format::Markdown
        .write(&aggregate.finish(), &mut io::sink())
        .expect("a sink takes all");
}
