//! The age from which `--remove` removes sessions.

use std::fmt;
use std::str::FromStr;

use jiff::{SignedDuration, Span, SpanRelativeTo};

/// A length of time in hours, days or weeks: `12h`, `30d`, `2w`.
///
/// A day is 24 hours. Months and years are refused: their length depends on the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Age(SignedDuration);

impl Age {
    /// The length itself; never negative.
    pub(crate) fn duration(self) -> SignedDuration {
        self.0
    }
}

impl FromStr for Age {
    type Err = NotAnAge;

    fn from_str(text: &str) -> Result<Self, NotAnAge> {
        let span: Span = text.trim().parse().map_err(|_| NotAnAge)?;
        let duration = span
            .to_duration(SpanRelativeTo::days_are_24_hours())
            .map_err(|_| NotAnAge)?;
        if duration.is_negative() {
            return Err(NotAnAge);
        }
        Ok(Self(duration))
    }
}

/// The text is not an [`Age`].
#[derive(Debug)]
pub(crate) struct NotAnAge;

impl fmt::Display for NotAnAge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a number and a unit, as in `30d`, `12h` or `2w`")
    }
}

impl std::error::Error for NotAnAge {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_a_number_and_a_unit() {
        for (text, hours) in [("12h", 12), ("30d", 720), ("2w", 336), ("0d", 0)] {
            let age: Age = text.parse().unwrap();
            assert_eq!(age.duration(), SignedDuration::from_hours(hours), "{text}");
        }
    }

    #[test]
    fn what_has_no_fixed_length_is_refused() {
        for text in [
            "",
            "30",
            "d",
            "-1d",
            "1y",
            "1mo",
            "yesterday",
            "99999999999999d",
        ] {
            assert!(text.parse::<Age>().is_err(), "{text}");
        }
    }
}
