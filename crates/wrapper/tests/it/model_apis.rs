//! The stand-in's answers in each model API, asked with curl as any agent would.

use std::fs;

use serde_json::{Value, json};

use crate::wrap::{Machine, stderr, stdout};

/// What the stand-in answers to `body`.
fn answered(url: &str, body: &Value) -> String {
    let machine = Machine::new();
    let file = machine.home().join("body.json");
    fs::write(&file, body.to_string()).unwrap();
    let data = format!("@{}", file.display());
    let json = "content-type: application/json";
    let output = machine.run([
        "--offline",
        "--no-report",
        "curl",
        "-sS",
        "-H",
        json,
        "--data-binary",
        &data,
        url,
    ]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    stdout(&output)
}

/// The events of an answer that is streamed.
fn events(url: &str, body: &Value) -> Vec<Value> {
    let text = answered(url, body);
    let data = text.lines().filter_map(|line| line.strip_prefix("data: "));
    let data = data.filter(|data| *data != "[DONE]");
    data.map(|data| serde_json::from_str(data).unwrap())
        .collect()
}

/// About four bytes a token.
fn tokens(body: &Value) -> usize {
    body.to_string().len().div_ceil(4)
}

const CHAT: &str = "https://api.openai.com/v1/chat/completions";
const MESSAGES: &str = "https://api.anthropic.com/v1/messages";
const GEMINI: &str = "https://generativelanguage.googleapis.com/v1beta/models/gemini-9";

#[test]
fn a_chat_ends_with_its_reason_and_what_it_took() {
    let hello = json!([{"role": "user", "content": "hello"}]);
    let shell = json!([{"type": "function", "function": {"name": "bash"}}]);
    // The script runs a command first; without a shell there is but its text.
    for (tools, reason) in [(json!([]), "stop"), (shell, "tool_calls")] {
        let body = json!({"model": "m", "stream": true, "messages": hello, "tools": tools});
        let chunks = events(CHAT, &body);
        let [.., end, last] = chunks.as_slice() else {
            panic!("{chunks:?}")
        };
        assert_eq!(end["choices"][0]["finish_reason"], reason);
        assert_eq!(last["usage"]["prompt_tokens"], tokens(&body));
        let mut body = body;
        body["stream"] = json!(false);
        let whole: Value = serde_json::from_str(&answered(CHAT, &body)).unwrap();
        assert_eq!(whole["choices"][0]["finish_reason"], reason);
        assert_eq!(whole["usage"]["prompt_tokens"], tokens(&body));
        assert_eq!(whole["model"], "m");
    }
}

#[test]
fn gemini_is_the_model_that_the_path_names() {
    let body = json!({"contents": [{"role": "user", "parts": [{"text": "hello"}]}]});
    let url = format!("{GEMINI}:generateContent");
    let whole: Value = serde_json::from_str(&answered(&url, &body)).unwrap();
    assert_eq!(whole["modelVersion"], "gemini-9");
    assert_eq!(whole["candidates"][0]["finishReason"], "STOP");
    assert_eq!(whole["usageMetadata"]["promptTokenCount"], tokens(&body));
    let url = format!("{GEMINI}:streamGenerateContent?alt=sse");
    let chunks = events(&url, &body);
    let ends = chunks
        .iter()
        .map(|chunk| chunk["candidates"][0].get("finishReason").is_some());
    let ends: Vec<bool> = ends.collect();
    assert_eq!(ends.iter().position(|ends| *ends), Some(ends.len() - 1));
}

#[test]
fn what_was_sent_before_the_last_answer_is_cached() {
    let message = |role: &str, text: &str| json!({"role": role, "content": text});
    let fresh = [
        message("assistant", &"a".repeat(2000)),
        message("user", "b"),
    ];
    let mut messages = vec![message("user", &"u".repeat(5000))];
    messages.extend(fresh.clone());
    let shell = json!([{"type": "function", "function": {"name": "bash"}}]);
    let body = json!({"model": "m", "messages": messages, "tools": shell});
    let whole: Value = serde_json::from_str(&answered(CHAT, &body)).unwrap();
    let bytes: usize = fresh.iter().map(|message| message.to_string().len()).sum();
    // In blocks of 128 tokens.
    let cached = (body.to_string().len() - bytes).div_ceil(4) / 128 * 128;
    let usage = &whole["usage"];
    assert_eq!(usage["prompt_tokens_details"]["cached_tokens"], cached);
    // After one answer comes the script's second step.
    assert_eq!(whole["choices"][0]["finish_reason"], "stop");
}

#[test]
fn a_call_takes_as_many_tokens_as_its_name_and_arguments() {
    let shell = json!([{"type": "function", "function": {"name": "bash"}}]);
    let body = json!({"model": "m", "messages": [], "tools": shell});
    let whole: Value = serde_json::from_str(&answered(CHAT, &body)).unwrap();
    let call = &whole["choices"][0]["message"]["tool_calls"][0]["function"];
    let arguments = call["arguments"].as_str().unwrap();
    let reasoning = 64;
    let tokens = ("bash".len() + arguments.len()).div_ceil(4) + reasoning;
    assert_eq!(whole["usage"]["completion_tokens"], tokens);
}

#[test]
fn a_message_of_the_model_is_an_answer_in_the_responses_api() {
    let message = |role: &str| json!({"type": "message", "role": role, "content": []});
    let url = "https://api.openai.com/v1/responses";
    for (input, kind) in [
        (json!([message("user")]), "function_call"),
        (
            json!([message("user"), message("assistant"), message("user")]),
            "message",
        ),
    ] {
        let body = json!({"model": "m", "input": input, "tools": [{"name": "shell_command"}]});
        let whole: Value = serde_json::from_str(&answered(url, &body)).unwrap();
        let output = whole["output"].as_array().unwrap();
        assert_eq!(output.last().unwrap()["type"], kind, "{whole}");
    }
}

#[test]
fn the_mcp_server_answers_a_ping_and_refuses_what_it_does_not_know() {
    let url = "https://chatgpt.com/backend-api/ps/mcp";
    for (method, member) in [
        ("ping", "result"),
        ("tools/list", "result"),
        ("other", "error"),
    ] {
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": method});
        let whole: Value = serde_json::from_str(&answered(url, &body)).unwrap();
        assert!(whole.get(member).is_some(), "{whole}");
    }
}

#[test]
fn a_block_of_messages_begins_empty_and_is_filled() {
    let hello = json!([{"role": "user", "content": "hello"}]);
    let shell = json!([{"name": "Bash"}]);
    for (tools, key, empty, delta) in [
        (json!([]), "text", json!(""), "text"),
        (shell, "input", json!({}), "partial_json"),
    ] {
        let body = json!({"model": "m", "stream": true, "messages": hello, "tools": tools});
        let events = events(MESSAGES, &body);
        let kind = |kind: &'static str| events.iter().filter(move |event| event["type"] == kind);
        let block = &kind("content_block_start").next().unwrap()["content_block"];
        assert_eq!(block[key], empty);
        let deltas =
            kind("content_block_delta").map(|event| event["delta"][delta].as_str().unwrap());
        let filled: String = deltas.collect();
        assert!(filled.contains("codex-dissect"), "{filled}");
        let usage = &kind("message_start").next().unwrap()["message"]["usage"];
        assert_eq!(usage["input_tokens"], tokens(&body));
    }
}

#[test]
fn what_is_asked_for_by_a_schema_fits_it() {
    let mut deep = json!({"type": "string"});
    for _ in 0..30 {
        deep = json!({"type": "object", "properties": {"in": deep}, "required": ["in"]});
    }
    let list =
        |least: u64| json!({"type": "array", "minItems": least, "items": {"type": "boolean"}});
    let schema = json!({
        "type": "object",
        "properties": {"none": list(0), "one": list(1), "deep": deep},
        "required": ["none", "one", "deep"],
    });
    let body = json!({"model": "m", "messages": [],
        "output_config": {"format": {"type": "json_schema", "schema": schema}}});
    let whole: Value = serde_json::from_str(&answered(MESSAGES, &body)).unwrap();
    let text = whole["content"][0]["text"].as_str().unwrap();
    let mut made: Value = serde_json::from_str(text).unwrap();
    let gemini = json!({"contents": [], "generationConfig": {"responseJsonSchema": schema}});
    let url = format!("{GEMINI}:generateContent");
    let whole: Value = serde_json::from_str(&answered(&url, &gemini)).unwrap();
    let parts = whole["candidates"][0]["content"]["parts"]
        .as_array()
        .unwrap();
    let text: String = parts
        .iter()
        .map(|part| part["text"].as_str().unwrap())
        .collect();
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), made);
    assert_eq!(made["none"], json!([]));
    assert_eq!(made["one"], json!([false]));
    // Sixteen levels below the root there is no more.
    let mut levels = 0;
    made = made["deep"].take();
    while made.is_object() {
        made = made["in"].take();
        levels += 1;
    }
    assert_eq!((levels, made), (16, Value::Null));
}

#[test]
fn the_log_says_what_the_agent_offered_in_its_handshake() {
    let machine = Machine::new();
    let log = machine.home().join("log.jsonl");
    let output = machine.run([
        "--stand-in-log",
        log.to_str().unwrap(),
        "--no-report",
        "curl",
        "-sS",
        "https://api.openai.com/v1/models",
    ]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = fs::read_to_string(log).unwrap();
    let entry: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    let hello = entry["hello"].as_str().unwrap();
    assert!(
        hello.starts_with("ciphers [TLS") && hello.contains("alpn [\"h"),
        "{hello}"
    );
}
