//! An answer to a model request, before an API gives it its form.

use super::item::Item;
use super::model_request::ModelRequest;
use super::usage::Usage;

/// An answer to one model request.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    /// Counts the answers of this stand-in, from 1; ids derive from it.
    pub(super) number: u64,
    /// Seconds since 1970-01-01T00:00:00Z.
    pub(super) created_at: u64,
    /// The request.
    pub(super) request: ModelRequest,
    /// The content.
    pub(super) item: Item,
    /// The tokens that it would have cost.
    pub(super) usage: Usage,
}
