//! `docs/analyze-options.md` says what the program does.

use analyze::{Assertion, Filter, Prices};

const PAGE: &str = include_str!("../../../../docs/analyze-options.md");

/// The text between `before` and `after`.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = text
        .split_once(before)
        .unwrap_or_else(|| panic!("no {before:?} in {text}"));
    rest.split_once(after).map_or(rest, |(inside, _)| inside)
}

/// The names that an error lists after `label`.
fn listed<'a>(error: &'a str, label: &str) -> impl Iterator<Item = &'a str> {
    between(error, label, "\n").split(", ")
}

#[test]
fn every_field_and_every_metric_is_described() {
    let fields = "x=1".parse::<Filter>().unwrap_err().to_string();
    let totals = "x==1".parse::<Assertion>().unwrap_err().to_string();
    let sampled = "p50(x)==1".parse::<Assertion>().unwrap_err().to_string();
    let filters = between(PAGE, "## Filters", "## Assertions");
    let assertions = between(PAGE, "## Assertions", "## Comparisons");
    for (names, chapter) in [
        (listed(&fields, "fields: "), filters),
        (listed(&totals, "metrics: "), assertions),
        (listed(&sampled, "metrics for statistics: "), assertions),
    ] {
        for name in names {
            assert!(
                chapter.contains(&format!("`{name}`")),
                "{name} is not described"
            );
        }
    }
}

#[test]
fn the_example_of_prices_and_of_an_error_are_true() {
    Prices::from_json(between(PAGE, "```json\n", "```")).unwrap();
    let error = "duration>2".parse::<Filter>().unwrap_err().to_string();
    assert_eq!(between(PAGE, "```text\n", "\n```"), error);
}
