//! Every figure worked out by hand, from the recordings, not from the output.
//!
//! `hand-websocket` and `hand-sse` have the same conversation: one turn of two
//! steps, with a tool call in between. Times are microseconds; a step's events
//! are listed here from the start of its response.
//!
//! Step 1 (sent at 1,000 after its start; the response starts at 101,000): created 0,
//! item added 100,000, reasoning delta 200,000, item done 300,000, tool input delta
//! 600,000, item done (the tool call) 700,000, completed 750,000; usage 1000 in,
//! 640 cached, 50 out, 30 reasoning.
//! Step 2 (sent at 500, response starts at 100,500): created 0, deltas 50,000 and
//! 60,000, item done 80,000, completed 90,000; usage 1100, 1000, 20, 0.

use analyze::report::{FailureKind, Lapse, MissReason, Report, SecretWarning};
use analyze::{Kind, Part, Quantiles};
use serde_json::{Value, json};

use crate::fixtures::report;
use crate::recordings::{Recording, Request};

#[test]
fn at_a_glance() {
    let glance = report("hand-websocket").glance.unwrap();
    assert_eq!(glance.agents, ["codex_exec/0.169.0"]);
    // First exchange at 0.100 s; the last, at 2.300 s, ends 31,500 later.
    assert_eq!(glance.period_us, 2_300_000 + 31_500 - 100_000);
    // Models, upgrade, prewarm, two steps, metrics.
    assert_eq!((glance.exchanges, glance.failed), (6, 0));
    assert_eq!((glance.model_requests, glance.turn_requests), (3, 2));
    assert_eq!((glance.turns, glance.threads, glance.tool_calls), (1, 1, 1));
    // The prewarm counts 0.
    let tokens = glance.tokens;
    assert_eq!((tokens.input, tokens.cached), (1000 + 1100, 640 + 1000));
    assert_eq!((tokens.output, tokens.reasoning), (50 + 20, 30));
    // api.openai.com, chatgpt.com, ab.chatgpt.com, and github.com unread.
    assert_eq!(glance.hosts, 4);
    // github.com is not intercepted: the recording has everything that it was asked for.
    assert!(glance.complete);
}

#[test]
fn first_tokens_totals_and_gaps() {
    // TTFT 1: 101,000 + 200,000 - 1,000; TTFT 2: 100,500 + 50,000 - 500.
    // Totals 1: 101,000 + 750,000 - 1,000 (WebSocket); over HTTP the body ends 1,000 later.
    for (name, extra) in [("hand-websocket", 0), ("hand-sse", 1_000)] {
        let models = report(name).model.unwrap();
        let model = &models.models[0];
        let turn = model
            .uses
            .iter()
            .find(|usage| usage.kind == Kind::Turn)
            .unwrap();
        let ttft = turn.ttft_us.unwrap();
        assert_eq!(
            (ttft.count, ttft.p50, ttft.max),
            (2, 150_000, 300_000),
            "{name}"
        );
        let total = turn.total_us.unwrap();
        assert_eq!(
            (total.p50, total.max),
            (190_000 + extra, 850_000 + extra),
            "{name}"
        );
        // Step 1: 200 → 300 → 600 → 700 ms; step 2: 50 → 60 → 80 ms.
        let gaps = model.gap_us.unwrap();
        let of = [100_000, 300_000, 100_000, 10_000, 20_000];
        assert_eq!(Some(gaps), Quantiles::of(of), "{name}");
        assert_eq!(turn.longest_stall_us, Some(300_000), "{name}");
        // 70 tokens in both totals together.
        let rate = 70.0 / (total.total as f64 / 1e6);
        assert_eq!(turn.output_tokens_per_second, Some(rate), "{name}");
        assert_eq!(
            (turn.completed, turn.failed, turn.tool_calls),
            (2, 0, 1),
            "{name}"
        );
    }
}

