//! The Chat Completions API, streamed and not.

use analyze::{Call, Ending, Exchange, Provider, Purpose, Scan};
use serde_json::{Value, json};

const URL: &str = "https://openrouter.example/api/v1/chat/completions?x=1";

fn exchange(id: u64, second: u64, messages: Value, response: Value) -> String {
    let request = json!({
        "model": "m-chat", "stream": true, "reasoning_effort": "low", "prompt_cache_key": "thread-1",
        "tools": [{"type": "function", "function": {"name": "bash", "parameters": {}}},
            {"type": "function", "function": {"name": "read", "parameters": {}}}],
        "messages": messages,
    });
    let exchange = json!({
        "kind": "exchange", "format": 1, "id": id, "connection": 1,
        "started_at": format!("2026-11-23T10:00:{second:02}Z"), "transport": "http",
        "request": {"method": "POST", "url": URL,
            "http_version": "HTTP/2", "body": {"json": request, "bytes": 700}, "end_us": 1_000},
        "response": response,
        "outcome": {"state": "complete"},
    });
    exchange.to_string()
}

fn call(response: Value) -> Call {
    let text = exchange(1, 0, history(), response);
    let call = Exchange::read(text.as_bytes(), Call::of).unwrap();
    call.expect("an exchange").expect("a call")
}

/// A system prompt, a question, two items by the model, a tool result.
fn history() -> Value {
    json!([
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "list the files"}]},
        {"role": "assistant", "content": "Looking.", "tool_calls": [
            {"id": "c0", "type": "function", "function": {"name": "bash", "arguments": "{}"}}]},
        {"role": "tool", "tool_call_id": "c0", "content": "a b"},
    ])
}

fn stream(chunks: &[(u64, Value)]) -> Value {
    let events: Vec<Value> = chunks
        .iter()
        .map(|(at_us, chunk)| match chunk {
            Value::String(text) => json!({"at_us": at_us, "text": text}),
            chunk => json!({"at_us": at_us, "json": chunk}),
        })
        .collect();
    json!({"status": 200, "http_version": "HTTP/2", "start_us": 50_000, "end_us": 500_000, "events": events})
}

fn chunk(delta: Value, finish_reason: Option<&str>) -> Value {
    json!({"id": "chat_1", "object": "chat.completion.chunk", "usage": null,
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish_reason}]})
}

fn tool_call(piece: Value) -> Value {
    chunk(json!({"tool_calls": [piece]}), None)
}

fn usage() -> Value {
    json!({"prompt_tokens": 1_000, "prompt_tokens_details": {"cached_tokens": 896},
        "completion_tokens": 33, "completion_tokens_details": {"reasoning_tokens": 20}})
}

/// Reasoning, and two calls whose arguments come in interleaved pieces.
fn tools_are_called() -> Value {
    let first = json!({"index": 0, "id": "c1", "type": "function", "function": {"name": "bash", "arguments": ""}});
    let second =
        json!({"index": 1, "id": "c2", "function": {"name": "read", "arguments": "{\"f\":1}"}});
    let more =
        |arguments: &str| tool_call(json!({"index": 0, "function": {"arguments": arguments}}));
    stream(&[
        (
            60_000,
            chunk(json!({"role": "assistant", "content": ""}), None),
        ),
        (101_000, chunk(json!({"reasoning_content": "hm"}), None)),
        (121_000, tool_call(first)),
        (141_000, more("{\"c\":")),
        (151_000, tool_call(second)),
        (231_000, more("\"ls\"}")),
        (240_000, chunk(json!({}), Some("tool_calls"))),
        (
            250_000,
            json!({"id": "chat_1", "choices": [], "usage": usage()}),
        ),
        (260_000, json!("[DONE]")),
    ])
}

#[test]
fn a_stream_gives_tokens_marks_and_tool_calls_that_came_in_pieces() {
    let call = call(tools_are_called());
    assert_eq!(
        (call.provider, call.model.as_str(), call.ending),
        (Provider::Openai, "m-chat", Ending::Completed)
    );
    let tokens = call.tokens.unwrap();
    assert_eq!((tokens.input, tokens.cached), (1_000, 896));
    assert_eq!((tokens.output, tokens.reasoning), (33, 20));
    // Sent at 1,000; the first chunk with anything in it at 101,000, the last of five at 231,000.
    assert_eq!(call.marks.ttft_us(), Some(100_000));
    assert_eq!(call.marks.streaming_us(), Some(130_000));
    assert_eq!(call.marks.output_events, 5);
    assert_eq!(call.marks.longest_gap_us, Some(80_000));
    assert_eq!(call.marks.total_us(), Some(499_000));
    let tools = call.tool_calls.iter();
    let tools: Vec<_> = tools
        .map(|tool| {
            let names = (tool.name.as_str(), tool.call_id.as_str());
            (names, tool.argument_bytes, tool.at_us.unwrap())
        })
        .collect();
    // {"c":"ls"} and {"f":1}.
    assert_eq!(
        tools,
        [(("bash", "c1"), 10, 231_000), (("read", "c2"), 7, 151_000)]
    );
    assert_eq!(call.ids.response.as_deref(), Some("chat_1"));
    assert_eq!(call.ids.thread.as_deref(), Some("thread-1"));
    assert_eq!(call.settings.effort.as_deref(), Some("low"));
    // The history has five items; the response is reasoning and two calls.
    assert_eq!((call.prompt.tools.len(), call.prompt.input.len()), (2, 5));
    assert_eq!(call.output.len(), 3);
}

