//! Groups the times between output events into classes, for a readable histogram.

use std::collections::BTreeMap;

use crate::report::GapClass;
use crate::stats::Histogram;

/// The number of gaps in each class, over all models; no classes if there are no gaps.
pub(crate) fn classes(gaps: &BTreeMap<String, Histogram>) -> Vec<GapClass> {
    let ends = BOUNDS_US.into_iter().map(Some).chain([None]);
    let begins = [0].into_iter().chain(BOUNDS_US);
    let mut classes: Vec<GapClass> = begins
        .zip(ends)
        .map(|(from_us, below_us)| GapClass {
            from_us,
            below_us,
            count: 0,
        })
        .collect();
    for (gap, count) in gaps.values().flat_map(Histogram::counts) {
        let class = &mut classes[BOUNDS_US.partition_point(|bound| *bound <= gap)];
        class.count = class.count.saturating_add(count);
    }
    classes.retain(|_| !gaps.is_empty());
    classes
}

/// The bounds between classes, in microseconds.
const BOUNDS_US: [u64; 14] = [
    100, 300, 1_000, 3_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000,
    2_000_000, 5_000_000, 10_000_000,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_includes_its_lower_bound_and_excludes_its_upper_one() {
        let mut histogram = Histogram::default();
        for gap in [0, 99, 100, 15_000, 60_000_000] {
            histogram.add(gap);
        }
        let classes = classes(&BTreeMap::from([("m".to_owned(), histogram)]));
        let filled: Vec<_> = classes
            .iter()
            .filter(|class| class.count > 0)
            .map(|class| (class.from_us, class.below_us, class.count))
            .collect();
        assert_eq!(
            filled,
            [
                (0, Some(100), 2),
                (100, Some(300), 1),
                (10_000, Some(20_000), 1),
                (10_000_000, None, 1)
            ]
        );
    }
}
