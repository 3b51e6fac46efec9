//! Small expressions of the command line: filters and assertions.
//!
//! An expression is parsed into a type once, where it enters; what cannot be
//! parsed is an [`ExpressionError`] that points at the spot. Neither parsing nor
//! evaluating does any I/O.

pub(crate) mod error;
pub(crate) mod quantity;
pub(crate) mod relation;

use std::ops::Range;

/// `range` without the white space at the ends of what it covers.
pub(crate) fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let part = &text[range.clone()];
    let start = range.start + (part.len() - part.trim_start().len());
    start..start + part.trim().len()
}
