//! The sign between a name and a value.

/// A comparison between the left side and the right side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Relation {
    /// `=` or `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `~`
    Matches,
    /// `!~`
    NotMatches,
}

impl Relation {
    /// Finds the first sign in `expression`, and its position.
    pub(crate) fn find(expression: &str) -> Option<(std::ops::Range<usize>, Self)> {
        let start = expression.find(['=', '!', '<', '>', '~'])?;
        let (sign, relation) = SIGNS
            .iter()
            .find(|(sign, _)| expression[start..].starts_with(sign))?;
        Some((start..start + sign.len(), *relation))
    }

    /// Whether the relation holds between two numbers; `~` and `!~` never do.
    pub(crate) fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Self::Equal => left == right,
            Self::NotEqual => left != right,
            Self::Less => left < right,
            Self::LessOrEqual => left <= right,
            Self::Greater => left > right,
            Self::GreaterOrEqual => left >= right,
            Self::Matches | Self::NotMatches => false,
        }
    }

    /// Whether it is a negation, which a missing value satisfies.
    pub(crate) fn is_negative(self) -> bool {
        matches!(self, Self::NotEqual | Self::NotMatches)
    }

    /// Whether it compares by size.
    pub(crate) fn is_order(self) -> bool {
        matches!(
            self,
            Self::Less | Self::LessOrEqual | Self::Greater | Self::GreaterOrEqual
        )
    }
}

/// A sign comes before its prefixes.
const SIGNS: [(&str, Relation); 9] = [
    ("==", Relation::Equal),
    ("!=", Relation::NotEqual),
    ("!~", Relation::NotMatches),
    ("<=", Relation::LessOrEqual),
    (">=", Relation::GreaterOrEqual),
    ("=", Relation::Equal),
    ("~", Relation::Matches),
    ("<", Relation::Less),
    (">", Relation::Greater),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_sign_is_taken() {
        assert_eq!(
            Relation::find("a>=1"),
            Some((1..3, Relation::GreaterOrEqual))
        );
        assert_eq!(Relation::find("a!~b=c"), Some((1..3, Relation::NotMatches)));
        assert_eq!(Relation::find("a==1"), Some((1..3, Relation::Equal)));
        assert_eq!(Relation::find("a!b"), None);
        assert_eq!(Relation::find("ab"), None);
    }
}
