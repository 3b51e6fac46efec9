//! An error in an expression, with carets under the part that is wrong.

use std::fmt;
use std::ops::Range;

/// Why an expression could not be parsed.
///
/// Prints the problem, the expression with the wrong part marked, and the remedy:
///
/// ```text
/// `staus` is not a field
///   staus>=400
///   ^^^^^
/// fields: host, path, url, …
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpressionError {
    expression: String,
    spot: Range<usize>,
    problem: String,
    remedy: String,
}

impl ExpressionError {
    /// An error at the bytes `spot` of `expression`.
    pub(crate) fn new(
        expression: &str,
        spot: Range<usize>,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            expression: expression.to_owned(),
            spot,
            problem: problem.into(),
            remedy: remedy.into(),
        }
    }

    /// The bytes of the expression that are wrong; empty if something is missing there.
    pub fn spot(&self) -> Range<usize> {
        self.spot.clone()
    }
}

impl fmt::Display for ExpressionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // One column for each character, so that the marks line up.
        let shown: String = self
            .expression
            .chars()
            .map(|c| if c.is_control() { '\u{fffd}' } else { c })
            .collect();
        let columns = |bytes: Range<usize>| {
            self.expression
                .char_indices()
                .filter(|(at, _)| bytes.contains(at))
                .count()
        };
        let before = columns(0..self.spot.start);
        let marked = columns(self.spot.clone()).max(1);
        writeln!(f, "{}", self.problem)?;
        writeln!(f, "  {shown}")?;
        writeln!(f, "  {:before$}{:^<marked$}", "", "")?;
        write!(f, "{}", self.remedy)
    }
}

impl std::error::Error for ExpressionError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_is_under_the_spot_even_after_other_scripts_and_control_characters() {
        let error = ExpressionError::new("hé\n=x", 5..6, "wrong", "right");
        assert_eq!(error.to_string(), "wrong\n  hé\u{fffd}=x\n      ^\nright");
    }

    #[test]
    fn a_missing_part_is_marked_after_the_end() {
        let error = ExpressionError::new("ab", 2..2, "wrong", "right");
        assert_eq!(error.to_string(), "wrong\n  ab\n    ^\nright");
    }
}
