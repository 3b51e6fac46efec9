//! The binary `capture` under load, under the knife and out of room.
//!
//! Most tests start the binary as a process of its own, because what is asserted are
//! things of a process: memory, descriptors, signals, and what a crash leaves. Tasks are
//! counted in a proxy within the test's process (`apart`). As they
//! stand they take seconds; with `LOAD=full` in the environment (`just storm`) they take
//! minutes, and the numbers are those in `docs/reliability.md`.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod agent;
mod apart;
mod bundle;
mod crash;
mod descriptors;
mod disk;
#[path = "../it/harness/mod.rs"]
#[expect(
    dead_code,
    unused_imports,
    reason = "shared with the tests in `it`, which need more of it"
)]
mod harness;
mod origin;
mod other_users;
mod running;
mod signals;
mod soak;
mod tasks;
mod volume;

/// `short` in CI, `full` under `just storm`.
pub(crate) fn scaled(short: usize, full: usize) -> usize {
    match std::env::var("LOAD").as_deref() {
        Ok("full") => full,
        _ => short,
    }
}
