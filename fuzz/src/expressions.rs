//! Filters and assertions as a user may type them.
//!
//! What parses shows as it was written and can be asked; what does not says
//! where, within the expression.

use std::fmt::Display;
use std::str::FromStr;

use analyze::{Assertion, Exchange, ExpressionError, Filter, Report, Subject};

/// What filters are asked about.
const EXCHANGE: &[u8] = br#"{"kind":"exchange","format":1,"id":1,"connection":1,
    "started_at":"2026-11-23T10:00:00.100000Z","transport":"http",
    "request":{"method":"GET","url":"https://example.test/v1/models?x=y","http_version":"HTTP/2"},
    "response":{"status":200,"http_version":"HTTP/2","start_us":40100,"end_us":41000},
    "outcome":{"state":"complete"}}"#;

/// Parses a filter and an assertion, and asks them.
pub fn run(data: &[u8]) {
    let text = data.utf8_chunks().next();
    let expression = text.map_or("", |chunk| chunk.valid());
    if let Some(filter) = parse::<Filter>(expression) {
        let asked = Exchange::read(EXCHANGE, |exchange| {
            filter.matches(Subject {
                exchange,
                call: None,
                process: Some("codex"),
            })
        });
        assert!(matches!(asked, Ok(Some(_))));
    }
    if let Some(assertion) = parse::<Assertion>(expression) {
        let verdict = assertion.check(&Report::default());
        assert!(!verdict.to_string().is_empty());
    }
}

fn parse<T: FromStr<Err = ExpressionError> + Display>(expression: &str) -> Option<T> {
    match expression.parse::<T>() {
        Ok(parsed) => {
            assert_eq!(parsed.to_string(), expression);
            Some(parsed)
        }
        Err(error) => {
            let spot = error.spot();
            assert!(expression.get(spot.clone()).is_some(), "{spot:?}");
            assert!(!error.to_string().is_empty());
            None
        }
    }
}