#[test]
fn the_last_chunks_say_how_a_response_ended() {
    let said = |finish| (60_000, chunk(json!({"content": "a"}), finish));
    let done = (70_000, json!("[DONE]"));
    let error = json!({"error": {"code": 502, "message": "upstream", "type": "bad_gateway"}, "choices": []});
    for (chunks, ending) in [
        (vec![said(None)], Ending::Cut),
        (vec![said(None), done.clone()], Ending::Completed),
        (vec![said(Some("stop"))], Ending::Completed),
        (vec![said(Some("length")), done.clone()], Ending::Incomplete),
        (vec![said(Some("content_filter"))], Ending::Incomplete),
        (vec![said(None), (70_000, error)], Ending::Failed),
    ] {
        let call = call(stream(&chunks));
        assert_eq!(call.ending, ending, "{chunks:?}");
        assert_eq!(call.tokens, None, "there was no usage");
        let code = call.error.and_then(|fault| fault.code);
        let expected = (ending == Ending::Failed).then_some("bad_gateway");
        assert_eq!(code.as_deref(), expected);
    }
}

#[test]
fn a_body_in_one_piece_and_a_refusal_are_understood() {
    let body = json!({"id": "chat_2", "object": "chat.completion", "usage": usage(), "choices": [
        {"index": 1, "message": {"content": "another"}, "finish_reason": "length"},
        {"index": 0, "finish_reason": "tool_calls", "message": {"role": "assistant", "content": null,
            "tool_calls": [{"id": "c9", "type": "function",
                "function": {"name": "bash", "arguments": "{\"c\":1}"}}]}},
    ]});
    let whole = call(
        json!({"status": 200, "http_version": "HTTP/2", "start_us": 2_000, "end_us": 3_000,
        "body": {"json": body}}),
    );
    assert_eq!((whole.ending, whole.output.len()), (Ending::Completed, 1));
    assert_eq!(whole.tokens.map(|tokens| tokens.input), Some(1_000));
    assert_eq!(
        (whole.tool_calls[0].argument_bytes, whole.marks.ttft_us()),
        (7, None)
    );

    let refusal = call(
        json!({"status": 429, "http_version": "HTTP/2", "start_us": 2_000,
        "headers": [{"name": "retry-after", "value": "2"}],
        "body": {"json": {"error": {"type": "requests", "code": "rate_limit_exceeded", "message": "slow"}}}}),
    );
    assert_eq!(refusal.ending, Ending::Failed);
    let fault = refusal.error.unwrap();
    assert_eq!(fault.code.as_deref(), Some("rate_limit_exceeded"));
    assert_eq!(fault.retry_after_us, Some(2_000_000));
}

#[test]
fn a_tool_is_called_by_its_functions_name() {
    let line = exchange(1, 0, history(), stream(&[]));
    let input = std::io::Cursor::new(line);
    let scanned = Scan::default().read_from(input, "x".as_ref(), 0);
    let report = serde_json::to_value(scanned.unwrap().finish()).unwrap();
    let tools = report["prompt"]["tools"].as_array().unwrap();
    let names: Vec<_> = tools.iter().map(|tool| &tool["name"]).collect();
    assert_eq!(names, ["bash", "read"]);
}

#[test]
fn fields_of_another_type_are_read_as_missing() {
    let call = call(stream(&[
        (60_000, json!([])),
        (
            61_000,
            json!({"choices": {}, "usage": {"prompt_tokens": "7", "completion_tokens": 5}}),
        ),
        (
            62_000,
            json!({"choices": [7, {"delta": "x"}, {"delta": {"tool_calls": [3]}}]}),
        ),
    ]));
    let tokens = call.tokens.unwrap();
    assert_eq!((tokens.input, tokens.output), (0, 5));
    assert_eq!(call.ending, Ending::Cut);
}

/// The first response calls two tools; the second request has the history and their results.
#[test]
fn a_report_pairs_the_calls_with_their_results_and_sums_the_tokens() {
    let question = json!({"role": "user", "content": "list"});
    let assistant = json!({"role": "assistant", "content": "", "reasoning_content": "hm", "tool_calls": [
        {"id": "c1", "type": "function", "function": {"name": "bash", "arguments": "{\"c\":\"ls\"}"}},
        {"id": "c2", "type": "function", "function": {"name": "read", "arguments": "{\"f\":1}"}}]});
    let result = |id: &str| json!({"role": "tool", "tool_call_id": id, "content": "ok"});
    let second = json!([question, assistant, result("c1"), result("c2")]);
    let last = chunk(json!({"content": "Done."}), Some("stop"));
    let mut lines = exchange(1, 0, json!([question]), tools_are_called());
    lines += "\n";
    lines += &exchange(2, 1, second, stream(&[(60_000, last)]));
    let scan = Scan::default().read_from(std::io::Cursor::new(lines), "x".as_ref(), 0);
    let report = scan.unwrap().finish();

    let glance = report.glance.unwrap();
    assert_eq!((glance.model_requests, glance.tool_calls), (2, 2));
    assert_eq!((glance.tokens.input, glance.tokens.output), (1_000, 33));
    let purpose = Purpose::of("openrouter.example", "/api/v1/chat/completions", "");
    assert_eq!(purpose, Purpose::Model);
    let tools = report.model.unwrap().tools;
    assert!(tools.iter().all(|tool| tool.unanswered == 0), "{tools:?}");
    // Complete at 231,000 and at 151,000; the results went out at 1,000,000.
    let mut durations: Vec<u64> = tools
        .iter()
        .map(|tool| tool.duration_us.as_ref().unwrap().max)
        .collect();
    durations.sort_unstable();
    assert_eq!(durations, [769_000, 849_000]);
    let transcript = report.transcript.unwrap();
    let step = &transcript.threads[0].steps[1];
    // The question, the reasoning and both calls were known: only the results are new.
    assert_eq!((step.repeated, step.added.len()), (4, 2));
    assert_eq!(step.output[0].text.as_deref(), Some("Done."));
}
