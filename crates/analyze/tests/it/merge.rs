//! Merging: the same lines give the same report, however they are divided.

use std::path::Path;

use analyze::{Aggregate, Scan};
use proptest::prelude::*;

use crate::fixtures::{self, written};

/// The aggregate of some lines of a recording, from line `first` (counted from 0) on.
fn part(source: u32, first: usize, lines: &[String]) -> Aggregate {
    if lines.is_empty() {
        return Aggregate::default();
    }
    // Blank lines are skipped, but counted.
    let text = "\n".repeat(first) + &lines.join("\n");
    let name = fixtures::NAMES[source as usize];
    let scan = Scan::default().threads(1).strict(true);
    scan.read_from(std::io::Cursor::new(text), Path::new(name), source)
        .unwrap()
}

/// All lines of all recordings, each with its source and its number from 0.
fn lines() -> Vec<(u32, usize, String)> {
    let sources = (0..).zip(fixtures::NAMES);
    let lines = sources.flat_map(|(source, name)| {
        let text = fixtures::text(name);
        let lines = text.lines().map(str::to_owned).enumerate();
        lines
            .map(move |(number, line)| (source, number, line))
            .collect::<Vec<_>>()
    });
    lines.collect()
}

fn in_one_pass() -> Aggregate {
    let mut aggregate = Aggregate::default();
    for (source, number, line) in lines() {
        aggregate.merge(part(source, number, &[line]));
    }
    aggregate
}

#[test]
fn a_recording_split_at_any_line_gives_the_same_report() {
    for name in fixtures::NAMES {
        let lines: Vec<String> = fixtures::text(name).lines().map(str::to_owned).collect();
        let whole = written(part(0, 0, &lines));
        for cut in 0..=lines.len() {
            let (head, tail) = lines.split_at(cut);
            let mut forth = part(0, 0, head);
            forth.merge(part(0, cut, tail));
            assert_eq!(written(forth), whole, "{name} cut at line {cut}");
            let mut back = part(0, cut, tail);
            back.merge(part(0, 0, head));
            assert_eq!(
                written(back),
                whole,
                "{name} cut at line {cut}, merged backwards"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Every line goes to one of four parts, and the parts merge in any order.
    #[test]
    fn sharing_lines_and_merging_in_any_order_gives_the_same_report(
        shares in proptest::collection::vec(0..4_usize, 64),
        order in Just(vec![0, 1, 2, 3]).prop_shuffle(),
    ) {
        let mut parts = vec![Aggregate::default(); 4];
        for (index, (source, number, line)) in lines().into_iter().enumerate() {
            let share = shares[index % shares.len()];
            parts[share].merge(part(source, number, &[line]));
        }
        let mut merged = Aggregate::default();
        for index in order {
            merged.merge(std::mem::take(&mut parts[index]));
        }
        prop_assert_eq!(written(merged), written(in_one_pass()));
    }
}
