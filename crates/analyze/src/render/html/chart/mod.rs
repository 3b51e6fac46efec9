//! The pictures of the report, each a function from plain numbers to SVG.
//!
//! A picture never stands alone: what it shows is also in a table of the report,
//! so its description says what there is to see and no more.

mod axis;
pub(super) mod bars;
pub(super) mod gaps;
pub(super) mod growth;
mod scale;
pub(super) mod status;
pub(super) mod tokens;
pub(super) mod waterfall;
