//! Filters: what they match, and how errors point at the mistake.

use analyze::{Call, Exchange, Filter, Subject};
use proptest::prelude::*;
use serde_json::{Value, json};

/// A request to a model over SSE that took 2.5 s and got a 429.
fn exchange() -> Value {
    json!({
        "kind": "exchange", "format": 1,
        "id": 7, "connection": 3, "started_at": "2026-11-23T02:34:00.000000Z", "transport": "http",
        "request": {
            "method": "POST", "url": "https://API.openai.com:443/v1/responses?stream=1",
            "http_version": "HTTP/2", "headers": [], "body": {"text": "…", "bytes": 70_000}, "end_us": 400
        },
        "response": {
            "status": 429, "http_version": "HTTP/2", "headers": [], "body": {"bytes": 1_000_000},
            "start_us": 900, "end_us": 2_500_000
        },
        "outcome": {"state": "complete"}
    })
}

/// Whether the filter matches an exchange; without `known`, neither its call nor its process is known.
fn holds(filter: &Filter, exchange: &Value, known: bool) -> bool {
    let call = call();
    let held = Exchange::read(exchange.to_string().as_bytes(), |exchange| {
        filter.matches(Subject {
            exchange,
            call: known.then_some(&call),
            process: known.then_some("codex"),
        })
    });
    held.unwrap().expect("the test's exchange is one")
}

fn call() -> Call {
    serde_json::from_value(json!({
        "provider": "openai", "model": "gpt-6.1-sol", "kind": "turn", "ending": "completed",
        "marks": {"sent_us": 400, "first_output_us": 700_400, "output_events": 9},
        "tool_calls": [], "ids": {}, "settings": {},
        "prompt": {"tools": [], "input": [], "bytes": 70_000}, "output": []
    }))
    .expect("the test's call is one")
}

fn matches(expression: &str) -> bool {
    let filter: Filter = expression.parse().unwrap_or_else(|error| panic!("{error}"));
    holds(&filter, &exchange(), true)
}

#[test]
fn each_field_is_compared_with_its_value() {
    for expression in [
        "host=*.openai.com",
        "host = api.openai.com",
        "host!=*.chatgpt.com",
        "path=/v1/responses",
        "path~^/v1",
        "path!~^/v2",
        "url~stream=1$",
        "method=post",
        "status>=400",
        "status==429",
        "status!=200",
        "transport=http",
        "kind=model",
        "kind=turn",
        "kind~^t",
        "model=gpt-6*",
        "process=codex",
        "connection=3",
        "exchange<=7",
        "state=complete",
        "duration>2s",
        "duration<=2500ms",
        "ttft=700ms",
        "size>1MiB",
        "request_size=70kB",
        "response_size<1MiB",
    ] {
        assert!(matches(expression), "{expression} should hold");
    }
    for expression in [
        "host=openai.com",
        "path=/v1",
        "status<400",
        "transport=websocket",
        "kind=prewarm",
        "kind!=model",
        "kind!=turn",
        "model=gpt-5*",
        "process!=codex",
        "duration<2s",
        "size<1MB",
    ] {
        assert!(!matches(expression), "{expression} should not hold");
    }
}

#[test]
fn a_missing_value_matches_only_negations() {
    let mut exchange = exchange();
    exchange["response"].take();
    for (expression, holds) in [
        ("status=200", false),
        ("status<500", false),
        ("status!=200", true),
        ("model=*", false),
        ("model!=gpt-6.1-sol", true),
        ("process!~codex", true),
        ("kind=turn", false),
        ("kind!=turn", true),
        ("ttft>0s", false),
    ] {
        let filter: Filter = expression.parse().unwrap();
        assert_eq!(
            self::holds(&filter, &exchange, false),
            holds,
            "{expression}"
        );
    }
}

#[test]
fn messages_of_a_websocket_count_by_their_own_sizes() {
    let mut exchange = exchange();
    exchange["response"] = json!({
        "status": 429, "http_version": "HTTP/2", "headers": [], "start_us": 900,
        "events": [
            {"at_us": 5_000, "text": "…", "bytes": 300}, {"at_us": 6_000, "text": "…", "bytes": 400}
        ]
    });
    for expression in ["response_size=700", "duration=6ms"] {
        let filter: Filter = expression.parse().unwrap();
        assert!(holds(&filter, &exchange, false), "{expression}");
    }
}

#[test]
fn an_error_points_at_the_spot_and_says_what_would_be_right() {
    for (expression, marked, problem, remedy) in [
        (
            "staus>=400",
            "staus",
            "`staus` is not a field",
            "fields: host, path",
        ),
        (">=400", "", "a field is missing", "fields: host, path"),
        (
            "status",
            "",
            "needs a field, a sign and a value",
            "status>=400",
        ),
        ("status~4", "~", "cannot be searched", "signs: ="),
        ("status>=4xx", "4xx", "cannot be compared", "write a number"),
        ("duration>2", "2", "cannot be compared", "150ms"),
        ("size>1MiBB", "1MiBB", "cannot be compared", "64KiB"),
        ("host<a", "<", "no order", "!~"),
        ("host=", "", "a value is missing", "`*` matches anything"),
        (
            "transport=quic",
            "quic",
            "never has this value",
            "http, websocket",
        ),
        ("path~a(b", "(", "unclosed group", "syntax"),
        ("path~x{9999}{9999}", "x{9999}{9999}", "too large", "syntax"),
    ] {
        let error = expression.parse::<Filter>().unwrap_err();
        assert_eq!(&expression[error.spot()], marked, "{expression}");
        let text = error.to_string();
        assert!(text.contains(problem) && text.contains(remedy), "{text}");
    }
}

#[test]
fn the_mark_is_drawn_under_the_spot() {
    let error = "status>=4xx".parse::<Filter>().unwrap_err();
    assert_eq!(
        error.to_string(),
        "this value cannot be compared with\n  status>=4xx\n          ^^^\nwrite a number: 400"
    );
}

proptest! {
    #[test]
    fn no_text_makes_a_filter_panic(
        field in "(host|path|status|kind|duration|size|model|[a-z]{0,5})",
        sign in "(=|==|!=|~|!~|<|<=|>|>=|!|)",
        value in any::<String>(),
        before in "\\PC{0,3}",
    ) {
        for expression in [format!("{field}{sign}{value}"), format!("{before}{field}{sign}{value}"), value] {
            match expression.parse::<Filter>() {
                Ok(filter) => {
                    prop_assert_eq!(filter.to_string(), expression);
                    holds(&filter, &exchange(), false);
                }
                Err(error) => {
                    prop_assert!(expression.get(error.spot()).is_some(), "{error}");
                    prop_assert_eq!(error.to_string().lines().count(), 4);
                }
            }
        }
    }
}
