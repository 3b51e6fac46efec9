//! Assertions: conditions on the figures of a report.
//!
//! An assertion is one comparison, `METRIC SIGN VALUE`: `p95(ttft)<2s`,
//! `cache_hit>0.6`, `errors==0`. Times and sizes have units. A metric with one
//! value for each request needs a statistic: `p50`, `p99.9`, `min`, `max`, `mean`,
//! `sum`, `count`. If there is nothing to measure, the assertion fails: a check
//! that checked nothing must not pass.

mod measure;
mod metric;
mod parse;

use std::fmt;
use std::str::FromStr;

use crate::query::expression::error::ExpressionError;
use crate::query::expression::relation::Relation;
use crate::report::Report;

use crate::query::assertion::metric::Measured;

/// A condition on a report.
///
/// ```
/// use analyze::{Assertion, Report};
///
/// let assertion: Assertion = "p95(ttft)<2s".parse()?;
/// let verdict = assertion.check(&Report::default());
/// assert!(!verdict.holds);
/// assert_eq!(verdict.to_string(), "p95(ttft)<2s: failed, there is nothing to measure");
/// # Ok::<(), analyze::ExpressionError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Assertion {
    expression: String,
    measured: Measured,
    relation: Relation,
    value: f64,
}

/// The result of an assertion.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// The assertion, as it was written.
    pub expression: String,
    /// Whether it holds.
    pub holds: bool,
    /// The measured value, formatted; `None` if there is nothing to measure.
    pub found: Option<String>,
}

impl Assertion {
    /// Checks the assertion against a report.
    ///
    /// The report needs all its sections: check before any are removed.
    pub fn check(&self, report: &Report) -> Verdict {
        let found = measure::measure(&self.measured, report);
        Verdict {
            expression: self.expression.clone(),
            holds: found.is_some_and(|found| self.relation.holds(found, self.value)),
            found: found.map(|found| self.measured.unit().show(found)),
        }
    }
}

impl FromStr for Assertion {
    type Err = ExpressionError;

    fn from_str(expression: &str) -> Result<Self, ExpressionError> {
        let (measured, relation, value) = parse::parse(expression)?;
        Ok(Self {
            expression: expression.to_owned(),
            measured,
            relation,
            value,
        })
    }
}

impl fmt::Display for Assertion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.expression)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = if self.holds { "holds" } else { "failed" };
        match &self.found {
            Some(found) => write!(f, "{}: {word}, it is {found}", self.expression),
            None => write!(
                f,
                "{}: {word}, there is nothing to measure",
                self.expression
            ),
        }
    }
}
