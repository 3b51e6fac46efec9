//! The fold: records in, one at a time; a report out.
//!
//! [`Aggregate`] is the state; what several sections need from it is in files here, and what one
//! section works out, in `sections/`.

mod aggregate;
mod call_contents;
mod connections;
mod content;
mod content_store;
mod digests;
mod endpoint_limit;
mod finish;
mod gaps;
mod headers;
mod identifiers;
mod problems;
mod row;
mod sections;
mod shapes;
mod shared_store;
mod telemetry_names;
mod threads;
mod timeline_index;

pub use aggregate::Aggregate;
