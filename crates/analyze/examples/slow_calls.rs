//! A section of your own: the calls that took longest to their first token.
//!
//! Shows the library from both ends: `Reader` and `Call` for a fold of your own,
//! one record at a time; `Scan` and `Aggregate` for the finished report, here of
//! several files that are read in parallel and merged.
//!
//! ```sh
//! cargo run -p analyze --example slow_calls -- fixtures/recordings/codex-websocket.jsonl
//! ```

use std::error::Error;
use std::path::{Path, PathBuf};
use std::thread;

use analyze::{Aggregate, Call, Filter, Reader, Scan, Subject};
use capture::record::Record;

/// A call, as far as this section needs it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Slow {
    ttft_us: u64,
    exchange: u64,
    model: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    let paths: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let mut slow = Vec::new();
    for path in &paths {
        slow.extend(slow_calls(path)?);
    }
    slow.sort_by(|one, other| other.cmp(one));
    for call in slow.iter().take(10) {
        println!(
            "{:>9} µs  exchange {:>4}  {}",
            call.ttft_us, call.exchange, call.model
        );
    }
    let report = whole(&paths)?.finish();
    if let Some(glance) = report.glance {
        let tokens = glance.tokens;
        println!(
            "{} turns, {} of {} input tokens cached",
            glance.turns, tokens.cached, tokens.input
        );
    }
    Ok(())
}

/// Folds one recording: only a number and a name of each call stay in memory.
fn slow_calls(path: &Path) -> Result<Vec<Slow>, Box<dyn Error>> {
    let turns: Filter = "kind=turn".parse()?;
    let mut slow = Vec::new();
    for record in Reader::open(path)? {
        let record = match record {
            Ok(record) => record,
            // A line that cannot be read is no reason to give up on the others.
            Err(error) if error.line().is_some() => {
                eprintln!("skipped: {error}");
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        let Record::Exchange(exchange) = record else {
            continue;
        };
        let Some(call) = Call::of(&exchange) else {
            continue;
        };
        let subject = Subject {
            exchange: &exchange,
            call: Some(&call),
            process: None,
        };
        if let (true, Some(ttft_us)) = (turns.matches(subject), call.marks.ttft_us()) {
            slow.push(Slow {
                ttft_us,
                exchange: exchange.id,
                model: call.model,
            });
        }
    }
    Ok(slow)
}

/// Reads each recording on a thread of its own. The parts could as well come from
/// other machines: an aggregate can be written and read with serde.
fn whole(paths: &[PathBuf]) -> Result<Aggregate, analyze::Error> {
    let scan = Scan::default().threads(1);
    let parts: Vec<_> = thread::scope(|scope| {
        let read = (0..).zip(paths).map(|(source, path)| {
            let scan = &scan;
            scope.spawn(move || scan.read(path, source))
        });
        let threads: Vec<_> = read.collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("reading does not panic"))
            .collect()
    });
    let mut whole = Aggregate::default();
    for part in parts {
        whole.merge(part?);
    }
    Ok(whole)
}
