//! Filters: conditions on exchanges.
//!
//! A filter is one comparison, `FIELD SIGN VALUE`: `host=*.openai.com`,
//! `path~^/v1`, `status>=400`, `kind=model`, `duration>2s`. `=` and `!=` compare text
//! with a pattern in which `*` matches anything; `~` and `!~` search for a regular
//! expression; numbers can be ordered and have units. A value that an exchange lacks
//! (the status of one that was never answered) satisfies only `!=` and `!~`.

mod field;
mod test;

use std::fmt;
use std::str::FromStr;

use crate::call::Call;
use crate::line::Exchange;
use crate::query::expression::error::ExpressionError;

use crate::query::filter::field::Field;
use crate::query::filter::test::Test;

/// A condition on an exchange.
///
/// ```
/// use analyze::Filter;
///
/// let filter: Filter = "status>=400".parse()?;
/// assert_eq!(filter.to_string(), "status>=400");
///
/// let error = "duration>2".parse::<Filter>().unwrap_err();
/// assert_eq!(error.spot(), 9..10); // it has no unit
/// # Ok::<(), analyze::ExpressionError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Filter {
    expression: String,
    field: Field,
    test: Test,
}

/// An exchange, with what a filter may need besides its line.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The exchange.
    pub exchange: &'a Exchange<'a>,
    /// The model request in it; needed if [`Filter::needs_call`].
    pub call: Option<&'a Call>,
    /// The name of the process that sent it, from its connection's line; needed if
    /// [`Filter::needs_process`].
    pub process: Option<&'a str>,
}

impl Filter {
    /// Whether the exchange satisfies it.
    pub fn matches(&self, subject: Subject<'_>) -> bool {
        self.test.holds(self.field.value(subject))
    }

    /// Whether it asks about the model request in an exchange.
    pub fn needs_call(&self) -> bool {
        matches!(self.field, Field::Kind | Field::Model | Field::Ttft)
    }

    /// Whether it asks about the process, which a later line names.
    pub fn needs_process(&self) -> bool {
        self.field == Field::Process
    }
}

impl FromStr for Filter {
    type Err = ExpressionError;

    fn from_str(expression: &str) -> Result<Self, ExpressionError> {
        let (field, test) = test::parse(expression)?;
        Ok(Self {
            expression: expression.to_owned(),
            field,
            test,
        })
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.expression)
    }
}
