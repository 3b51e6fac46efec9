//! What a recording reveals: the report, the summary, the warnings, and `wrap doctor`.
//!
//! Nothing in here touches the proxy or the agent: a recording goes in, findings come out.
//! `doctor` alone starts programs, and judges them by what they left on record.

pub(crate) mod diagnose;
pub(crate) mod doctor;
pub(crate) mod report;
mod standout;
pub(crate) mod summary;
