//! Usage objects: what a provider counted, as [`Tokens`].
//!
//! APIs differ in names, and in what includes what: one counts cached input as part of the input,
//! another next to it. Each API has a table that says which sums a count adds to.
//!
//! A count that is missing, `null` or not a number is skipped; the other counts are still read.

use super::json::number;
use crate::call::Tokens;
use crate::json::Json;

/// The counts of a usage object, each with the sums that it adds to.
///
/// A dot in a name leads into an inner object: `details.cached_tokens`.
pub(super) type UsageTable = [(&'static str, &'static [Sum])];

/// A field of [`Tokens`].
#[derive(Debug, Clone, Copy)]
pub(super) enum Sum {
    Input,
    Cached,
    CacheWritten,
    Output,
    Reasoning,
}

/// What was counted so far. An answer may carry several usage objects.
#[derive(Debug, Default)]
pub(super) struct Usage {
    /// `None` until there was a usage object.
    table: Option<&'static UsageTable>,
    /// In the order of the table.
    counts: Vec<Option<u64>>,
}

impl Usage {
    /// Reads an object that may state only some counts: the others stay as they were.
    pub(super) fn update(&mut self, table: &'static UsageTable, usage: Option<Json<'_>>) {
        let Some(usage) = usage.and_then(Json::object) else {
            return;
        };
        self.table = Some(table);
        self.counts.resize(table.len(), None);
        for ((path, _), count) in table.iter().zip(&mut self.counts) {
            let value = path.split('.').try_fold(usage, Json::get);
            *count = number(value).or(*count);
        }
    }

    /// Reads an object that states all counts: earlier ones are forgotten.
    pub(super) fn replace(&mut self, table: &'static UsageTable, usage: Option<Json<'_>>) {
        if usage.and_then(Json::object).is_some() {
            self.counts.clear();
            self.update(table, usage);
        }
    }

    /// The sums; `None` if the answer had no usage object.
    pub(super) fn tokens(&self) -> Option<Tokens> {
        let mut tokens = Tokens::default();
        for ((_, sums), count) in self.table?.iter().zip(&self.counts) {
            for sum in *sums {
                let sum = sum.of(&mut tokens);
                *sum = sum.saturating_add(count.unwrap_or(0));
            }
        }
        Some(tokens)
    }
}

impl Sum {
    fn of(self, tokens: &mut Tokens) -> &mut u64 {
        match self {
            Self::Input => &mut tokens.input,
            Self::Cached => &mut tokens.cached,
            Self::CacheWritten => &mut tokens.cache_written,
            Self::Output => &mut tokens.output,
            Self::Reasoning => &mut tokens.reasoning,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Tape;

    const TABLE: &UsageTable = &[
        ("fresh", &[Sum::Input]),
        ("cached", &[Sum::Input, Sum::Cached]),
        ("out", &[Sum::Output]),
        ("details.thought", &[Sum::Reasoning]),
    ];

    /// Input, cached, output and reasoning after all `objects`.
    fn sums(
        objects: &[&str],
        read: fn(&mut Usage, &'static UsageTable, Option<Json<'_>>),
    ) -> Option<[u64; 4]> {
        let mut usage = Usage::default();
        for object in objects {
            let mut tape = Tape::default();
            let document = tape.read(object).unwrap();
            read(&mut usage, TABLE, Some(document.root()));
        }
        let Tokens {
            input,
            cached,
            output,
            reasoning,
            ..
        } = usage.tokens()?;
        Some([input, cached, output, reasoning])
    }

    #[test]
    fn a_count_that_is_no_number_costs_that_count_alone() {
        for (object, expected) in [
            (
                r#"{"fresh":5,"cached":90,"out":7,"details":{"thought":3}}"#,
                [95, 90, 7, 3],
            ),
            (
                r#"{"fresh":null,"cached":90,"out":7,"details":null}"#,
                [90, 90, 7, 0],
            ),
            (
                r#"{"fresh":5,"cached":"9","out":7.5,"details":{"thought":null}}"#,
                [5, 0, 0, 0],
            ),
            ("{}", [0; 4]),
        ] {
            assert_eq!(sums(&[object], Usage::update), Some(expected), "{object}");
        }
        for none in ["null", "7", "[]"] {
            assert_eq!(sums(&[none], Usage::update), None, "{none}");
            assert_eq!(sums(&[none], Usage::replace), None, "{none}");
        }
    }

    #[test]
    fn a_later_object_updates_or_replaces_an_earlier_one() {
        let objects = [r#"{"fresh":5,"cached":90}"#, r#"{"fresh":6,"out":7}"#];
        assert_eq!(sums(&objects, Usage::update), Some([96, 90, 7, 0]));
        assert_eq!(sums(&objects, Usage::replace), Some([6, 0, 7, 0]));
        let objects = [objects[0], "null"];
        assert_eq!(sums(&objects, Usage::replace), Some([95, 90, 0, 0]));
    }
}