#[test]
fn the_tool_and_its_result() {
    for name in ["hand-websocket", "hand-sse"] {
        let tools = report(name).model.unwrap().tools;
        assert_eq!(tools.len(), 1);
        let exec = &tools[0];
        assert_eq!(
            (exec.name.as_str(), exec.calls, exec.unanswered),
            ("exec", 1, 0)
        );
        // `echo hi`.
        assert_eq!(exec.argument_bytes.unwrap().max, 7);
        // Called at 1.000 s + 101,000 + 700,000; the result is sent at 2.000 s.
        assert_eq!(exec.duration_us.unwrap().max, 1_000_000 - 801_000, "{name}");
        let result = r#"{"type":"custom_tool_call_output","id":"cto_1","call_id":"call_1","output":[{"type":"input_text","text":"hi\n"}]}"#;
        assert_eq!(
            exec.result_bytes.unwrap().max,
            result.len() as u64,
            "{name}"
        );
    }
}

#[test]
fn endpoints_and_their_sizes() {
    let endpoints = report("hand-websocket").endpoints.unwrap().endpoints;
    let names: Vec<String> = endpoints
        .iter()
        .map(|stats| format!("{} {}", stats.endpoint.method, stats.endpoint.host))
        .collect();
    let expected = [
        "WS api.openai.com",
        "POST ab.chatgpt.com",
        "GET api.openai.com",
        "GET chatgpt.com",
    ];
    assert_eq!(names, expected);
    let socket = &endpoints[0];
    assert_eq!((socket.count, socket.share), (3, 0.5));
    assert_eq!(socket.statuses.informational, 3);
    // Prewarm 600, then 900 and 700 on the wire.
    let wire = socket.up.wire.unwrap();
    assert_eq!((wire.p50, wire.max, wire.total), (700, 900, 2_200));
    // From start to last message: 60,050, 851,000, 190,500.
    let latency = socket.latency_us.unwrap();
    assert_eq!((latency.p50, latency.max), (190_500, 851_000));
    // Sent to first message: 30,000, 100,000, 100,000.
    let ttfb = socket.ttfb_us.unwrap();
    assert_eq!((ttfb.min, ttfb.p50), (30_000, 100_000));
    let metrics = &endpoints[1];
    assert_eq!(metrics.ttfb_us.unwrap().max, 31_000 - 1_000);
}

#[test]
fn both_transports_give_the_same_conversation() {
    let steps = |name| {
        let thread = report(name).conversation.unwrap().threads.remove(0);
        assert_eq!(thread.turns, 1);
        let turns = thread
            .steps
            .into_iter()
            .filter(|step| step.kind == Kind::Turn);
        turns
            .map(|step| {
                (
                    step.turn,
                    step.new_bytes,
                    step.context_bytes,
                    step.tokens,
                    step.tool_calls,
                )
            })
            .collect::<Vec<_>>()
    };
    let (socket, http) = (steps("hand-websocket"), steps("hand-sse"));
    assert_eq!(socket, http);
    assert_eq!(socket.len(), 2);
    let user = r#"{"type":"message","id":"m_user","role":"user","content":[{"type":"input_text","text":"say hi"}]}"#;
    assert_eq!(socket[0].1[&Part::User], user.len() as u64);
    assert!(!socket[1].1.contains_key(&Part::User));
}

#[test]
fn only_http_sends_the_history_again() {
    let resent = |name| report(name).conversation.unwrap().threads[0].resent_bytes;
    assert_eq!(resent("hand-websocket"), 0);
    // Step 2 repeats two tools, two messages, and the output of the model.
    let text = crate::fixtures::text("hand-sse");
    let line = text
        .lines()
        .find(|line| line.contains("\"id\":3,"))
        .unwrap();
    let exchange: serde_json::Value = serde_json::from_str(line).unwrap();
    let input = exchange["request"]["body"]["json"]["input"]
        .as_array()
        .unwrap();
    let length = |value: &serde_json::Value| value.to_string().len() as u64;
    let tools = input[0]["tools"][0]["tools"].as_array().unwrap();
    let history = &input[1..5];
    let expected: u64 = tools.iter().chain(history).map(length).sum();
    assert_eq!(resent("hand-sse"), expected);
}

