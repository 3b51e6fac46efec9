//! The charts of the report, each a function from plain numbers to SVG.
//!
//! Every figure in a chart is also in a table of the report, so a chart's description for screen
//! readers can be short.

mod axis;
pub(super) mod bars;
pub(super) mod gaps;
pub(super) mod growth;
mod scale;
pub(super) mod status;
pub(super) mod tokens;
pub(super) mod waterfall;
