//! Builds recordings by hand, for tests of the reports on them.

use analyze::{Report, Scan};
use serde_json::{Value, json};

/// A recording of the Responses API, line by line.
#[derive(Default)]
pub(crate) struct Recording {
    lines: Vec<Value>,
}

/// One request to a model over HTTP, with the fields that tests vary.
pub(crate) struct Request {
    /// When it begins, in milliseconds from the recording's start.
    pub(crate) start_ms: u64,
    /// From the end of the request to the first output, in milliseconds.
    pub(crate) ttft_ms: u64,
    /// The items of its input.
    pub(crate) input: Vec<Value>,
    /// The other members of the body.
    pub(crate) settings: Value,
    /// The items of the model's output.
    pub(crate) output: Vec<Value>,
    /// Input, cached and output tokens.
    pub(crate) tokens: (u64, u64, u64),
}

impl Default for Request {
    fn default() -> Self {
        Self {
            start_ms: 0,
            ttft_ms: 100,
            input: vec![message("user", "hello")],
            settings: json!({}),
            output: vec![message("assistant", "hi")],
            tokens: (100, 0, 10),
        }
    }
}

/// A message item.
pub(crate) fn message(role: &str, text: &str) -> Value {
    let kind = if role == "assistant" {
        "output_text"
    } else {
        "input_text"
    };
    json!({"type": "message", "role": role, "content": [{"type": kind, "text": text}]})
}

impl Recording {
    /// Adds a request to a model; its response ends 50 ms after its first output.
    pub(crate) fn call(&mut self, request: Request) -> &mut Self {
        let id = self.lines.len() as u64 + 1;
        let mut body = json!({
            "model": "m", "stream": true,
            "client_metadata": {"thread_id": "t", "turn_id": "u"},
            "input": request.input,
        });
        for (key, value) in request.settings.as_object().into_iter().flatten() {
            body[key] = value.clone();
        }
        let first = 1_000 + request.ttft_ms * 1000;
        let (input, cached, output) = request.tokens;
        let usage = json!({
            "input_tokens": input, "input_tokens_details": {"cached_tokens": cached},
            "output_tokens": output, "output_tokens_details": {"reasoning_tokens": 0},
        });
        let response = json!({"id": format!("resp_{id}"), "status": "completed",
            "output": request.output, "usage": usage});
        let events = json!([
            event(
                first - 500,
                json!({"type": "response.created", "response": {"id": format!("resp_{id}")}})
            ),
            event(
                first,
                json!({"type": "response.output_text.delta", "delta": "h"})
            ),
            event(
                first + 50_000,
                json!({"type": "response.completed", "response": response})
            ),
        ]);
        let bytes = body.to_string().len();
        self.lines.push(json!({
            "kind": "exchange", "format": 1, "id": id, "connection": 1, "transport": "http",
            "started_at": at(request.start_ms),
            "request": {
                "method": "POST", "url": "https://api.openai.com/v1/responses", "http_version": "HTTP/2",
                "headers": [{"name": "user-agent", "value": "codex_exec/0.169.0"}],
                "body": {"json": body, "bytes": bytes, "wire_bytes": bytes}, "end_us": 1_000
            },
            "response": {
                "status": 200, "http_version": "HTTP/2",
                "headers": [{"name": "content-type", "value": "text/event-stream"}],
                "body": {"bytes": 900, "wire_bytes": 900}, "events": events,
                "start_us": first - 1_000, "end_us": first + 50_000
            },
            "outcome": {"state": "complete"}
        }));
        self
    }

    /// Adds a plain exchange that gets `status` after 20 ms.
    pub(crate) fn plain(&mut self, method: &str, url: &str, status: u16) -> &mut Self {
        let id = self.lines.len() as u64 + 1;
        self.lines.push(json!({
            "kind": "exchange", "format": 1, "id": id, "connection": 1, "transport": "http",
            "started_at": at(0),
            "request": {"method": method, "url": url, "http_version": "HTTP/1.1", "headers": [], "end_us": 100},
            "response": {"status": status, "http_version": "HTTP/1.1", "headers": [],
                "body": {"text": "{}", "bytes": 2, "wire_bytes": 2}, "start_us": 20_000, "end_us": 20_000},
            "outcome": {"state": "complete"}
        }));
        self
    }

    /// Adds a line unchanged.
    pub(crate) fn line(&mut self, line: Value) -> &mut Self {
        self.lines.push(line);
        self
    }

    /// The recording's text.
    pub(crate) fn text(&self) -> String {
        self.lines.iter().map(|line| format!("{line}\n")).collect()
    }

    /// The report on it.
    pub(crate) fn report(&self) -> Report {
        let text = self.text();
        let input = std::io::Cursor::new(text);
        let scanned = Scan::default()
            .strict(true)
            .read_from(input, "test.jsonl".as_ref(), 0);
        scanned.expect("each line is a record").finish()
    }
}

fn event(at_us: u64, json: Value) -> Value {
    let bytes = json.to_string().len();
    json!({"at_us": at_us, "event": json["type"], "json": json, "bytes": bytes})
}

fn at(ms: u64) -> String {
    format!(
        "2026-11-23T02:{:02}:{:02}.{:03}000Z",
        30 + ms / 60_000,
        ms / 1000 % 60,
        ms % 1000
    )
}
