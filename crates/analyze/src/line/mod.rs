//! A recording's lines, cut from the file and parsed into exchanges and records.
//!
//! Everything in this crate reads recordings through this module; `Scan` drives it. [`Reader`] is
//! for other programs.

mod blocks;
mod compression;
mod conformance;
pub(crate) mod event;
pub(crate) mod exchange;
mod line_reader;
mod line_ref;
pub(crate) mod reader;
mod secrets;

pub(crate) use blocks::{BLOCK_BYTES, Block, Blocks};
pub use exchange::Exchange;
pub(crate) use line_reader::{Line, LineReader};
pub use line_ref::LineRef;
pub use reader::Reader;
