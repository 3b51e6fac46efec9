//! Linear axes: from values to coordinates, with round ticks.

use super::super::svg::{Anchor, Svg};
use crate::text::units;

/// Maps values from 0 to `max` to coordinates.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    max: f64,
    from: f64,
    to: f64,
}

/// The kind of values, which decides which ticks are round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Steps {
    /// 1, 2, 5, 10, 20, …
    Decimal,
    /// Microseconds: 1, 2, 5 of each decade, then 15 s, 30 s, minutes and hours.
    Time,
    /// 1, 2, 4, 8, …
    Binary,
}

impl Scale {
    pub(super) fn new(max: f64, from: f64, to: f64) -> Self {
        Self {
            max: if max > 0.0 { max } else { 1.0 },
            from,
            to,
        }
    }

    /// The coordinate of `value`, clamped to the ends of the scale.
    pub(super) fn at(&self, value: f64) -> f64 {
        self.from + (value / self.max).clamp(0.0, 1.0) * (self.to - self.from)
    }

    /// 0 and up to `count` more round values.
    pub(super) fn ticks(&self, steps: Steps, count: usize) -> Vec<f64> {
        let least = self.max / count.max(1) as f64;
        let step = steps.round_up(least);
        (0..=count)
            .map(|n| n as f64 * step)
            .take_while(|tick| *tick <= self.max)
            .collect()
    }
}

impl Steps {
    /// The smallest round step that is at least `least`.
    pub(super) fn round_up(self, least: f64) -> f64 {
        if self == Self::Binary {
            return least.max(1.0).log2().ceil().exp2();
        }
        if self == Self::Time && least > 10e6 {
            const CLOCK: [f64; 12] = [
                15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0, 21600.0,
                86400.0,
            ];
            let found = CLOCK
                .into_iter()
                .map(|seconds| seconds * 1e6)
                .find(|step| *step >= least);
            return found.unwrap_or_else(|| (least / 86400e6).ceil() * 86400e6);
        }
        let decade = 10_f64.powf(least.max(1.0).log10().floor());
        let steps = [1.0, 2.0, 5.0, 10.0].into_iter();
        steps
            .map(|n| n * decade)
            .find(|step| *step >= least)
            .unwrap_or(decade * 10.0)
    }
}

/// Draws a horizontal line from `left` to `right` for each tick, with its count in front.
pub(super) fn draw_count_grid(
    svg: &mut Svg,
    scale: Scale,
    count: usize,
    (left, right): (f64, f64),
) {
    for tick in scale.ticks(Steps::Decimal, count) {
        let y = scale.at(tick);
        svg.line("grid", (left, y), (right, y));
        let label = units::count(tick as u64);
        svg.text("axis", (left - 6.0, y + 4.0), Anchor::End, &label);
    }
}

/// The label of an instant.
pub(super) fn time_label(us: u64) -> String {
    match us {
        0 => "0".to_owned(),
        us => units::duration(us),
    }
}

/// The label, cut to `limit` characters.
pub(super) fn cut_label(label: &str, limit: usize) -> String {
    if label.chars().count() <= limit {
        return label.to_owned();
    }
    let kept: String = label.chars().take(limit - 1).collect();
    kept + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_round_and_inside() {
        let ticks = |max, steps| Scale::new(max, 0.0, 100.0).ticks(steps, 5);
        assert_eq!(ticks(42.0, Steps::Decimal), [0.0, 10.0, 20.0, 30.0, 40.0]);
        assert_eq!(ticks(1000.0, Steps::Binary), [0.0, 256.0, 512.0, 768.0]);
        assert_eq!(ticks(100e6, Steps::Time), [0.0, 30e6, 60e6, 90e6]);
        assert_eq!(ticks(1.8e6, Steps::Time), [0.0, 0.5e6, 1e6, 1.5e6]);
    }

    #[test]
    fn no_range_gives_endless_marks_or_a_coordinate_outside() {
        for max in [0.0, -1.0, 1e-9, 1e300, f64::INFINITY, f64::NAN] {
            for steps in [Steps::Decimal, Steps::Time, Steps::Binary] {
                let scale = Scale::new(max, 10.0, 20.0);
                assert!(scale.ticks(steps, 5).len() <= 6, "{max}");
                for value in [-1.0, 0.0, 1.0, 1e308] {
                    let at = scale.at(value);
                    assert!(
                        at.is_nan() || (10.0..=20.0).contains(&at),
                        "{max} {value} {at}"
                    );
                }
            }
        }
    }
}