#[test]
fn where_the_bytes_of_requests_go() {
    let prompt = report("hand-websocket").prompt.unwrap();
    assert_eq!(prompt.unused_tools, ["functions.wait"]);
    let wait = r#"{"type":"function","name":"wait","description":"Wait for a script","parameters":{"type":"object","properties":{}}}"#;
    assert_eq!(prompt.unused_tool_bytes, wait.len() as u64);
    assert_eq!(prompt.instructions.len(), 1);
    let text = prompt.instructions[0].text.as_deref();
    assert_eq!(text, Some("You are a coding agent. Be brief."));
    // All bytes of the three bodies are accounted for.
    let sum: u64 = prompt.bytes.iter().map(|part| part.bytes).sum();
    let endpoints = report("hand-websocket").endpoints.unwrap().endpoints;
    assert_eq!(sum, endpoints[0].up.content.unwrap().total);
}

#[test]
fn tools_whose_texts_were_not_kept_share_an_entry_by_name() {
    let long = "x".repeat(300_000);
    let tools: Vec<_> = (0..80)
        .map(|n| {
            let name = ["a", "b"][n % 2];
            json!({"type": "function", "name": name, "description": format!("{n} {long}")})
        })
        .collect();
    let mut recording = Recording::default();
    for (start_ms, tools) in [(0, &tools[..40]), (1000, &tools)] {
        recording.call(Request {
            start_ms,
            settings: json!({"tools": tools}),
            ..Request::default()
        });
    }
    let prompt = recording.report().prompt.unwrap();
    let (with, without): (Vec<_>, Vec<_>) =
        prompt.tools.iter().partition(|tool| tool.text.is_some());
    // 256 KiB of each text, of 16 MiB.
    assert_eq!(with.len(), 63);
    assert!(with.iter().all(|tool| tool.items == 1 && tool.cut));
    let without: Vec<_> = without
        .iter()
        .map(|tool| (tool.name.as_deref(), tool.items, tool.requests))
        .collect();
    assert_eq!(without, [(Some("b"), 9, 9), (Some("a"), 8, 8)]);
    let requests: u64 = prompt.tools.iter().map(|tool| tool.requests).sum();
    assert_eq!(requests, 40 + 80);
    let length = |tools: &[Value]| {
        tools
            .iter()
            .map(|tool| tool.to_string().len() as u64)
            .sum::<u64>()
    };
    let bytes: u64 = prompt.tools.iter().map(|tool| tool.bytes).sum();
    assert_eq!(bytes, length(&tools));
    assert_eq!(prompt.unused_tools, ["a", "b"]);
    assert_eq!(
        prompt.unused_tool_bytes,
        length(&tools[..40]) + length(&tools)
    );
}

#[test]
fn cache_hits_and_misses() {
    let cache = report("hand-websocket").cache.unwrap();
    // The prewarm has no input. Step 1 has cached tokens; step 2 could have had
    // step 1's 1000, and had 1000.
    assert_eq!((cache.hits, cache.misses, cache.missed_tokens), (2, 0, 0));
    let second = &cache.requests[1];
    assert_eq!(
        (second.input, second.cached, second.expected),
        (1100, 1000, 1000)
    );
    assert_eq!(second.common_bytes, second.previous_bytes);

    // The same with nothing from the cache at step 2, though it goes on as before.
    let text = crate::fixtures::text("hand-websocket")
        .replace("\"cached_tokens\":1000", "\"cached_tokens\":0");
    let report: Report = analyze::Scan::default()
        .read_from(std::io::Cursor::new(text), "x".as_ref(), 0)
        .unwrap()
        .finish();
    let cache = report.cache.unwrap();
    assert_eq!(
        (cache.hits, cache.misses, cache.missed_tokens),
        (1, 1, 1000)
    );
    assert_eq!(cache.requests[1].miss, Some(MissReason::Unexplained));
}

