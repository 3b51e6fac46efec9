//! Distributions: exact quantiles, and a mergeable histogram for values too many to keep.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Quantiles of a distribution. Each is a value that occurred (nearest rank).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quantiles {
    /// How many values there are.
    pub count: u64,
    /// The minimum.
    pub min: u64,
    /// The median.
    pub p50: u64,
    /// The 90th percentile.
    pub p90: u64,
    /// The 95th percentile.
    pub p95: u64,
    /// The 99th percentile.
    pub p99: u64,
    /// The maximum.
    pub max: u64,
    /// The sum of all values.
    pub total: u64,
}

impl Quantiles {
    /// The quantiles of `values`; `None` when there are none.
    pub fn of(values: impl IntoIterator<Item = u64>) -> Option<Self> {
        let mut values: Vec<u64> = values.into_iter().collect();
        values.sort_unstable();
        let (min, max) = (*values.first()?, *values.last()?);
        let at = |percent| values[rank(values.len() as u64, percent) as usize - 1];
        Some(Self {
            count: values.len() as u64,
            min,
            p50: at(50.0),
            p90: at(90.0),
            p95: at(95.0),
            p99: at(99.0),
            max,
            total: values
                .iter()
                .fold(0, |sum, value| sum.saturating_add(*value)),
        })
    }
}

/// The nearest rank of `percent` among `count` values, from 1.
pub(crate) fn rank(count: u64, percent: f64) -> u64 {
    // Multiplied first: then whole percentages are exact, and `ceil` does not round up a rank that
    // should be whole.
    let rank = (count as f64 * percent / 100.0).ceil() as u64;
    rank.clamp(1, count.max(1))
}

/// Counts of values, to three significant digits.
///
/// Its size is bounded by the digits (900 entries a decade), not by the number of
/// values. Merging adds counts, so the order of values does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Histogram {
    /// By value, rounded down to three significant digits.
    counts: BTreeMap<u64, u64>,
    max: u64,
    total: u64,
}

impl Histogram {
    /// Counts a value.
    pub fn add(&mut self, value: u64) {
        *self.counts.entry(to_three_digits(value)).or_default() += 1;
        self.max = self.max.max(value);
        self.total = self.total.saturating_add(value);
    }

    /// Counts many values: fewer lookups, since most of a response's are alike.
    pub(crate) fn add_all(&mut self, mut values: Vec<u64>) {
        for value in &mut values {
            self.max = self.max.max(*value);
            self.total = self.total.saturating_add(*value);
            *value = to_three_digits(*value);
        }
        values.sort_unstable();
        for alike in values.chunk_by(|one, other| one == other) {
            *self.counts.entry(alike[0]).or_default() += alike.len() as u64;
        }
    }

    /// Adds another histogram's counts.
    pub fn merge(&mut self, other: &Self) {
        for (value, count) in &other.counts {
            *self.counts.entry(*value).or_default() += count;
        }
        self.max = self.max.max(other.max);
        self.total = self.total.saturating_add(other.total);
    }

    /// The quantiles, to three significant digits; `max` and `total` are exact.
    pub fn quantiles(&self) -> Option<Quantiles> {
        let min = *self.counts.keys().next()?;
        let count = self.counts.values().sum();
        let at = |percent| {
            let rank = rank(count, percent);
            let mut below = 0;
            let found = self.counts.iter().find(|(_, count)| {
                below += **count;
                below >= rank
            });
            found.map_or(self.max, |(value, _)| *value)
        };
        Some(Quantiles {
            count,
            min,
            p50: at(50.0),
            p90: at(90.0),
            p95: at(95.0),
            p99: at(99.0),
            max: self.max,
            total: self.total,
        })
    }

    /// The values, to three significant digits, each with its count.
    pub fn counts(&self) -> impl Iterator<Item = (u64, u64)> {
        self.counts.iter().map(|(value, count)| (*value, *count))
    }
}

/// `value` rounded down to three significant digits.
fn to_three_digits(value: u64) -> u64 {
    let digits = value.checked_ilog10().unwrap_or(0);
    let unit = 10_u64.pow(digits.saturating_sub(2));
    value / unit * unit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_values_that_occurred() {
        assert_eq!(Quantiles::of([]), None);
        let one = Quantiles::of([7]).unwrap();
        assert_eq!((one.p50, one.p99, one.max, one.total), (7, 7, 7, 7));
        // Of 10 values p50 is the 5th, p90 the 9th, p95 and p99 the 10th.
        let ten = Quantiles::of((1..=10).rev()).unwrap();
        assert_eq!(
            (ten.min, ten.p50, ten.p90, ten.p95, ten.p99),
            (1, 5, 9, 10, 10)
        );
        assert_eq!(ten.total, 55);
    }

    #[test]
    fn ranks_of_a_hundred_values_are_their_percentages() {
        for percent in 1..=100_u32 {
            assert_eq!(rank(100, f64::from(percent)), u64::from(percent));
        }
        assert_eq!(
            (rank(100, 0.0), rank(1000, 99.9), rank(0, 50.0)),
            (1, 999, 1)
        );
    }

    #[test]
    fn a_histogram_keeps_three_digits_and_the_exact_maximum() {
        let mut histogram = Histogram::default();
        for value in [0, 999, 1_234, 98_765] {
            histogram.add(value);
        }
        let mut at_once = Histogram::default();
        at_once.add_all(vec![98_765, 0]);
        at_once.add_all(vec![1_234, 999]);
        assert_eq!(at_once, histogram);
        let counts: Vec<_> = histogram.counts().collect();
        assert_eq!(counts, [(0, 1), (999, 1), (1_230, 1), (98_700, 1)]);
        let quantiles = histogram.quantiles().unwrap();
        assert_eq!(
            (quantiles.p50, quantiles.p99, quantiles.max),
            (999, 98_700, 98_765)
        );
        assert_eq!(to_three_digits(u64::MAX), 18_400_000_000_000_000_000);
    }
}
