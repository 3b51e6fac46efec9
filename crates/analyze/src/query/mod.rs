//! Questions about recordings: which exchanges, whether a figure holds, what changed.

pub(crate) mod assertion;
pub mod compare;
pub(crate) mod expression;
pub(crate) mod filter;
pub(crate) mod selection;
