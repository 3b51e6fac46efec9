//! Every target for a moment: the seeds as they are, then the same mutations of them each time.
//!
//! No fuzzer: nothing is searched for. What this finds is a target that does not build, a seed
//! that breaks something, and what breaks at once. It runs on the stable toolchain, without C++.

mod mutation;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use mutation::Mutator;

#[test]
fn taps_survive() {
    survives("tap", fuzz::tap::run);
}

#[test]
fn websockets_survive() {
    survives("websocket", fuzz::websocket::run);
}

#[test]
fn events_survive() {
    survives("sse", fuzz::sse::run);
}

#[test]
fn codings_survive() {
    survives("decoding", fuzz::decoding::run);
}

#[test]
fn redaction_survives() {
    survives("redaction", fuzz::redaction::run);
}

#[test]
fn recordings_survive() {
    survives("recording", fuzz::recording::run);
}

#[test]
fn expressions_survive() {
    survives("expressions", fuzz::expressions::run);
}

/// Runs a target on its seeds and on as many mutations, on a thread that may be given up.
fn survives(name: &'static str, run: fn(&[u8])) {
    let seeds = seeds(name);
    let input = Arc::new(Mutex::new(Vec::new()));
    let current = Arc::clone(&input);
    let (done, progress) = mpsc::channel();
    let worker = thread::spawn(move || {
        let mutator = Mutator::new(&seeds);
        let mutations = (0..MUTATIONS).map(|round| mutator.mutation(round));
        for input in seeds.iter().cloned().chain(mutations) {
            current
                .lock()
                .expect("nobody panics with it")
                .clone_from(&input);
            run(&input);
            done.send(()).expect("the test waits");
        }
    });
    let mut count = 0;
    let end = loop {
        match progress.recv_timeout(LIMIT) {
            Ok(()) => count += 1,
            Err(end) => break end,
        }
    };
    // The worker is done, has panicked, or is still at it.
    if end == RecvTimeoutError::Disconnected && worker.join().is_ok() {
        println!("{name}: {count} inputs");
        return;
    }
    let input = input.lock().unwrap_or_else(PoisonError::into_inner);
    let path = keep(name, &input);
    panic!(
        "{name}: input {count} panics or takes more than {LIMIT:?}; it is kept: \
         cargo fuzz run --sanitizer none {name} {}",
        path.display()
    );
}

/// The seeds of a target, in the order of their names.
fn seeds(target: &str) -> Vec<Vec<u8>> {
    let mut paths: Vec<PathBuf> = fs::read_dir(SEEDS.join(target))
        .expect("each target has seeds")
        .map(|entry| entry.expect("the folder can be read").path())
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "{target} has no seeds");
    let seeds = paths.iter().map(|path| fs::read(path).expect("a file"));
    seeds.collect()
}

/// Where a finding is kept, as cargo-fuzz keeps its own.
fn keep(target: &str, input: &[u8]) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("artifacts")
        .join(target);
    fs::create_dir_all(&folder).expect("a folder can be made");
    let path = folder.join("smoke");
    fs::write(&path, input).expect("the input can be written");
    path
}

/// The folder of all seeds, made from the fixtures.
static SEEDS: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("seeds");
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds");
    // Seeds of an earlier form would go on being tried.
    if folder.exists() {
        fs::remove_dir_all(&folder).expect("the folder is ours");
    }
    let made = Command::new(program).arg(&folder).status();
    assert!(made.is_ok_and(|status| status.success()), "no seeds");
    folder
});

/// Some seconds for each target without optimization; the slowest takes a millisecond for one.
const MUTATIONS: u64 = 3_000;

/// Far above what an input of 16 KiB takes on a busy machine.
const LIMIT: Duration = Duration::from_secs(60);
