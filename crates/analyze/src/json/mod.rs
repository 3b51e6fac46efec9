//! JSON text that is read once and asked often.
//!
//! A line of a recording is looked at by a dozen sections, each for something
//! else. So it is cut into tokens one time, checked on the way, and everybody walks the
//! tokens: nothing is copied, converted or scanned again. [`Tape`] makes the
//! tokens, [`Json`] is a value among them.
//!
//! What is JSON here is what it is to `serde_json` (RFC 8259): a property test
//! holds the two against each other.

mod fields;
mod tape;
#[cfg(test)]
mod tests;
mod value;

pub use capture::json::Kind;
pub(crate) use fields::fields;
pub(crate) use tape::Tape;
pub(crate) use value::{Json, elements, same};
