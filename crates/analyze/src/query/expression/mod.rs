//! What filters and assertions share: signs, numbers with units, errors.
//!
//! An [`ExpressionError`](error::ExpressionError) points at the part of the expression
//! that is wrong.

pub(crate) mod error;
pub(crate) mod quantity;
pub(crate) mod relation;

use std::ops::Range;

/// `range` without leading and trailing white space.
pub(crate) fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let part = &text[range.clone()];
    let start = range.start + (part.len() - part.trim_start().len());
    start..start + part.trim().len()
}
