//! An analysis of your own: the calls that took longest to their first token.
//!
//! Shows both ways to use the library: `Scan::for_each` and `Call` for your own fold, one exchange
//! at a time; `Scan::read` and `Aggregate` for the finished report, here on several files that are
//! read in parallel and merged.
//!
//! ```sh
//! cargo run -p analyze --example slow_calls -- fixtures/recordings/codex-websocket.jsonl
//! ```

use std::error::Error;
use std::path::{Path, PathBuf};
use std::thread;

use analyze::{Aggregate, Call, Exchange, Scan};

/// What the analysis keeps of a call.
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

/// Folds one recording: of each call, only two numbers and a name stay in memory.
fn slow_calls(path: &Path) -> Result<Vec<Slow>, Box<dyn Error>> {
    let scan = Scan::default().filters(vec!["kind=turn".parse()?]);
    let mut slow = Vec::new();
    scan.for_each(path, slow_call, |call| {
        match call {
            Ok(call) => slow.extend(call),
            // A line that cannot be read is no reason to give up on the others.
            Err(error) => eprintln!("skipped: {error}"),
        }
        Ok::<(), analyze::Error>(())
    })?;
    Ok(slow)
}

fn slow_call(exchange: &Exchange<'_>) -> Option<Slow> {
    let call = Call::of(exchange)?;
    Some(Slow {
        ttft_us: call.marks.ttft_us()?,
        exchange: exchange.id(),
        model: call.model,
    })
}

/// Reads each recording on its own thread.
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
