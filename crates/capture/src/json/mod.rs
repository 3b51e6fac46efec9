//! What is JSON, found out fast: for the recorder, and for the reader of `analyze`.
//!
//! What is JSON here is what it is to `serde_json` (RFC 8259): property tests of `analyze`
//! hold the two against each other.

mod check;
mod grammar;
mod kind;
mod marks;
mod primitive;

pub use check::{is_json, may_be_json};
pub use grammar::{Malformed, Tokens, read};
pub use kind::Kind;
pub use marks::Marks;
pub use primitive::{Primitive, primitive};
