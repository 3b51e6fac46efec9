//! Processes: finding a program, running it as the agent, and what it leaves behind.

pub(crate) mod child;
pub(crate) mod orphans;
pub(crate) mod program;
mod run_with_timeout;
mod signals;
mod terminal;

pub(crate) use run_with_timeout::run_with_timeout;
