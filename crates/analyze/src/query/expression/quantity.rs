//! Numbers with their units: `2s`, `1.5 MiB`, `60%`, `12_000`.

use serde::Serialize;

use crate::text::units;

/// What a number counts, which determines the units it may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A plain number, without a unit.
    Count,
    /// A time in microseconds. A unit is required, because any default would surprise someone.
    Duration,
    /// Bytes, without a unit or with a decimal or binary one.
    Bytes,
    /// A share from 0 to 1, or a percentage.
    Share,
    /// A number per second, without a unit.
    Rate,
}

impl Unit {
    /// Parses a number: into microseconds, bytes, or a share (0.6 for `60%`).
    pub(crate) fn parse(self, text: &str) -> Option<f64> {
        let text = text.trim();
        let end = text
            .find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '_'))
            .unwrap_or(text.len());
        let (digits, unit) = text.split_at(end);
        let number: f64 = digits.replace('_', "").parse().ok()?;
        let unit = unit.trim_start();
        let (_, factor) = self
            .factors()
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(unit))?;
        Some(number * factor)
    }

    /// Formats a number for people.
    pub(crate) fn show(self, value: f64) -> String {
        match self {
            Self::Count if value.fract() == 0.0 => units::count(value as u64),
            Self::Count | Self::Rate => format!("{value:.1}"),
            Self::Duration => units::duration(value as u64),
            Self::Bytes => units::bytes(value as u64),
            Self::Share => units::percent(value),
        }
    }

    /// What to write instead of a value that cannot be parsed.
    pub(crate) fn remedy(self) -> &'static str {
        match self {
            Self::Count | Self::Rate => "write a number: 400",
            Self::Duration => "write a number with a unit: 150ms, 2s, 1.5min (us, ms, s, min, h)",
            Self::Bytes => "write a size: 512, 64KiB, 1.5MiB (B, kB, KiB, MB, MiB, GB, GiB)",
            Self::Share => "write a share: 0.6 or 60%",
        }
    }

    fn factors(self) -> &'static [(&'static str, f64)] {
        match self {
            Self::Count | Self::Rate => &[("", 1.0)],
            Self::Share => &[("", 1.0), ("%", 0.01)],
            Self::Duration => &[
                ("us", 1.0),
                ("µs", 1.0),
                ("ms", 1e3),
                ("s", 1e6),
                ("min", 60e6),
                ("m", 60e6),
                ("h", 3600e6),
            ],
            Self::Bytes => &[
                ("", 1.0),
                ("B", 1.0),
                ("kB", 1e3),
                ("KiB", 1024.0),
                ("MB", 1e6),
                ("MiB", 1024.0 * 1024.0),
                ("GB", 1e9),
                ("GiB", 1024.0 * 1024.0 * 1024.0),
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_parsed_with_their_units() {
        for (unit, text, value) in [
            (Unit::Count, "12_000", 12_000.0),
            (Unit::Duration, "1.5s", 1_500_000.0),
            (Unit::Duration, "250 ms", 250_000.0),
            (Unit::Duration, "2min", 120_000_000.0),
            (Unit::Bytes, "512", 512.0),
            (Unit::Bytes, "1MiB", 1_048_576.0),
            (Unit::Bytes, "1mb", 1_000_000.0),
            (Unit::Share, "0.6", 0.6),
            (Unit::Share, "60%", 0.6),
        ] {
            assert_eq!(unit.parse(text), Some(value), "{text}");
        }
    }

    #[test]
    fn numbers_with_a_wrong_unit_are_refused() {
        for (unit, text) in [
            (Unit::Count, ""),
            (Unit::Count, "4xx"),
            (Unit::Count, "-1"),
            (Unit::Count, "1.2.3"),
            (Unit::Duration, "2"),
            (Unit::Duration, "2MiB"),
            (Unit::Bytes, "1s"),
            (Unit::Count, "NaN"),
            (Unit::Count, "."),
        ] {
            assert_eq!(unit.parse(text), None, "{text}");
        }
    }
}
