//! Programs that are not agents: each gets its answer, and is on record.

use capture::record::Exchange;

use crate::install;
use crate::launch::{Finished, Home};
use crate::recording::Recording;

/// A list that the stand-in serves to any client.
const URL: &str = "https://api.openai.com/v1/models";

#[test]
fn curl_with_http2_is_on_record_and_gets_its_answer() {
    let home = Home::new();
    let run = home.wrap(&[], &["curl", "--silent", "--show-error", "--http2", URL]);
    let exchange = assert_answered(&run);
    assert_eq!(exchange.request.http_version, "HTTP/2");
}

#[test]
fn curl_with_http1_is_on_record_and_gets_its_answer() {
    let home = Home::new();
    let run = home.wrap(&[], &["curl", "--silent", "--show-error", "--http1.1", URL]);
    let exchange = assert_answered(&run);
    assert_eq!(exchange.request.http_version, "HTTP/1.1");
}

#[test]
fn python_requests_is_on_record_and_gets_its_answer() {
    let home = Home::new().program(install::python());
    let script = format!("import requests; print(requests.get('{URL}').text, end='')");
    assert_answered(&home.wrap(&[], &["python3", "-c", &script]));
}

#[test]
fn python_httpx_with_http2_is_on_record_and_gets_its_answer() {
    let home = Home::new().program(install::python());
    let script = format!("import httpx; print(httpx.Client(http2=True).get('{URL}').text, end='')");
    let exchange = assert_answered(&home.wrap(&[], &["python3", "-c", &script]));
    assert_eq!(exchange.request.http_version, "HTTP/2");
}

#[test]
fn node_fetch_is_on_record_and_gets_its_answer() {
    let home = Home::new().program(install::NODE.folder());
    let script = format!("fetch('{URL}').then(r => r.text()).then(t => process.stdout.write(t))");
    assert_answered(&home.wrap(&[], &["node", "-e", &script]));
}

#[test]
fn git_is_on_record_and_gets_its_answer() {
    let home = Home::new();
    let run = home.wrap(
        &[],
        &["git", "ls-remote", "https://github.com/some/repository.git"],
    );
    run.assert_code(0);
    let recording = run.recording();
    let exchange = only(&recording);
    assert_eq!(exchange.response.as_ref().unwrap().status, 200);
    assert!(exchange.request.url.contains("service=git-upload-pack"));
}

#[test]
fn a_request_over_plain_http_is_on_record_and_gets_its_answer() {
    let home = Home::new();
    let plain = URL.replace("https:", "http:");
    let run = home.wrap(&[], &["curl", "--silent", "--show-error", &plain]);
    let exchange = assert_answered(&run);
    assert!(exchange.request.url.starts_with("http://"));
}

/// Fails unless the program printed what the stand-in sent, and the recording has the same.
fn assert_answered(run: &Finished) -> Exchange {
    run.assert_code(0);
    let log = run.log();
    assert_eq!(log.len(), 1, "{log:?}");
    assert_eq!(run.stdout, log[0].sent[0]);
    let recording = run.recording();
    let exchange = only(&recording);
    let response = exchange.response.as_ref().unwrap();
    let json = response.body.as_ref().unwrap().json.as_ref().unwrap();
    assert_eq!(json.get(), log[0].sent[0]);
    exchange.clone()
}

fn only(recording: &Recording) -> &Exchange {
    assert_eq!(recording.exchanges.len(), 1);
    &recording.exchanges[0]
}
