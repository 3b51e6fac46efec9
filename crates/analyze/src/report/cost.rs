//! The data of the section "Cost".

use serde::Serialize;

use crate::call::Kind;

/// What the requests cost at the prices in the user's file.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Cost {
    /// The currency of all sums.
    pub currency: String,
    /// By model and kind of request.
    pub uses: Vec<CostUse>,
    /// The cost of all requests with a price.
    pub total: f64,
    /// What the provider's cache saved: cached input at the price of uncached input, minus what it cost.
    pub saved: f64,
    /// Models without a price: their requests are not in any sum.
    pub unpriced: Vec<String>,
}

/// What the requests of one kind to one model cost.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CostUse {
    /// The model.
    pub model: String,
    /// The kind of request.
    pub kind: Kind,
    /// Input that did not come from the cache.
    pub input: f64,
    /// Input that came from the cache.
    pub cached: f64,
    /// Output, reasoning included.
    pub output: f64,
    /// All three.
    pub total: f64,
    /// What the provider's cache saved.
    pub saved: f64,
}

impl Default for CostUse {
    fn default() -> Self {
        Self {
            model: String::new(),
            kind: Kind::Other,
            input: 0.0,
            cached: 0.0,
            output: 0.0,
            total: 0.0,
            saved: 0.0,
        }
    }
}
