//! Hundreds of secrets over every transport: at most one in fifty is left in a recording.
//!
//! The cases are generated (`cases`) and sent through a live proxy (`transports`). Each record is searched for
//! half of its secret or more, with and without escapes.

mod cases;
mod places;
mod process;
#[path = "../../support/secrets.rs"]
mod secrets;
mod transports;

use std::sync::Arc;

use capture::record::Exchange;

use cases::{Case, cases};
use secrets::leaks;
use transports::Coding;

/// Of a hundred cases.
const MOST_LEAKS: usize = 2;

/// Fails where more of the cases leak than may, and prints those that do.
fn check(transport: &str, cases: &[Case], exchanges: &[Exchange]) {
    assert_eq!(
        exchanges.len(),
        cases.len(),
        "{transport}: one for each case"
    );
    assert!(cases.len() >= 400, "only {} cases", cases.len());
    let mut leaks = Vec::new();
    for (case, exchange) in cases.iter().zip(exchanges) {
        let line = serde_json::to_string(exchange).unwrap();
        assert!(
            line.contains("<redacted:") || leaks_in(&line, case),
            "{line}"
        );
        if leaks_in(&line, case) {
            leaks.push(case.name.as_str());
        }
    }
    println!("{transport}: {} of {} leak", leaks.len(), cases.len());
    println!("{}", leaks.join("\n"));
    assert!(
        leaks.len() * 100 <= cases.len() * MOST_LEAKS,
        "{transport}: {} of {} leak:\n{}",
        leaks.len(),
        cases.len(),
        leaks.join("\n")
    );
}

/// Whether half of a secret or more is in a line of a recording, as it is or with escapes.
fn leaks_in(line: &str, case: &Case) -> bool {
    let mut text = line.to_owned();
    for _ in 0..4 {
        // A key of several lines is searched for line by line.
        if case.secret.lines().any(|part| leaks(&text, part)) {
            return true;
        }
        text = text
            .replace("\\\\", "\\")
            .replace("\\\"", "\"")
            .replace("\\/", "/");
    }
    false
}

#[tokio::test]
async fn nearly_no_secret_is_left_of_bodies_over_http1() {
    let cases = cases();
    for coding in [Coding::Gzip, Coding::Chunks] {
        let exchanges = transports::http1(&cases, coding).await;
        check(&format!("HTTP/1.1, {coding:?}"), &cases, &exchanges);
    }
}

#[tokio::test]
async fn nearly_no_secret_is_left_of_streams_over_http2() {
    let cases = cases();
    check("HTTP/2", &cases, &transports::http2(&cases).await);
}

#[tokio::test]
async fn nearly_no_secret_is_left_of_events() {
    let cases = Arc::new(cases());
    check("events", &cases, &transports::events(&cases).await);
}

#[tokio::test]
async fn nearly_no_secret_is_left_of_messages_on_websockets() {
    let cases = cases();
    let exchanges = Box::pin(transports::messages(&cases)).await;
    check("WebSocket", &cases, &exchanges);
}

#[tokio::test]
async fn nearly_no_secret_is_left_by_the_program_itself() {
    let cases = cases();
    check("the program", &cases, &process::recorded(&cases).await);
}
