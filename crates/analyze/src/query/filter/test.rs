//! The test that a filter applies to a field's value, and its parser.

use std::ops::Range;

use regex::{Regex, RegexBuilder};

use crate::query::expression::error::ExpressionError;
use crate::query::expression::quantity::Unit;
use crate::query::expression::relation::Relation;
use crate::query::expression::trimmed;
use crate::text::glob::Pattern;

use crate::query::filter::field::{Domain, Field, FieldValue};

/// A test of a value.
#[derive(Debug, Clone)]
pub(crate) enum Test {
    /// Whether the text matches a pattern.
    Fits { pattern: Pattern, negative: bool },
    /// Whether the text contains a match of a regular expression.
    Finds { regex: Regex, negative: bool },
    /// Whether the number is in a relation to another.
    Compares { relation: Relation, to: f64 },
}

impl Test {
    pub(crate) fn holds(&self, value: FieldValue<'_>) -> bool {
        match (self, value) {
            (Self::Fits { pattern, negative }, FieldValue::Text(text)) => {
                pattern.fits(text) != *negative
            }
            (Self::Fits { pattern, negative }, FieldValue::Names(wide, narrow)) => {
                (pattern.fits(wide) || pattern.fits(narrow)) != *negative
            }
            (Self::Finds { regex, negative }, FieldValue::Text(text)) => {
                regex.is_match(text) != *negative
            }
            (Self::Finds { regex, negative }, FieldValue::Names(wide, narrow)) => {
                (regex.is_match(wide) || regex.is_match(narrow)) != *negative
            }
            (Self::Compares { relation, to }, FieldValue::Number(number)) => {
                relation.holds(number, *to)
            }
            (Self::Fits { negative, .. } | Self::Finds { negative, .. }, _) => *negative,
            (Self::Compares { relation, .. }, _) => relation.is_negative(),
        }
    }
}

/// Parses `FIELD SIGN VALUE`.
pub(crate) fn parse(expression: &str) -> Result<(Field, Test), ExpressionError> {
    let Some((sign, relation)) = Relation::find(expression) else {
        return Err(ExpressionError::new(
            expression,
            expression.len()..expression.len(),
            "a filter needs a field, a sign and a value",
            "write host=*.openai.com, path~^/v1 or status>=400 (signs: = != ~ !~ < <= > >=)",
        ));
    };
    let comparison = Clause {
        expression,
        name: trimmed(expression, 0..sign.start),
        sign,
        relation,
    };
    let field = comparison.field()?;
    let test = match field.domain() {
        Domain::Number(unit) => comparison.number(unit),
        Domain::Text => comparison.text(),
        Domain::Words(words) => comparison.words(words),
    }?;
    Ok((field, test))
}

/// An expression, split at its sign.
struct Clause<'a> {
    expression: &'a str,
    name: Range<usize>,
    sign: Range<usize>,
    relation: Relation,
}

impl<'a> Clause<'a> {
    fn field(&self) -> Result<Field, ExpressionError> {
        let name = &self.expression[self.name.clone()];
        let known = Field::NAMES.iter().find(|(known, _)| *known == name);
        known.map(|(_, field)| *field).ok_or_else(|| {
            let names: Vec<&str> = Field::NAMES.iter().map(|(name, _)| *name).collect();
            let problem = if name.is_empty() {
                "a field is missing before the sign".to_owned()
            } else {
                format!("`{}` is not a field", name.escape_debug())
            };
            let remedy = format!("fields: {}", names.join(", "));
            self.error(self.name.clone(), problem, &remedy)
        })
    }

    /// The range of the value, without the white space around it.
    fn value(&self) -> Range<usize> {
        trimmed(self.expression, self.sign.end..self.expression.len())
    }

    fn number(&self, unit: Unit) -> Result<Test, ExpressionError> {
        if matches!(self.relation, Relation::Matches | Relation::NotMatches) {
            let problem = "a number cannot be searched for text";
            return Err(self.error(self.sign.clone(), problem, "signs: = != < <= > >="));
        }
        let value = self.value();
        let to = unit.parse(&self.expression[value.clone()]).ok_or_else(|| {
            self.error(value, "this value cannot be compared with", unit.remedy())
        })?;
        Ok(Test::Compares {
            relation: self.relation,
            to,
        })
    }

    fn text(&self) -> Result<Test, ExpressionError> {
        let negative = self.relation.is_negative();
        let value = self.value();
        let text = &self.expression[value.clone()];
        if self.relation.is_order() {
            let problem = "text has no order to compare by";
            return Err(self.error(self.sign.clone(), problem, "signs: = != ~ !~"));
        }
        if text.is_empty() {
            let problem = "a value is missing after the sign";
            return Err(self.error(value, problem, "`*` matches anything"));
        }
        if matches!(self.relation, Relation::Matches | Relation::NotMatches) {
            let regex = self.regex(value)?;
            return Ok(Test::Finds { regex, negative });
        }
        let pattern = Pattern::new(text);
        Ok(Test::Fits { pattern, negative })
    }

    fn words(&self, words: &[&str]) -> Result<Test, ExpressionError> {
        let test = self.text()?;
        if let Test::Fits { pattern, .. } = &test
            && !words.iter().any(|word| pattern.fits(word))
        {
            let remedy = format!("its values are: {}", words.join(", "));
            return Err(self.error(self.value(), "the field never has this value", &remedy));
        }
        Ok(test)
    }

    fn regex(&self, value: Range<usize>) -> Result<Regex, ExpressionError> {
        let text = &self.expression[value.clone()];
        let remedy = "the syntax is that of the Rust crate regex: \
                      https://docs.rs/regex/latest/regex/#syntax";
        // Parsed with `regex_syntax` first, whose errors have a position.
        if let Err(error) = regex_syntax::ast::parse::Parser::new().parse(text) {
            let span = error.span();
            let spot = value.start + span.start.offset..value.start + span.end.offset;
            let problem = format!("the regular expression is not valid: {}", error.kind());
            return Err(self.error(spot, problem, remedy));
        }
        RegexBuilder::new(text)
            .size_limit(MAX_REGEX_BYTES)
            .build()
            .map_err(|error| {
                let problem = match error {
                    regex::Error::CompiledTooBig(_) => "the regular expression is too large",
                    _ => "the regular expression is not valid",
                };
                self.error(value, problem, remedy)
            })
    }

    fn error(
        &self,
        spot: Range<usize>,
        problem: impl Into<String>,
        remedy: &str,
    ) -> ExpressionError {
        ExpressionError::new(self.expression, spot, problem, remedy)
    }
}

/// A compiled expression of this size has hundreds of alternatives; a larger one is a mistake.
const MAX_REGEX_BYTES: usize = 1024 * 1024;
