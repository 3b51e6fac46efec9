//! Sessions: one folder for each run of `wrap`, the list of past ones, and their removal.

mod age;
mod folder;
mod past;
mod removal;

pub(crate) use age::Age;
pub(crate) use folder::{Session, check_writable, recording_in, root};
pub(crate) use past::list;
pub(crate) use removal::remove;
