//! What a recording reveals: the report, the summary, the warnings, and `wrap doctor`.
//!
//! A recording goes in, findings come out. Only `doctor` starts programs: it judges a trial run
//! by its recording.

pub(crate) mod diagnose;
pub(crate) mod doctor;
pub(crate) mod report;
pub(crate) mod summary;