#[test]
fn failures_retries_and_the_way_back_to_http() {
    let report = report("hand-errors");
    let errors = report.errors.unwrap();
    let kinds: Vec<(u64, FailureKind)> = errors
        .failures
        .iter()
        .map(|failure| (failure.exchange, failure.kind))
        .collect();
    let expected = [
        (1, FailureKind::UpgradeRefused),
        (2, FailureKind::RateLimited),
        (3, FailureKind::Cut),
        (5, FailureKind::ServerError),
        (7, FailureKind::Unreachable),
    ];
    assert_eq!(kinds, expected);
    let limited = &errors.failures[1];
    assert_eq!(limited.retry_after_us, Some(1_000_000));
    assert_eq!(limited.retried_by, Some(3));
    // It ended at 1.000 s + 52,000; the next try began at 3.000 s.
    assert_eq!(limited.waited_us, Some(1_948_000));

    let chains: Vec<_> = errors
        .retries
        .iter()
        .map(|chain| chain.exchanges.clone())
        .collect();
    assert_eq!(chains, [vec![2, 3, 4], vec![5, 6]]);
    assert!(errors.retries.iter().all(|chain| chain.recovered));
    // 1.000 s to 3.500 s, and 5.000 s to 5.300 s.
    assert_eq!(errors.retries[0].delay_us, 2_500_000);
    assert_eq!(errors.retries[1].delay_us, 300_000);

    let fallback = &errors.fallbacks[0];
    assert_eq!(
        (fallback.upgrades, fallback.status, fallback.exchange),
        (1, Some(426), 2)
    );
    assert_eq!(fallback.delay_us, 1_000_000 - 200_000);

    // Retries are not steps: two steps of one turn, three retries.
    let glance = report.glance.unwrap();
    assert_eq!(
        (glance.turn_requests, glance.turns, glance.model_requests),
        (2, 1, 5)
    );
    let uses = &report.model.unwrap().models[0].uses;
    let counts: Vec<_> = uses.iter().map(|usage| (usage.kind, usage.count)).collect();
    assert_eq!(counts, [(Kind::Turn, 2), (Kind::Retry, 3)]);
}

#[test]
fn credentials_and_who_received_them() {
    let identity = report("hand-errors").identity.unwrap();
    let key = &identity.credentials[0];
    assert_eq!(key.fingerprint, "11111111aaaaaaaa");
    let sites = vec!["example.net".to_owned(), "openai.com".to_owned()];
    assert_eq!(key.warnings, [SecretWarning::SeveralSites(sites)]);
    // One upgrade and five requests; one to the other host.
    let counts: Vec<_> = key
        .places
        .iter()
        .map(|place| (place.host.as_str(), place.count))
        .collect();
    assert_eq!(counts, [("api.openai.com", 6), ("example.net", 1)]);
}

#[test]
fn telemetry_has_names_and_sizes() {
    let telemetry = report("hand-websocket").telemetry.unwrap();
    let names: Vec<&str> = telemetry
        .names
        .iter()
        .map(|name| name.name.as_str())
        .collect();
    assert_eq!(
        names,
        ["service.name", "codex.tool.call", "codex.turn.duration"]
    );
    assert_eq!(telemetry.endpoints.len(), 1);
    assert_eq!(telemetry.bytes, telemetry.endpoints[0].bytes);
}

#[test]
fn how_busy_it_was() {
    let frequency = report("hand-websocket").frequency.unwrap();
    // Began at 0.1, 0.2, 0.3, 1.0, 2.0, 2.3 s: in slices of a second 3, 1, 2.
    let counts: Vec<u64> = frequency
        .slices
        .iter()
        .map(|slice| slice.exchanges)
        .collect();
    assert_eq!((frequency.slice_us, counts), (1_000_000, vec![3, 1, 2]));
    // From 0.1 s to before 1.1 s: four.
    assert_eq!((frequency.busiest_second, frequency.busiest_minute), (4, 6));
    // Each ends before the next starts.
    assert_eq!(frequency.concurrent, 1);
}

#[test]
fn what_was_not_seen() {
    let completeness = report("hand-errors").completeness.unwrap();
    let lapses: Vec<Lapse> = completeness
        .lapses
        .iter()
        .map(|lapse| lapse.lapse)
        .collect();
    let expected = [
        Lapse::NoEnd,
        Lapse::Rejected,
        Lapse::Unreachable,
        Lapse::Aborted,
    ];
    assert_eq!(lapses, expected);
    assert!(!completeness.complete);
    let complete = report("hand-websocket").completeness.unwrap();
    assert_eq!(complete.lapses[0].lapse, Lapse::NotMatched);
    assert!(complete.complete);
    // Every exchange has 20 for one piece and 50 in total.
    assert_eq!(complete.delay_max_us.unwrap().p99, 20);
    assert_eq!(complete.delay_total_us.unwrap().total, 6 * 50);
}
