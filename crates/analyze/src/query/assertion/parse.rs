//! Parses assertions: `METRIC SIGN VALUE` or `STATISTIC(METRIC) SIGN VALUE`.

use std::ops::Range;

use crate::query::expression::error::ExpressionError;
use crate::query::expression::relation::Relation;
use crate::query::expression::trimmed;

use crate::query::assertion::metric::{Measured, Sampled, Statistic, Total};

/// Parses an assertion into metric, relation and value.
pub(crate) fn parse(expression: &str) -> Result<(Measured, Relation, f64), ExpressionError> {
    let error = |spot: Range<usize>, problem: &str, remedy: &str| {
        ExpressionError::new(expression, spot, problem, remedy)
    };
    let Some((sign, relation)) = Relation::find(expression) else {
        let end = expression.len()..expression.len();
        let problem = "an assertion needs a metric, a sign and a value";
        return Err(error(
            end,
            problem,
            "write p95(ttft)<2s, cache_hit>0.6 or errors==0",
        ));
    };
    if matches!(relation, Relation::Matches | Relation::NotMatches) {
        let problem = "a number cannot be searched for text";
        return Err(error(sign, problem, "signs: == != < <= > >="));
    }
    let measured = measured(expression, trimmed(expression, 0..sign.start))?;
    let span = trimmed(expression, sign.end..expression.len());
    match measured.unit().parse(&expression[span.clone()]) {
        Some(value) => Ok((measured, relation, value)),
        None => Err(error(
            span,
            "this value cannot be compared with",
            measured.unit().remedy(),
        )),
    }
}

/// Parses `errors` or `p95(ttft)` at `span`.
fn measured(expression: &str, span: Range<usize>) -> Result<Measured, ExpressionError> {
    let text = &expression[span.clone()];
    let Some((statistic, rest)) = text.split_once('(') else {
        return total(expression, span);
    };
    let inside = span.start + statistic.len() + 1;
    let statistic_span = trimmed(expression, span.start..span.start + statistic.len());
    let Some(statistic) = Statistic::parse(&expression[statistic_span.clone()]) else {
        let problem = "this is not a statistic";
        let remedy = "statistics: p50, p95, p99.9 and so on, min, max, mean, sum, count";
        return Err(ExpressionError::new(
            expression,
            statistic_span,
            problem,
            remedy,
        ));
    };
    let Some(metric) = rest.strip_suffix(')') else {
        let problem = "a closing bracket is missing";
        let end = span.end..span.end;
        return Err(ExpressionError::new(
            expression,
            end,
            problem,
            "write p95(ttft)<2s",
        ));
    };
    let metric_span = trimmed(expression, inside..inside + metric.len());
    let name = &expression[metric_span.clone()];
    let known = Sampled::NAMES.iter().find(|(known, _)| *known == name);
    match known {
        Some((_, sampled)) => Ok(Measured::Over(statistic, *sampled)),
        None => Err(unknown(
            expression,
            metric_span,
            "metrics for statistics",
            &Sampled::NAMES,
        )),
    }
}

fn total(expression: &str, span: Range<usize>) -> Result<Measured, ExpressionError> {
    let name = &expression[span.clone()];
    let known = Total::NAMES.iter().find(|(known, _)| *known == name);
    if let Some((_, total)) = known {
        return Ok(Measured::Total(*total));
    }
    if Sampled::NAMES.iter().any(|(known, _)| *known == name) {
        let problem = format!("{name} has a value for each request");
        let remedy = format!("choose a statistic: p95({name}), max({name}), mean({name})");
        return Err(ExpressionError::new(expression, span, problem, remedy));
    }
    Err(unknown(expression, span, "metrics", &Total::NAMES))
}

/// The error for a name that is not among `names`.
fn unknown<T>(
    expression: &str,
    span: Range<usize>,
    label: &str,
    names: &[(&str, T)],
) -> ExpressionError {
    let name = &expression[span.clone()];
    let problem = if name.is_empty() {
        "a metric is missing".to_owned()
    } else {
        format!("`{}` is not a metric here", name.escape_debug())
    };
    let names: Vec<&str> = names.iter().map(|(name, _)| *name).collect();
    let remedy = format!("{label}: {}", names.join(", "));
    ExpressionError::new(expression, span, problem, remedy)
}
