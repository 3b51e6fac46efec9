//! Assertions: what they measure, and how errors point at the mistake.

use analyze::{Assertion, Report};
use proptest::prelude::*;

use crate::recordings::{Recording, Request};

/// Ten calls whose first output comes after 100, 200, … 1000 ms, and one 404.
fn report() -> Report {
    let mut recording = Recording::default();
    for n in 1..=10 {
        recording.call(Request {
            start_ms: n * 2000,
            ttft_ms: n * 100,
            tokens: (1000, 600, 20),
            ..Request::default()
        });
    }
    recording
        .plain("GET", "https://chatgpt.com/backend-api/x", 404)
        .report()
}

#[test]
fn each_metric_is_what_one_counts_by_hand() {
    let report = report();
    for expression in [
        "p50(ttft)==500ms",
        "p95(ttft)<=1s",
        "p90(ttft)=900ms",
        "min(ttft)==100ms",
        "max(ttft)==1s",
        "mean(ttft)==550ms",
        "count(ttft)==10",
        "max(call_latency)==1050ms",
        "count(latency)==11",
        // 20 tokens in 150 ms, and in 1050.
        "max(output_rate)>133",
        "max(output_rate)<134",
        "min(output_rate)<19.1",
        "errors==1",
        "exchanges==11",
        "calls==10",
        "retries==0",
        "turns==1",
        "hosts==2",
        "models==1",
        "input_tokens==10_000",
        "cached_tokens==6000",
        "output_tokens<=200",
        "sum(output_tokens)==200",
        "cache_hit==60%",
        "cache_hit>0.59",
        "bytes_down<64KiB",
        "period>18s",
        " max ( request_size ) < 1MiB ".trim(),
    ] {
        let assertion: Assertion = expression.parse().unwrap_or_else(|error| panic!("{error}"));
        let verdict = assertion.check(&report);
        assert!(verdict.holds, "{verdict}");
    }
}

#[test]
fn a_failed_assertion_says_what_was_found() {
    let report = report();
    let verdict = "errors==0".parse::<Assertion>().unwrap().check(&report);
    assert!(!verdict.holds);
    assert_eq!(verdict.to_string(), "errors==0: failed, it is 1");
    let verdict = "p95(ttft)<900ms"
        .parse::<Assertion>()
        .unwrap()
        .check(&report);
    assert_eq!(verdict.to_string(), "p95(ttft)<900ms: failed, it is 1.00 s");
    let verdict = "cache_hit>0.7".parse::<Assertion>().unwrap().check(&report);
    assert_eq!(verdict.to_string(), "cache_hit>0.7: failed, it is 60.0 %");
}

#[test]
fn an_assertion_about_nothing_fails() {
    for expression in ["p95(ttft)<2s", "max(stall)!=0s", "cache_hit<2", "errors==0"] {
        let verdict = expression
            .parse::<Assertion>()
            .unwrap()
            .check(&Report::default());
        assert!(!verdict.holds, "{verdict}");
        assert!(
            verdict
                .to_string()
                .ends_with("failed, there is nothing to measure")
        );
    }
}

#[test]
fn an_error_points_at_the_spot_and_says_what_would_be_right() {
    for (expression, marked, problem, remedy) in [
        ("errors", "", "needs a metric, a sign", "cache_hit>0.6"),
        (
            "ttft<2s",
            "ttft",
            "has a value for each request",
            "p95(ttft)",
        ),
        ("p95(tft)<2s", "tft", "`tft` is not a metric", "ttft, ttfb"),
        ("q95(ttft)<2s", "q95", "not a statistic", "p99.9"),
        ("p95(ttft<2s", "", "closing bracket", "p95(ttft)"),
        ("p95(ttft)<2", "2", "cannot be compared", "with a unit"),
        (
            "erors==0",
            "erors",
            "`erors` is not a metric",
            "exchanges, errors",
        ),
        ("==0", "", "a metric is missing", "exchanges"),
        ("errors~0", "~", "cannot be searched", "signs"),
        ("cache_hit>60x", "60x", "cannot be compared", "60%"),
    ] {
        let error = expression.parse::<Assertion>().unwrap_err();
        assert_eq!(&expression[error.spot()], marked, "{expression}");
        let text = error.to_string();
        assert!(text.contains(problem) && text.contains(remedy), "{text}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_an_assertion_panic(
        metric in "(errors|p95\\(ttft\\)|max\\(|[a-z(]{0,6}\\)?)",
        sign in "(=|==|!=|~|<|<=|>|>=|!|)",
        value in any::<String>(),
    ) {
        for expression in [format!("{metric}{sign}{value}"), value] {
            match expression.parse::<Assertion>() {
                Ok(assertion) => {
                    assertion.check(&Report::default());
                    prop_assert_eq!(assertion.to_string(), expression);
                }
                Err(error) => {
                    prop_assert!(expression.get(error.spot()).is_some(), "{error}");
                    prop_assert_eq!(error.to_string().lines().count(), 4);
                }
            }
        }
    }
}
