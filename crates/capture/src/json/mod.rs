//! A tokenizer for JSON that builds no values and is as strict as `serde_json`.
//!
//! [`StringIndex`] finds in one vectorized pass where the strings of a text end. [`read`] then walks
//! the grammar and hands each token to a [`Visitor`], which decides what to keep. The recorder only
//! asks [`is_json`]; `analyze` builds a tape of tokens. Both accept exactly the texts that
//! `serde_json` accepts (RFC 8259), and property tests in `analyze` hold them to that.
//!
//! ```
//! use capture::json::{JsonType, Malformed, Primitive, StringIndex, Visitor, read};
//!
//! /// Counts the members of all objects.
//! #[derive(Default)]
//! struct Members {
//!     open: Vec<JsonType>,
//!     count: usize,
//! }
//!
//! impl Visitor for Members {
//!     fn innermost(&self) -> Option<JsonType> {
//!         self.open.last().copied()
//!     }
//!     fn open(&mut self, kind: JsonType, _at: usize) {
//!         self.open.push(kind);
//!     }
//!     fn close(&mut self, _end: usize) {
//!         self.open.pop();
//!     }
//!     fn primitive(&mut self, _at: usize, _primitive: Primitive, name: bool) {
//!         self.count += usize::from(name);
//!     }
//! }
//!
//! # fn main() -> Result<(), Malformed> {
//! let text = br#"{"a": [1, {"b": "\u0063"}], "d": null}"#;
//! let mut index = StringIndex::default();
//! index.read(text)?;
//! let mut members = Members::default();
//! read(text, &index, &mut members)?;
//! assert_eq!(members.count, 3);
//! # Ok(())
//! # }
//! ```

mod check;
mod grammar;
mod json_type;
mod malformed;
mod primitive;
mod string_index;

pub use check::{is_json, may_be_json};
pub use grammar::{Visitor, read};
pub use json_type::JsonType;
pub use malformed::Malformed;
pub use primitive::Primitive;
pub use string_index::StringIndex;
