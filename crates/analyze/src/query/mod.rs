//! Queries on recordings and reports: filters, assertions, comparisons.

pub(crate) mod assertion;
pub mod compare;
pub(crate) mod expression;
pub(crate) mod filter;
pub(crate) mod selection;
