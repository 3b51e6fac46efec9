//! Google's `generateContent`, streamed and not, bare and in Code Assist's envelope.

use analyze::{Call, Ending, Exchange, Provider, Purpose, Scan};
use serde_json::{Value, json};

const PATH: &str = "/v1beta/models/gemini-x:streamGenerateContent";

fn request(contents: Value) -> Value {
    json!({
        "systemInstruction": {"parts": [{"text": "Be brief."}]},
        "tools": [{"functionDeclarations": [{"name": "run"}, {"name": "read"}]}, {"googleSearch": {}}],
        "contents": contents,
    })
}

fn exchange(second: u64, path: &str, request: Value, response: Value) -> String {
    let exchange = json!({
        "kind": "exchange", "format": 1, "id": second + 1, "connection": 1,
        "started_at": format!("2026-11-23T10:00:{second:02}Z"), "transport": "http",
        "request": {"method": "POST", "url": format!("https://google.example{path}?alt=sse"),
            "http_version": "HTTP/2", "body": {"json": request, "bytes": 700}, "end_us": 1_000},
        "response": response,
        "outcome": {"state": "complete"},
    });
    exchange.to_string()
}

fn call_of(line: String) -> Call {
    let call = Exchange::read(line.as_bytes(), Call::of).unwrap();
    call.expect("an exchange").expect("a call")
}

fn call(response: Value) -> Call {
    call_of(exchange(0, PATH, request(question()), response))
}

fn question() -> Value {
    json!([{"role": "user", "parts": [{"text": "list"}, {"text": "the files"}]}])
}

fn stream(chunks: &[(u64, Value)]) -> Value {
    let events: Vec<Value> = chunks
        .iter()
        .map(|(at_us, chunk)| json!({"at_us": at_us, "json": chunk}))
        .collect();
    json!({"status": 200, "http_version": "HTTP/2", "start_us": 50_000, "end_us": 500_000, "events": events})
}

fn body(json: Value) -> Value {
    json!({"status": 200, "http_version": "HTTP/2", "start_us": 2_000, "end_us": 3_000,
        "body": {"json": json}})
}

fn chunk(parts: Value, finish_reason: Option<&str>) -> Value {
    let mut candidate = json!({"index": 0, "content": {"role": "model", "parts": parts}});
    if let Some(reason) = finish_reason {
        candidate["finishReason"] = json!(reason);
    }
    json!({"candidates": [candidate], "responseId": "r1",
        "usageMetadata": {"promptTokenCount": 1_000, "cachedContentTokenCount": 900}})
}

fn run() -> Value {
    json!({"functionCall": {"name": "run", "args": {"c": "ls"}}})
}

/// A thought and a text in two pieces each, a call, and the usage at the end.
fn a_tool_is_called() -> Value {
    let mut last = chunk(json!([run()]), Some("STOP"));
    last["usageMetadata"] = json!({"promptTokenCount": 1_000, "toolUsePromptTokenCount": 50,
        "candidatesTokenCount": 13, "thoughtsTokenCount": 20, "totalTokenCount": 1_083});
    stream(&[
        (60_000, chunk(json!([{"text": ""}]), None)),
        (
            101_000,
            chunk(json!([{"text": "h", "thought": true}]), None),
        ),
        (
            121_000,
            chunk(
                json!([{"text": "m", "thought": true}, {"text": "Look"}]),
                None,
            ),
        ),
        (201_000, chunk(json!([{"text": "ing."}]), None)),
        (231_000, last),
    ])
}

#[test]
fn a_stream_gives_tokens_marks_and_the_tool_call() {
    let call = call(a_tool_is_called());
    assert_eq!(
        (call.provider, call.model.as_str(), call.ending),
        (Provider::Google, "gemini-x", Ending::Completed)
    );
    let tokens = call.tokens.unwrap();
    // 1,000 and 50; 13 and 20. The last chunk does not change the cached tokens.
    assert_eq!((tokens.input, tokens.cached), (1_050, 900));
    assert_eq!((tokens.output, tokens.reasoning), (33, 20));
    // Sent at 1,000; the first chunk with anything in it at 101,000, the last of four at 231,000.
    assert_eq!(call.marks.ttft_us(), Some(100_000));
    assert_eq!(call.marks.streaming_us(), Some(130_000));
    assert_eq!(call.marks.output_events, 4);
    assert_eq!(call.marks.longest_gap_us, Some(80_000));
    let tool = &call.tool_calls[0];
    // {"c":"ls"}
    assert_eq!((tool.name.as_str(), tool.argument_bytes), ("run", 10));
    assert_eq!(tool.at_us, Some(231_000));
    assert_eq!(call.ids.response.as_deref(), Some("r1"));
    // Two functions and a tool of Google's; two parts; a thought, a text, a call.
    assert_eq!((call.prompt.tools.len(), call.prompt.input.len()), (3, 2));
    assert!(call.prompt.instructions.is_some());
    assert_eq!(call.output.len(), 3);
}

#[test]
fn the_finish_reason_says_how_a_response_ended() {
    let said = |reason| chunk(json!([{"text": "a"}]), reason);
    let blocked = json!({"promptFeedback": {"blockReason": "SAFETY"}});
    let error = json!({"error": {"code": 503, "message": "busy", "status": "UNAVAILABLE"}});
    for (chunk, ending) in [
        (said(None), Ending::Cut),
        (said(Some("STOP")), Ending::Completed),
        (said(Some("MAX_TOKENS")), Ending::Incomplete),
        (blocked, Ending::Incomplete),
        (error, Ending::Failed),
    ] {
        let call = call(stream(&[(60_000, chunk.clone())]));
        assert_eq!(call.ending, ending, "{chunk}");
        let code = call.error.and_then(|fault| fault.code);
        let expected = (ending == Ending::Failed).then_some("UNAVAILABLE");
        assert_eq!(code.as_deref(), expected);
    }
}

