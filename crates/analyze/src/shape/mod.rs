//! Payload structure: which keys JSON payloads have, of which types, how often and how large.
//!
//! A [`Shape`] takes JSON texts one at a time and keeps a bounded tree of key paths, not the
//! payloads. The items of an array share one path (`input[].type`), and so do keys that look
//! like ids (`files{key}.size`). Shapes merge: the same payloads give the same shape, in any
//! order and grouping. A shape gives [`Row`]s for a table, and a JSON Schema that all of its
//! payloads satisfy.

mod names;
mod node;
mod rows;
mod schema;
mod stats;
mod tree;
mod walk;

pub use crate::json::JsonType;
pub use rows::Row;
pub use tree::Shape;
