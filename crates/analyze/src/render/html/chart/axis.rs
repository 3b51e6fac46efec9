//! A time axis that shortens long pauses.
//!
//! People think for minutes between turns while requests take seconds: on a linear axis every bar
//! would be a dot. So a pause without any exchange is drawn no longer than a fixed share of the
//! busy time.

use super::scale::Steps;

/// Maps instants in microseconds to coordinates.
#[derive(Debug)]
pub(super) struct Axis {
    /// In order, without gaps: each starts where the previous one ends.
    segments: Vec<Segment>,
    from: f64,
    to: f64,
}

/// A stretch of time, busy or a pause.
#[derive(Debug, Clone, Copy)]
struct Segment {
    start_us: u64,
    end_us: u64,
    /// Its start and end on the axis, in microseconds with pauses shortened.
    shown: (f64, f64),
    shortened: bool,
}

impl Axis {
    /// An axis from coordinate `from` to `to` that covers all `spans`.
    pub(super) fn new(spans: impl Iterator<Item = (u64, u64)>, from: f64, to: f64) -> Self {
        let busy = merged(spans);
        let total: f64 = busy.iter().map(|(start, end)| (end - start) as f64).sum();
        let longest_pause = (total * LONGEST_PAUSE).max(1.0);
        let mut segments: Vec<Segment> = Vec::with_capacity(busy.len() * 2);
        for (start, end) in busy {
            if let Some(last) = segments.last().copied() {
                segments.push(last.followed_by(start, longest_pause));
            }
            let at = segments.last().map_or(0.0, |segment| segment.shown.1);
            segments.push(Segment {
                start_us: start,
                end_us: end,
                shown: (at, at + (end - start) as f64),
                shortened: false,
            });
        }
        Self { segments, from, to }
    }

    /// The coordinate of an instant, clamped to the ends of the axis.
    pub(super) fn at(&self, us: u64) -> f64 {
        let next = self.segments.partition_point(|segment| segment.end_us < us);
        let Some(segment) = self.segments.get(next) else {
            return self.to;
        };
        let length = (segment.end_us - segment.start_us).max(1) as f64;
        let share = us.saturating_sub(segment.start_us) as f64 / length;
        self.place(segment.shown.0 + share * (segment.shown.1 - segment.shown.0))
    }

    /// Round instants outside of shortened pauses, far enough apart for their labels.
    pub(super) fn ticks(&self) -> Vec<u64> {
        let step = Steps::Time.round_up(self.whole() / TICKS) as u64;
        let mut ticks = Vec::new();
        let mut free = f64::NEG_INFINITY;
        for segment in self.segments.iter().filter(|segment| !segment.shortened) {
            let first = segment.start_us.div_ceil(step.max(1));
            let instants = (first..).map(|n| n.saturating_mul(step));
            for tick in instants
                .take_while(|tick| *tick <= segment.end_us)
                .take(MAX_TICKS)
            {
                let at = self.at(tick);
                if at >= free {
                    ticks.push(tick);
                    free = at + LABEL_WIDTH;
                }
            }
        }
        ticks
    }

    /// The shortened pauses: coordinates of start and end, and the length in microseconds.
    pub(super) fn pauses(&self) -> impl Iterator<Item = (f64, f64, u64)> {
        let shortened = self.segments.iter().filter(|segment| segment.shortened);
        shortened.map(|segment| {
            let length = segment.end_us - segment.start_us;
            (
                self.place(segment.shown.0),
                self.place(segment.shown.1),
                length,
            )
        })
    }

    fn whole(&self) -> f64 {
        self.segments
            .last()
            .map_or(1.0, |segment| segment.shown.1)
            .max(1.0)
    }

    fn place(&self, shown: f64) -> f64 {
        self.from + (shown / self.whole()).clamp(0.0, 1.0) * (self.to - self.from)
    }
}

impl Segment {
    /// The pause from the end of this segment to `start_us`, drawn at most `longest` long.
    fn followed_by(self, start_us: u64, longest: f64) -> Self {
        let length = (start_us - self.end_us) as f64;
        Self {
            start_us: self.end_us,
            end_us: start_us,
            shown: (self.shown.1, self.shown.1 + length.min(longest)),
            shortened: length > longest,
        }
    }
}

/// The spans in order, with overlapping and adjacent ones merged.
fn merged(spans: impl Iterator<Item = (u64, u64)>) -> Vec<(u64, u64)> {
    let mut spans: Vec<(u64, u64)> = spans.map(|(start, end)| (start, end.max(start))).collect();
    spans.sort_unstable();
    let mut merged: Vec<(u64, u64)> = Vec::new();
    for (start, end) in spans {
        match merged.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => merged.push((start, end)),
        }
    }
    merged
}

/// The most that a pause takes, as a share of the busy time.
const LONGEST_PAUSE: f64 = 0.03;
/// About how many ticks an axis has.
const TICKS: f64 = 8.0;
/// More than fit, whatever the step; bounds the loop if the step is tiny.
const MAX_TICKS: usize = 100;
/// Room for `1 min 30 s`, in SVG units.
const LABEL_WIDTH: f64 = 64.0;

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000;

    #[test]
    fn a_long_pause_takes_little_room_and_nothing_changes_its_order() {
        // 10 s busy, an hour of nothing, 10 s busy: 20 s and 0.6 s for the pause.
        let spans = [(0, 10 * SECOND), (3610 * SECOND, 3620 * SECOND)];
        let axis = Axis::new(spans.into_iter(), 0.0, 206.0);
        assert_eq!(axis.at(0), 0.0);
        assert_eq!(axis.at(10 * SECOND), 100.0);
        assert_eq!(axis.at(3610 * SECOND).round(), 106.0);
        assert_eq!(axis.at(3620 * SECOND), 206.0);
        assert_eq!(
            axis.pauses().map(|pause| pause.2).collect::<Vec<_>>(),
            [3600 * SECOND]
        );
        let ticks = axis.ticks();
        assert!(ticks.is_sorted() && ticks.len() >= 2, "{ticks:?}");
        assert!(
            ticks
                .iter()
                .all(|tick| *tick <= 10 * SECOND || *tick >= 3610 * SECOND)
        );
    }

    #[test]
    fn a_short_pause_is_as_long_as_it_was() {
        let spans = [(0, 50 * SECOND), (51 * SECOND, 101 * SECOND)];
        let axis = Axis::new(spans.into_iter(), 0.0, 101.0);
        assert_eq!(axis.at(51 * SECOND).round(), 51.0);
        assert_eq!(axis.pauses().count(), 0);
    }

    #[test]
    fn no_spans_and_strange_spans_stay_inside() {
        for spans in [
            vec![],
            vec![(5, 5)],
            vec![(9, 3)],
            vec![(0, u64::MAX), (u64::MAX, u64::MAX)],
        ] {
            let axis = Axis::new(spans.clone().into_iter(), 10.0, 20.0);
            for us in [0, 4, 5, u64::MAX] {
                assert!((10.0..=20.0).contains(&axis.at(us)), "{spans:?} {us}");
            }
            assert!(axis.ticks().len() <= MAX_TICKS);
        }
    }
}
