//! One key path: what was seen at it, in sums that add up in any order.

use serde::{Deserialize, Serialize};

use crate::json::{Json, Kind, same};

/// What was seen at one key path, and where its children are.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// Index of the parent; the root's is its own.
    pub(super) parent: usize,
    /// How the parent leads here.
    pub(super) step: Step,
    /// Whether the names in it are content, not structure.
    pub(super) is_map: bool,
    /// The sums, which merge.
    pub(super) seen: Seen,
    /// Children by name, in the order of their names.
    pub(super) members: Vec<usize>,
    /// The child for names that look like ids.
    pub(super) any: Option<usize>,
    /// The child for array items.
    pub(super) item: Option<usize>,
    /// The number of the object in which this member was last counted.
    pub(super) last_object: u64,
    /// The first child of the last object here: where to look first.
    pub(super) first: Option<usize>,
    /// The sibling that came next the last time: where to look first.
    pub(super) next: Option<usize>,
}

impl Node {
    pub(super) fn new(parent: usize, step: Step) -> Self {
        Self {
            parent,
            is_map: MAPS.contains(&step.name()),
            step,
            seen: Seen::default(),
            members: Vec::new(),
            any: None,
            item: None,
            last_object: 0,
            first: None,
            next: None,
        }
    }

    /// Counts a value.
    #[inline]
    pub(super) fn add(&mut self, value: Json<'_>) {
        let kind = value.kind();
        self.seen.add(kind, value.raw_bytes());
        if kind == Kind::String
            && let Values::Few(values) = &self.seen.values
        {
            let inner = value.inner().unwrap_or_default();
            let mut values = values.iter();
            if !values.any(|known| same(known.as_bytes(), inner.as_bytes())) {
                self.seen.values.insert(inner);
            }
        }
    }

    /// All children, in an order that depends on their names alone.
    pub(super) fn children(&self) -> impl Iterator<Item = usize> {
        self.item
            .into_iter()
            .chain(self.any)
            .chain(self.members.iter().copied())
    }
}

/// How a parent leads to a child.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Step {
    /// To every item of an array.
    Item,
    /// To every member whose name looks like an id.
    Any,
    /// To the member of this name.
    Member(Box<str>),
}

impl Step {
    /// The member's name; empty for the two others.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Member(name) => name,
            Self::Item | Self::Any => "",
        }
    }
}

/// What was seen at one key path.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Seen {
    /// Values by [`Kind`].
    pub(super) kinds: [u64; Kind::ALL.len()],
    /// Objects that have this member: each once, also where it stands in one twice.
    pub(super) present: u64,
    /// Length of all values as JSON text.
    pub(super) bytes: u64,
    /// Length of the longest.
    pub(super) max_bytes: u64,
    /// The strings, while they are few and short.
    pub(super) values: Values,
    /// Whether there was more below than the bounds of a shape let it keep.
    pub(super) cut: bool,
}

impl Seen {
    /// Values of all kinds.
    pub(super) fn count(&self) -> u64 {
        self.kinds.iter().fold(0, |sum, &n| sum.saturating_add(n))
    }

    pub(super) fn of(&self, kind: Kind) -> u64 {
        self.kinds[kind as usize]
    }

    /// Counts one value of `bytes` bytes.
    pub(super) fn add(&mut self, kind: Kind, bytes: usize) {
        let bytes = bytes as u64;
        let count = &mut self.kinds[kind as usize];
        *count = count.saturating_add(1);
        self.bytes = self.bytes.saturating_add(bytes);
        self.max_bytes = self.max_bytes.max(bytes);
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

    /// The strings, where they look like the values of an enumeration: few
    /// and each seen several times.
    pub(super) fn enumeration(&self) -> &[Box<str>] {
        match &self.values {
            Values::Few(values)
                if self.of(Kind::String) >= values.len() as u64 * REPEATS_OF_A_VALUE =>
            {
                values
            }
            _ => &[],
        }
    }
}

/// The strings seen at one path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
    /// Takes one string, escapes as they stand.
    fn insert(&mut self, value: &str) {
        let Self::Few(values) = self else { return };
        let Err(place) = values.binary_search_by(|known| (**known).cmp(value)) else {
            return;
        };
        if values.len() >= MAX_VALUES || !is_word(value) {
            *self = Self::Many;
        } else {
            values.insert(place, value.into());
        }
    }

    fn merge(&mut self, other: Self) {
        match other {
            Self::Many => *self = Self::Many,
            Self::Few(values) => values.iter().for_each(|value| self.insert(value)),
        }
    }
}

/// Whether a string could be one of an enumeration: short, of name characters, and no id.
fn is_word(value: &str) -> bool {
    value.len() <= MAX_VALUE_BYTES
        && value
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_-.:/+".contains(&byte))
        && !is_id(value)
}

/// Whether a name looks made up by a machine: a number, a date, a UUID, a hash, a
/// prefixed id, a path or a URL. Members of such names are entries of a map.
pub(super) fn is_id(name: &str) -> bool {
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    let all_digits = digits == name.len() && digits > 0;
    let mostly_digits = digits >= 6 && digits * 2 >= name.len();
    let long_with_digits = name.len() >= 16 && digits >= 4 && !name.contains(' ');
    all_digits
        || mostly_digits
        || long_with_digits
        || is_uuid(name)
        || name.starts_with('/')
        || name.contains("://")
}

fn is_uuid(name: &str) -> bool {
    name.len() == 36
        && name.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Members that hold maps by convention: tools bring a JSON Schema each, and
/// their parameters' names are content, not structure.
const MAPS: [&str; 4] = ["properties", "patternProperties", "$defs", "definitions"];

/// Enumerations in agent APIs have a handful of values; more are names or ids.
const MAX_VALUES: usize = 24;

/// The longest event type seen is 48 bytes; longer strings are content.
const MAX_VALUE_BYTES: usize = 64;

/// How often each value must have come, on average, before a set of strings counts as an enumeration.
const REPEATS_OF_A_VALUE: u64 = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_told_from_names() {
        for id in [
            "0",
            "1795368341",
            "2026-11-23",
            "9f86d081884c7d659a2feaa0c55ad015",
            "resp_68f3a1b2c4d5e6f7",
            "abcdefab-abcd-abcd-abcd-abcdefabcdef",
            "/home/me/file.rs",
            "https://example.com/",
        ] {
            assert!(is_id(id), "{id}");
        }
        for name in [
            "",
            "type",
            "x-codex-window-id",
            "top_p2",
            "gpt-5.3-codex",
            "h264",
        ] {
            assert!(!is_id(name), "{name}");
        }
    }

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
