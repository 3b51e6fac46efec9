//! The Messages API of Anthropic, streamed and not.

use analyze::{Call, Ending, Exchange, Provider};
use serde_json::{Value, json};

fn call(response: Value) -> Call {
    let request = json!({
        "model": "claude-x", "max_tokens": 100, "stream": true,
        "system": [{"type": "text", "text": "Be brief."}],
        "tools": [{"name": "bash", "input_schema": {}}, {"name": "read", "input_schema": {}}],
        "metadata": {"user_id": "session-1"},
        "messages": [
            {"role": "user", "content": "list the files"},
            {"role": "assistant", "content": [
                {"type": "thinking", "thinking": "hm"},
                {"type": "tool_use", "id": "tu_0", "name": "bash", "input": {"c": "ls"}}]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "tu_0", "content": "a b"}]},
        ],
    });
    let exchange = json!({
        "kind": "exchange", "format": 1, "id": 1, "connection": 1,
        "started_at": "2026-11-23T10:00:00Z", "transport": "http",
        "request": {"method": "POST", "url": "https://api.anthropic.com/v1/messages?beta=true",
            "http_version": "HTTP/2", "body": {"json": request, "bytes": 700}, "end_us": 1_000},
        "response": response,
        "outcome": {"state": "complete"},
    });
    let text = serde_json::to_string(&exchange).unwrap();
    let call = Exchange::read(text.as_bytes(), Call::of).unwrap();
    call.expect("an exchange").expect("a call")
}

fn stream(events: &[(u64, Value)]) -> Value {
    let events: Vec<Value> = events
        .iter()
        .map(|(at_us, json)| json!({"at_us": at_us, "event": json["type"], "json": json}))
        .collect();
    json!({"status": 200, "http_version": "HTTP/2", "start_us": 50_000, "end_us": 500_000, "events": events})
}

fn start() -> Value {
    json!({"type": "message_start", "message": {"id": "msg_1", "usage": {
        "input_tokens": 10, "cache_read_input_tokens": 900, "cache_creation_input_tokens": 90,
        "output_tokens": 1}}})
}

#[test]
fn a_stream_gives_tokens_marks_and_the_tool_call() {
    let delta = |text: &str| json!({"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": text}});
    let call = call(stream(&[
        (50_000, start()),
        (
            60_000,
            json!({"type": "content_block_start", "index": 0,
            "content_block": {"type": "tool_use", "id": "tu_1", "name": "bash", "input": {}}}),
        ),
        (101_000, delta("{\"c\":")),
        (151_000, delta("\"ls\"}")),
        (160_000, json!({"type": "content_block_stop", "index": 0})),
        (
            170_000,
            json!({"type": "message_delta", "usage": {"output_tokens": 33}}),
        ),
        (180_000, json!({"type": "message_stop"})),
    ]));
    assert_eq!(
        (call.provider, call.model.as_str()),
        (Provider::Anthropic, "claude-x")
    );
    assert_eq!(call.ending, Ending::Completed);
    let tokens = call.tokens.unwrap();
    // Input is the sum of uncached, cache-read and cache-written tokens.
    assert_eq!(
        (tokens.input, tokens.cached, tokens.cache_written),
        (1_000, 900, 90)
    );
    assert_eq!(tokens.output, 33);
    // Sent at 1,000; deltas at 101,000 and 151,000.
    assert_eq!(call.marks.ttft_us(), Some(100_000));
    assert_eq!(call.marks.longest_gap_us, Some(50_000));
    assert_eq!(call.marks.total_us(), Some(499_000));
    let tool = &call.tool_calls[0];
    assert_eq!(
        (tool.name.as_str(), tool.call_id.as_str()),
        ("bash", "tu_1")
    );
    assert_eq!((tool.argument_bytes, tool.at_us), (10, Some(160_000)));
    assert_eq!(call.ids.thread.as_deref(), Some("session-1"));
    // Two tools; a message, two blocks of another, a result.
    assert_eq!((call.prompt.tools.len(), call.prompt.input.len()), (2, 4));
    assert!(call.prompt.instructions.is_some());
}

#[test]
fn a_stream_without_its_end_is_cut_and_an_error_is_named() {
    assert_eq!(call(stream(&[(50_000, start())])).ending, Ending::Cut);
    let overloaded =
        json!({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}});
    let call = call(stream(&[(50_000, start()), (60_000, overloaded)]));
    assert_eq!(call.ending, Ending::Failed);
    assert_eq!(
        call.error.unwrap().code.as_deref(),
        Some("overloaded_error")
    );
}

#[test]
fn a_body_in_one_piece_and_a_refusal_are_understood() {
    let body = json!({"id": "msg_2", "type": "message", "usage": {"input_tokens": 5, "output_tokens": 7},
        "content": [{"type": "text", "text": "done"}]});
    let whole = call(
        json!({"status": 200, "http_version": "HTTP/2", "start_us": 2_000, "end_us": 3_000,
        "body": {"json": body}}),
    );
    assert_eq!((whole.ending, whole.output.len()), (Ending::Completed, 1));
    assert_eq!(
        whole.tokens.map(|tokens| (tokens.input, tokens.output)),
        Some((5, 7))
    );
    assert_eq!(whole.marks.ttft_us(), None);

    let refusal = call(
        json!({"status": 429, "http_version": "HTTP/2", "start_us": 2_000,
        "headers": [{"name": "Retry-After", "value": "2.5"}],
        "body": {"json": {"type": "error", "error": {"type": "rate_limit_error", "message": "slow"}}}}),
    );
    assert_eq!(refusal.ending, Ending::Failed);
    let fault = refusal.error.unwrap();
    assert_eq!(
        (fault.status, fault.retry_after_us),
        (Some(429), Some(2_500_000))
    );
}
