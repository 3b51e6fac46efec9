//! Compares what the origin sees of codex with us and without us.
//!
//! "Without us" is `wrap` with a filter that matches no host: the proxy relays
//! bytes that it cannot read, and the stand-in terminates codex's own TLS.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;
use serde_json::Value;

use crate::launch::Home;
use crate::stand_in_log::Entry;

#[test]
fn the_origin_sees_the_same_of_codex_over_the_websocket() {
    assert_same(&[]);
}

#[test]
fn the_origin_sees_the_same_of_codex_over_server_sent_events() {
    assert_same(&["--fail", "ws-426"]);
}

fn assert_same(options: &[&str]) {
    // One home for both, because its path is in the requests.
    let home = Home::with_api_key("sk-made-up-fidelity-key");
    let with = seen(&home, &[options, &["--intercept-all"]].concat());
    home.clear();
    let without = seen(
        &home,
        &[options, &["--intercept", "nobody.invalid"]].concat(),
    );
    let (with_keys, without_keys): (Vec<_>, Vec<_>) =
        (with.keys().collect(), without.keys().collect());
    assert_eq!(with_keys, without_keys);
    for (request, with) in &with {
        assert_eq!(*with, without[request], "{request}");
    }
}

/// What the stand-in saw of each kind of request, with everything masked that differs from run to run.
fn seen(home: &Home, options: &[&str]) -> BTreeMap<String, BTreeSet<String>> {
    let run = home.wrap(
        options,
        &["codex", "exec", "--skip-git-repo-check", "say hi"],
    );
    run.assert_code(0);
    let mask = Mask::new();
    let mut seen: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for entry in run.log() {
        let Entry {
            host,
            method,
            path,
            transport,
            ..
        } = &entry;
        let request = format!("{transport} {method} {host}{path}");
        seen.entry(request)
            .or_default()
            .insert(describe(&entry, &mask));
    }
    assert!(seen.len() >= 6, "{:?}", seen.keys());
    seen
}

/// A request as text: a model request whole, of others only what codex does not vary.
fn describe(entry: &Entry, mask: &Mask) -> String {
    // git has its own TLS stack, which only git can imitate.
    let hello = match entry.host.as_str() {
        "github.com" => "",
        _ => &entry.hello,
    };
    let message = match entry.path.ends_with("/responses") {
        true => describe_model_request(entry, mask),
        // Their user-agent depends on how far codex has started, and the header
        // order of its metrics on a hash with a random seed.
        false => {
            let names = entry.headers.iter().map(|(name, _)| name);
            format!("{:?}", names.collect::<BTreeSet<_>>())
        }
    };
    format!("{} {hello} {message}", entry.http_version)
}

/// Headers in their order, and the body.
fn describe_model_request(entry: &Entry, mask: &Mask) -> String {
    let headers = entry
        .headers
        .iter()
        .map(|(name, value)| match name.as_str() {
            "sec-websocket-key" | "content-length" => format!("{name}: <differs>"),
            _ => format!("{name}: {}", mask.apply(value)),
        });
    let headers: Vec<String> = headers.collect();
    // The order of some keys is random; a parsed value sorts them.
    let body = match serde_json::from_str::<Value>(&entry.received) {
        Ok(value) => mask.apply(&value.to_string()),
        Err(_) => entry.received.clone(),
    };
    format!("{headers:#?} {body}")
}

/// Replaces what differs between two runs of the same codex: ids, times, counts of them.
struct Mask {
    patterns: Vec<(Regex, &'static str)>,
}

impl Mask {
    fn new() -> Self {
        let hex = "[0-9a-f]";
        let uuid = format!("{hex}{{8}}-{hex}{{4}}-{hex}{{4}}-{hex}{{4}}-{hex}{{12}}");
        let patterns = [
            (uuid.as_str(), "<uuid>"),
            ("[0-9]{5,}([.][0-9]+)?", "<number>"),
            ("Wall time [0-9.]+ seconds", "<duration>"),
        ];
        let compile = |(pattern, mask)| (Regex::new(pattern).unwrap(), mask);
        Self {
            patterns: patterns.into_iter().map(compile).collect(),
        }
    }

    fn apply(&self, text: &str) -> String {
        let replace = |text: String, (pattern, mask): &(Regex, &str)| {
            pattern.replace_all(&text, *mask).into_owned()
        };
        self.patterns.iter().fold(text.to_owned(), replace)
    }
}
