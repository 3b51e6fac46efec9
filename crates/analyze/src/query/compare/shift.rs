//! Times, sizes and tokens: their spread in both reports.

use serde::Serialize;

use crate::call::{Kind, Tokens};
use crate::query::expression::quantity::Unit;
use crate::report::{CallMoment, Moment, Report};
use crate::stats::rank;

/// A metric in both reports.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Shift {
    /// What is measured, over the steps of turns.
    pub metric: &'static str,
    /// Its unit: times are in microseconds.
    pub unit: Unit,
    /// In the baseline.
    pub before: Option<Spread>,
    /// In the report that is compared with it.
    pub after: Option<Spread>,
    /// The change of the median, as a share of the baseline's.
    pub relative: Option<f64>,
    /// Whether the interquartile ranges do not overlap, with enough values on both sides.
    pub clear: bool,
}

/// The quartiles of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Spread {
    /// How many values there are.
    pub count: usize,
    /// The first quartile.
    pub p25: f64,
    /// The median.
    pub p50: f64,
    /// The third quartile.
    pub p75: f64,
}

impl Spread {
    /// The spread of `values` (nearest rank); `None` for none.
    fn of(mut values: Vec<f64>) -> Option<Self> {
        values.sort_unstable_by(f64::total_cmp);
        let at = |percent| {
            let rank = rank(values.len() as u64, percent) as usize;
            values.get(rank - 1).copied()
        };
        Some(Self {
            count: values.len(),
            p25: at(25.0)?,
            p50: at(50.0)?,
            p75: at(75.0)?,
        })
    }
}

pub(crate) fn find(before: &Report, after: &Report) -> Vec<Shift> {
    METRICS
        .iter()
        .filter_map(|metric| {
            let before = Spread::of(values(before, metric.value));
            let after = Spread::of(values(after, metric.value));
            (before.is_some() || after.is_some()).then(|| shift(metric, before, after))
        })
        .collect()
}

fn shift(metric: &Metric, before: Option<Spread>, after: Option<Spread>) -> Shift {
    let both = before.zip(after);
    Shift {
        metric: metric.name,
        unit: metric.unit,
        before,
        after,
        relative: both
            .filter(|(before, _)| before.p50 > 0.0)
            .map(|(before, after)| after.p50 / before.p50 - 1.0),
        clear: both.is_some_and(|(before, after)| {
            let enough = before.count.min(after.count) >= ENOUGH_VALUES;
            enough && (before.p75 < after.p25 || after.p75 < before.p25)
        }),
    }
}

/// The values of one metric over the steps of turns, without retries, prewarms and side threads,
/// which would blur them.
fn values(report: &Report, value: Value) -> Vec<f64> {
    let moments = report
        .timeline
        .iter()
        .flat_map(|timeline| &timeline.exchanges);
    moments
        .filter_map(|moment| {
            let call = moment.call.as_ref()?;
            (call.kind == Kind::Turn).then(|| value(moment, call))?
        })
        .collect()
}

type Value = fn(&Moment, &CallMoment) -> Option<f64>;

struct Metric {
    name: &'static str,
    unit: Unit,
    value: Value,
}

const METRICS: [Metric; 9] = [
    Metric {
        name: "time to first token",
        unit: Unit::Duration,
        value: |_, call| Some(call.ttft_us? as f64),
    },
    Metric {
        name: "time to the end of the answer",
        unit: Unit::Duration,
        value: |_, call| Some(call.total_us? as f64),
    },
    Metric {
        name: "longest time without output",
        unit: Unit::Duration,
        value: |_, call| Some(call.longest_gap_us? as f64),
    },
    Metric {
        name: "size of the request",
        unit: Unit::Bytes,
        value: |moment, _| Some(moment.bytes_up as f64),
    },
    Metric {
        name: "input tokens",
        unit: Unit::Count,
        value: |_, call| tokens(call, |tokens| tokens.input),
    },
    Metric {
        name: "share of input from the cache",
        unit: Unit::Share,
        value: |_, call| {
            let tokens = call.tokens.filter(|tokens| tokens.input > 0)?;
            Some(tokens.cached as f64 / tokens.input as f64)
        },
    },
    Metric {
        name: "output tokens",
        unit: Unit::Count,
        value: |_, call| tokens(call, |tokens| tokens.output),
    },
    Metric {
        name: "reasoning tokens",
        unit: Unit::Count,
        value: |_, call| tokens(call, |tokens| tokens.reasoning),
    },
    Metric {
        name: "output tokens a second",
        unit: Unit::Rate,
        value: |_, call| {
            let seconds = call.total_us.filter(|total| *total > 0)? as f64 / 1e6;
            Some(tokens(call, |tokens| tokens.output)? / seconds)
        },
    },
];

fn tokens(call: &CallMoment, count: fn(&Tokens) -> u64) -> Option<f64> {
    call.tokens.as_ref().map(|tokens| count(tokens) as f64)
}

/// With fewer values, quartiles mean little.
const ENOUGH_VALUES: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quartiles_are_values_that_occurred() {
        assert_eq!(Spread::of(vec![]), None);
        let spread = Spread::of((1..=8).rev().map(f64::from).collect()).unwrap();
        assert_eq!(
            (spread.count, spread.p25, spread.p50, spread.p75),
            (8, 2.0, 4.0, 6.0)
        );
        let one = Spread::of(vec![7.0]).unwrap();
        assert_eq!((one.p25, one.p75), (7.0, 7.0));
    }

    #[test]
    fn a_shift_is_clear_only_if_the_quartiles_do_not_overlap_and_there_are_enough_values() {
        let spread = |values: std::ops::Range<u32>| Spread::of(values.map(f64::from).collect());
        let of = |before, after| shift(&METRICS[0], before, after);
        assert!(of(spread(0..10), spread(10..20)).clear);
        assert!(!of(spread(0..10), spread(3..13)).clear);
        assert!(!of(spread(0..4), spread(10..14)).clear);
        assert_eq!(of(spread(9..10), spread(18..19)).relative, Some(1.0));
    }
}
