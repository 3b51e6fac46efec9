//! Exports for other programs.

pub(crate) mod csv;
pub(crate) mod har;
