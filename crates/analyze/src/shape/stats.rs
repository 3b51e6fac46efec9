//! What is counted at one key path: sums, so that merging adds them in any order.

use super::names::is_id;
use crate::json::{Json, JsonType, same};

/// What is counted at one key path.
#[derive(Debug, Clone, Default)]
pub(super) struct PathStats {
    /// Values by [`JsonType`].
    pub(super) kinds: [u64; JsonType::ALL.len()],
    /// Objects with this member; an object that repeats it counts once.
    pub(super) present: u64,
    /// Length of all values as JSON text, together.
    pub(super) bytes: u64,
    /// Length of the longest.
    pub(super) max_bytes: u64,
    pub(super) values: Values,
    /// Whether the bounds of a shape left out something below.
    pub(super) cut: bool,
}

impl PathStats {
    /// How many values there were, of any kind.
    pub(super) fn count(&self) -> u64 {
        self.kinds.iter().fold(0, |sum, &n| sum.saturating_add(n))
    }

    /// How many values of `kind` there were.
    pub(super) fn of(&self, kind: JsonType) -> u64 {
        self.kinds[kind as usize]
    }

    /// Counts a value.
    #[inline]
    pub(super) fn add(&mut self, value: Json<'_>) {
        let (kind, bytes) = (value.kind(), value.raw_bytes() as u64);
        let count = &mut self.kinds[kind as usize];
        *count = count.saturating_add(1);
        self.bytes = self.bytes.saturating_add(bytes);
        self.max_bytes = self.max_bytes.max(bytes);
        // Most strings are known already, so they are compared before anything is sorted.
        if kind == JsonType::String
            && let Values::Few(values) = &self.values
        {
            let inner = value.inner().unwrap_or_default();
            let mut values = values.iter();
            if !values.any(|known| same(known.as_bytes(), inner.as_bytes())) {
                self.values.insert(inner);
            }
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        for (mine, theirs) in self.kinds.iter_mut().zip(other.kinds) {
            *mine = mine.saturating_add(theirs);
        }
        self.present = self.present.saturating_add(other.present);
        self.bytes = self.bytes.saturating_add(other.bytes);
        self.max_bytes = self.max_bytes.max(other.max_bytes);
        self.values.merge(other.values);
        self.cut |= other.cut;
    }

    /// The distinct strings if they look like an enumeration: few, and each repeated.
    pub(super) fn enumeration(&self) -> &[Box<str>] {
        match &self.values {
            Values::Few(values)
                if self.of(JsonType::String) >= values.len() as u64 * REPEATS_OF_A_VALUE =>
            {
                values
            }
            _ => &[],
        }
    }
}

/// The distinct strings at one path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Values {
    /// All of them, sorted.
    Few(Vec<Box<str>>),
    /// Too many, too long, or ids and prose: no enumeration.
    Many,
}

impl Default for Values {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl Values {
    /// Adds a string, with its escapes.
    fn insert(&mut self, value: &str) {
        let Self::Few(values) = self else { return };
        let Err(at) = values.binary_search_by(|known| (**known).cmp(value)) else {
            return;
        };
        if values.len() >= MAX_VALUES || !is_word(value) {
            *self = Self::Many;
        } else {
            values.insert(at, value.into());
        }
    }

    fn merge(&mut self, other: Self) {
        match other {
            Self::Many => *self = Self::Many,
            Self::Few(values) => values.iter().for_each(|value| self.insert(value)),
        }
    }
}

/// Whether a string could be a value of an enumeration: short, of name characters, and no id.
fn is_word(value: &str) -> bool {
    value.len() <= MAX_VALUE_BYTES
        && value
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_-.:/+".contains(&byte))
        && !is_id(value)
}

/// Enumerations of agent APIs have a handful of values; more are names or ids.
const MAX_VALUES: usize = 24;

/// The longest known event type has 48 bytes; longer strings are content.
const MAX_VALUE_BYTES: usize = 64;

/// How often each value of an enumeration must have occurred, on average.
const REPEATS_OF_A_VALUE: u64 = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_long_or_strange_string_ends_an_enumeration_for_good() {
        for strange in ["two words", "resp_68f3a1b2c4d5e6f7", &"x".repeat(65)] {
            let mut values = Values::default();
            values.insert("low");
            values.insert(strange);
            values.insert("high");
            assert_eq!(values, Values::Many, "{strange}");
        }
    }

    #[test]
    fn an_enumeration_holds_so_many_values_and_no_more() {
        let mut values = Values::default();
        for n in 0..MAX_VALUES {
            values.insert(&format!("v{n}"));
        }
        assert!(matches!(&values, Values::Few(few) if few.len() == MAX_VALUES));
        values.insert("v0");
        assert!(matches!(values, Values::Few(_)));
        values.insert("another");
        assert_eq!(values, Values::Many);
    }
}
