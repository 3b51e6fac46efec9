//! JSON text that is parsed once and read by many.
//!
//! A dozen sections look at a line of a recording, each for something else. So a line is cut
//! into tokens once and validated on the way; everything after that walks the tokens, and
//! nothing is copied, converted or scanned again. [`Tape`] makes the tokens, [`Json`] is a
//! value among them.
//!
//! JSON here is what `serde_json` accepts (RFC 8259); property tests compare the two.

mod fields;
mod tape;
#[cfg(test)]
mod tests;
mod token;
mod value;

pub use capture::json::JsonType;
pub(crate) use fields::fields;
pub(crate) use tape::Tape;
pub(crate) use value::{Json, elements, same};
