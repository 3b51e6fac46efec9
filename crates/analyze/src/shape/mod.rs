//! Payload structure: which keys JSON payloads have, of which types, how often and how large.
//!
//! A [`Shape`] takes JSON texts one at a time and keeps a tree of key paths: no
//! payload stays in memory, and the tree is bounded. Arrays fold into one item
//! (`input[].type`), and keys that look like ids into one placeholder (`files{key}.size`).
//! Shapes merge: the same payloads give the same shape, in any order and grouping.
//! What comes out are [`Row`]s for a table, and a JSON Schema that every payload
//! which went in satisfies.

mod node;
mod rows;
mod schema;
mod stored;
mod tree;
mod walk;

pub use crate::json::Kind;
pub use rows::Row;
pub use tree::Shape;
