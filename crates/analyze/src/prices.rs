//! Prices of tokens, from a file that the user provides. None are built in, because they change.
//!
//! ```json
//! {
//!   "currency": "USD",
//!   "per_tokens": 1000000,
//!   "models": {
//!     "gpt-5.3-codex": {"input": 1.75, "cached_input": 0.175, "output": 14.0},
//!     "gpt-*": {"input": 2.0, "output": 16.0}
//!   }
//! }
//! ```
//!
//! `*` in a name matches anything; an exact name takes precedence over patterns, and
//! a longer pattern over a shorter one. `cached_input` and `cache_write` default to
//! `input`; reasoning counts as output.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::call::Tokens;
use crate::report::{Cost, CostUse, Models};
use crate::text::glob::Pattern;

/// What tokens cost, by model.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prices {
    /// The currency, as it is printed.
    currency: String,
    /// How many tokens a price is for.
    per_tokens: u64,
    /// By the model's name, or a pattern.
    models: BTreeMap<String, Price>,
}

/// What one model's tokens cost.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct Price {
    input: f64,
    cached_input: Option<f64>,
    cache_write: Option<f64>,
    output: f64,
}

/// Why a text is not a price list.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PricesError {
    /// Not JSON, or not in the documented format: see `docs/analyze-options.md`.
    #[error("not a price list")]
    Form(#[source] serde_json::Error),
    /// `per_tokens` has to be at least 1.
    #[error("\"per_tokens\" is 0: write how many tokens a price is for, such as 1000000")]
    PerNothing,
    /// A price has to be 0 or more.
    #[error("a price of {model:?} is below 0")]
    Negative {
        /// Whose price.
        model: String,
    },
}

impl Prices {
    /// Parses a price list.
    ///
    /// # Errors
    ///
    /// [`PricesError`] if the text has another format, or a price makes no sense.
    pub fn from_json(text: &str) -> Result<Self, PricesError> {
        let prices: Self = serde_json::from_str(text).map_err(PricesError::Form)?;
        if prices.per_tokens == 0 {
            return Err(PricesError::PerNothing);
        }
        for (model, price) in &prices.models {
            let Price {
                input,
                cached_input,
                cache_write,
                output,
            } = *price;
            let all = [Some(input), cached_input, cache_write, Some(output)];
            if all.into_iter().flatten().any(|price| price < 0.0) {
                let model = model.clone();
                return Err(PricesError::Negative { model });
            }
        }
        Ok(prices)
    }

    /// The cost of the requests in a report.
    pub fn cost(&self, models: &Models) -> Cost {
        let mut cost = Cost {
            currency: self.currency.clone(),
            ..Cost::default()
        };
        for model in &models.models {
            let Some(price) = self.of(&model.model) else {
                cost.unpriced.push(model.model.clone());
                continue;
            };
            for usage in &model.uses {
                cost.uses.push(CostUse {
                    model: model.model.clone(),
                    kind: usage.kind,
                    ..self.usage(price, &usage.tokens)
                });
            }
        }
        cost.total = cost.uses.iter().map(|usage| usage.total).sum();
        cost.saved = cost.uses.iter().map(|usage| usage.saved).sum();
        cost
    }

    /// The price of a model: for its exact name, else for the longest pattern that matches.
    fn of(&self, model: &str) -> Option<Price> {
        if let Some(price) = self.models.get(model) {
            return Some(*price);
        }
        let patterns = self.models.iter().filter(|(name, _)| name.contains('*'));
        let fitting = patterns.filter(|(name, _)| Pattern::new(name).fits(model));
        fitting
            .max_by_key(|(name, _)| name.len())
            .map(|(_, price)| *price)
    }

    fn usage(&self, price: Price, tokens: &Tokens) -> CostUse {
        let cost = |tokens: u64, price: f64| tokens as f64 * price / self.per_tokens as f64;
        let cached_price = price.cached_input.unwrap_or(price.input);
        let written_price = price.cache_write.unwrap_or(price.input);
        let fresh = tokens
            .input
            .saturating_sub(tokens.cached)
            .saturating_sub(tokens.cache_written);
        let input = cost(fresh, price.input) + cost(tokens.cache_written, written_price);
        let cached = cost(tokens.cached, cached_price);
        let output = cost(tokens.output, price.output);
        CostUse {
            input,
            cached,
            output,
            total: input + cached + output,
            saved: cost(tokens.cached, price.input) - cached,
            ..CostUse::default()
        }
    }
}
