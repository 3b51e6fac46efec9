//! Costs at the user's own prices: sums worked out by hand, mistakes in the file.

use std::error::Error as _;

use analyze::{Prices, PricesError};
use serde_json::json;

use crate::recordings::{Recording, Request};

/// Two requests to `m` of 1,000 input (600 cached) and 100 output tokens each, one to `other`.
fn recording() -> Recording {
    let mut recording = Recording::default();
    for n in 0..3 {
        recording.call(Request {
            start_ms: n * 1000,
            tokens: (1000, 600, 100),
            settings: json!({"model": if n < 2 { "m" } else { "other" }}),
            ..Request::default()
        });
    }
    recording
}

fn prices(models: serde_json::Value) -> Prices {
    let file = json!({"currency": "USD", "per_tokens": 1000, "models": models});
    Prices::from_json(&file.to_string()).unwrap()
}

#[test]
fn the_cost_is_what_one_works_out_by_hand() {
    let report = recording().report();
    let prices = prices(json!({"m": {"input": 10.0, "cached_input": 1.0, "output": 20.0}}));
    let cost = prices.cost(report.model.as_ref().unwrap());
    let [usage] = cost.uses.as_slice() else {
        panic!("{cost:?}")
    };
    // Of two requests: 800 new tokens at 10, 1,200 cached at 1, 200 output at 20, all for 1,000.
    assert_eq!((usage.input, usage.cached, usage.output), (8.0, 1.2, 4.0));
    assert_eq!(cost.total, 8.0 + 1.2 + 4.0);
    // The cached 1,200 would have cost 12.
    assert_eq!(cost.saved, 12.0 - 1.2);
    assert_eq!(cost.unpriced, ["other"]);
}

#[test]
fn an_exact_name_goes_before_patterns_and_long_patterns_before_short_ones() {
    let report = recording().report();
    let of = |models| prices(models).cost(report.model.as_ref().unwrap()).total;
    let free = json!({"input": 0.0, "output": 0.0});
    let dear = json!({"input": 1.0, "output": 1.0});
    // One request: 1,000 input and 100 output tokens at 1 for 1,000.
    assert_eq!(of(json!({"*": free, "oth*": dear})), 1.1);
    assert_eq!(of(json!({"*": dear, "m": free, "o*": free})), 0.0);
    assert_eq!(of(json!({"*": dear, "m": free})), 1.1);
}

#[test]
fn a_mistake_in_the_file_is_named() {
    let of = |models| json!({"currency": "USD", "per_tokens": 1, "models": models}).to_string();
    let typo = Prices::from_json(&of(json!({"m": {"input": 1.0, "ouput": 1.0}}))).unwrap_err();
    assert!(matches!(typo, PricesError::Form(_)));
    assert!(
        typo.source()
            .unwrap()
            .to_string()
            .contains("unknown field `ouput`")
    );
    let negative =
        Prices::from_json(&of(json!({"m": {"input": -1.0, "output": 1.0}}))).unwrap_err();
    assert_eq!(negative.to_string(), "a price of \"m\" is below 0");
    let nothing = json!({"currency": "USD", "per_tokens": 0, "models": {}}).to_string();
    assert!(matches!(
        Prices::from_json(&nothing),
        Err(PricesError::PerNothing)
    ));
}
