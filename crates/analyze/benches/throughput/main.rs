//! How fast a recording becomes a report, as ratios within one run.
//!
//! The contenders count line ends (the floor), parse each line into a `serde_json::Value` on one
//! thread, and make the whole Markdown report on one thread, on two, and on two with a filter that
//! every response satisfies. Each round runs all of them and yields one ratio for each to
//! `serde_json::Value`, and one of the filtered report's time to that of the unfiltered one. Printed
//! are the median of the rounds and their spread.
//!
//! `cargo bench -p analyze --bench throughput [-- OPTIONS]`:
//!
//! - without options: sessions like those of real codex in `fixtures/recordings`, one after the
//!   other, each with its own identifiers;
//! - `--recording FILE`: another recording;
//! - `--pairs FILE`: pairs of requests and responses in which nothing repeats. They are converted to
//!   a recording first, so that all contenders read the same bytes.

mod pairs;
mod sessions;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use analyze::{Filter, Format, Scan};

/// Takes seconds to read, and fits on a laptop's disk.
const BYTES: u64 = 256 * 1024 * 1024;

const ROUNDS: usize = 5;

/// A name, and what to measure on the recording.
type Contender = (&'static str, fn(&Path));

const CONTENDERS: [Contender; 5] = [
    ("line ends (wc -l)", count_lines),
    ("serde_json::Value, 1 thread", parse_values),
    ("report, 1 thread", |path| report(path, 1, &[])),
    ("report, 2 threads", |path| report(path, 2, &[])),
    ("report, 2 threads, filter", |path| {
        report(path, 2, &["status>=0"]);
    }),
];

/// The contender that the others are compared with.
const BASE: usize = 1;
const PLAIN: usize = 3;
const FILTER: usize = 4;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let is = |name: &str| arguments.iter().any(|argument| argument == name);
    // `cargo test --benches` and `--list` only check that the program starts.
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
            spread(&ratios),
        );
    }
    let times = seconds[FILTER].iter().zip(&seconds[PLAIN]);
    let ratios = sorted(times.map(|(filter, plain)| filter / plain));
    println!(
        "{:<28} {:>8} {:>19.2}x {:>15}",
        "filter / plain (time)",
        "",
        ratios[ROUNDS / 2],
        spread(&ratios),
    );
}

fn spread(sorted: &[f64]) -> String {
    format!("{:.2} to {:.2}", sorted[0], sorted[sorted.len() - 1])
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

fn report(path: &Path, threads: usize, filters: &[&str]) {
    let filters = filters.iter().map(|filter| filter.parse());
    let filters: Result<Vec<Filter>, _> = filters.collect();
    let scan = Scan::default()
        .threads(threads)
        .filters(filters.expect("filters that parse"));
    let aggregate = scan.read(path, 0).expect("the recording");
    Format::Markdown
        .write(&aggregate.finish(), &mut io::sink())
        .expect("a sink takes all");
}