#[test]
fn one_body_a_list_of_chunks_and_a_refusal_are_understood() {
    let whole = chunk(json!([{"text": "Hello"}]), Some("STOP"));
    let pieces = json!([
        chunk(json!([{"text": "Hel"}]), None),
        chunk(json!([{"text": "lo"}]), Some("STOP"))
    ]);
    let (whole, pieces) = (call(body(whole)), call(body(pieces)));
    assert_eq!(whole.ending, Ending::Completed);
    assert_eq!(whole.tokens.map(|tokens| tokens.input), Some(1_000));
    assert_eq!(whole.marks.ttft_us(), None);
    assert_eq!(
        (pieces.ending, pieces.output, pieces.tokens),
        (whole.ending, whole.output, whole.tokens)
    );

    let refusal = call(
        json!({"status": 429, "http_version": "HTTP/2", "start_us": 2_000, "body": {"json":
        {"error": {"code": 429, "message": "slow", "status": "RESOURCE_EXHAUSTED"}}}}),
    );
    assert_eq!(refusal.ending, Ending::Failed);
    let fault = refusal.error.unwrap();
    assert_eq!(
        (fault.status, fault.code.as_deref()),
        (Some(429), Some("RESOURCE_EXHAUSTED"))
    );
}

#[test]
fn an_envelope_changes_nothing_but_who_names_the_model() {
    let plain = call(a_tool_is_called());
    let mut inner = request(question());
    inner["session_id"] = json!("s1");
    let outer = json!({"model": "gemini-y", "project": "p", "request": inner});
    let mut answer = a_tool_is_called();
    for event in answer["events"].as_array_mut().unwrap() {
        event["json"] = json!({"response": event["json"]});
    }
    let path = "/v1internal:streamGenerateContent";
    let wrapped = call_of(exchange(0, path, outer, answer));
    assert_eq!(wrapped.model, "gemini-y");
    assert_eq!(wrapped.ids.thread.as_deref(), Some("s1"));
    let same = Call {
        model: plain.model.clone(),
        ids: plain.ids.clone(),
        ..wrapped
    };
    assert_eq!(same, plain);
}

#[test]
fn fields_of_another_type_are_read_as_missing() {
    let call = call(stream(&[
        (60_000, json!([])),
        (
            61_000,
            json!({"candidates": {}, "usageMetadata": {"promptTokenCount": "7", "candidatesTokenCount": 5}}),
        ),
        (
            62_000,
            json!({"candidates": [{"content": {"parts": [7, {"functionCall": 3}]}}]}),
        ),
    ]));
    let tokens = call.tokens.unwrap();
    assert_eq!((tokens.input, tokens.output), (0, 5));
    assert_eq!(call.ending, Ending::Cut);
}

/// The same tool twice, with the same result, and without ids.
#[test]
fn a_report_pairs_calls_without_ids_by_their_order() {
    let model = json!({"role": "model", "parts": [{"text": "hm", "thought": true}, {"text": "Looking."}, run()]});
    let result = json!({"role": "user", "parts": [
        {"functionResponse": {"name": "run", "response": {"output": "ok"}}}]});
    let again = json!({"role": "model", "parts": [run()]});
    let mut contents = question().as_array().unwrap().clone();
    let mut lines = Vec::new();
    lines.push(exchange(
        0,
        PATH,
        request(json!(contents)),
        a_tool_is_called(),
    ));
    contents.extend([model, result.clone()]);
    let called = stream(&[(100_000, chunk(json!([run()]), Some("STOP")))]);
    lines.push(exchange(1, PATH, request(json!(contents)), called));
    contents.extend([again, result]);
    let done = stream(&[(100_000, chunk(json!([{"text": "Done."}]), Some("STOP")))]);
    lines.push(exchange(3, PATH, request(json!(contents)), done));

    let input = std::io::Cursor::new(lines.join("\n"));
    let scan = Scan::default().read_from(input, "x".as_ref(), 0);
    let report = scan.unwrap().finish();
    let glance = report.glance.unwrap();
    assert_eq!((glance.model_requests, glance.tool_calls), (3, 2));
    // 1,050 and twice 1,000 tokens; 900 each from the cache.
    assert_eq!((glance.tokens.input, glance.tokens.cached), (3_050, 2_700));
    let tools = report.model.unwrap().tools;
    assert_eq!((tools[0].calls, tools[0].unanswered), (2, 0));
    // Called at 0.231 s and at 1.1 s; the results went out at 1 s and at 3 s.
    let durations = tools[0].duration_us.as_ref().unwrap();
    assert_eq!((durations.min, durations.max), (769_000, 1_900_000));
    let transcript = report.transcript.unwrap();
    let step = &transcript.threads[0].steps[1];
    // Two parts of the question, thought, text and call were known.
    assert_eq!((step.repeated, step.added.len()), (5, 1));
    assert_eq!(step.added[0].text.as_deref(), Some("ok"));
    assert_eq!(Purpose::of("google.example", PATH, ""), Purpose::Model);
}
