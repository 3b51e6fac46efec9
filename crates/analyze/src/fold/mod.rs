//! The fold: records in, one at a time; a report out.
//!
//! [`Aggregate`] is the state. Files in this folder serve several sections; `sections/` has one
//! file for each section of the report.

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
mod quoted_text;
mod row;
mod sections;
mod shapes;
mod shared_store;
mod telemetry_names;
mod threads;
mod timeline_index;

pub use aggregate::Aggregate;
