//! The requests of the demo agent, in codex's form.

use serde_json::{Value, json};

use super::events::ExecCall;

/// The requested model, named for what it is.
pub(super) const MODEL: &str = "demo-model";

/// Opens the conversation; generates nothing.
pub(super) fn prewarm(thread: &str) -> Value {
    let mut request = create(thread, &[]);
    request["generate"] = json!(false);
    request
}

/// The user's turn: the tools, the instructions, the prompt.
pub(super) fn turn(thread: &str, previous: &str, prompt: &str) -> Value {
    let mut request = create(
        thread,
        &[
            tools(),
            message("developer", INSTRUCTIONS),
            message("user", prompt),
        ],
    );
    request["previous_response_id"] = json!(previous);
    request
}

/// The output of the tool alone: the server knows the rest.
pub(super) fn tool_result(thread: &str, previous: &str, call: &ExecCall, output: &str) -> Value {
    let item = json!({
        "type": "custom_tool_call_output",
        "call_id": call.id,
        "output": [{"type": "input_text", "text": output}],
    });
    let mut request = create(thread, &[item]);
    request["previous_response_id"] = json!(previous);
    request
}

/// Requests a title as structured output; sent over HTTP.
pub(super) fn title(thread: &str, prompt: &str) -> Value {
    let asked = format!("Generate a concise, single-line title for: {prompt}");
    let mut request = create(thread, &[message("user", &asked)]);
    request["text"] = json!({"format": {
        "type": "json_schema",
        "name": "title",
        "strict": true,
        "schema": {
            "type": "object",
            "properties": {"title": {"type": "string", "minLength": 1, "maxLength": 36}},
            "required": ["title"],
            "additionalProperties": false,
        },
    }});
    if let Some(fields) = request.as_object_mut() {
        // Only messages on the WebSocket have a type; bodies over HTTP have none.
        fields.remove("type");
    }
    request
}

/// Metrics in OpenTelemetry's JSON form.
pub(super) fn metrics(turns: u64) -> Value {
    let point = json!({"asInt": turns.to_string(), "attributes": []});
    let sum = json!({"dataPoints": [point], "aggregationTemporality": 1, "isMonotonic": true});
    json!({"resourceMetrics": [{
        "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "codex-dissect-demo"}}]},
        "scopeMetrics": [{"scope": {"name": "demo"}, "metrics": [{"name": "demo.turns", "sum": sum}]}],
    }]})
}

fn create(thread: &str, input: &[Value]) -> Value {
    json!({
        "type": "response.create",
        "model": MODEL,
        "stream": true,
        "input": input,
        "tool_choice": "auto",
        "parallel_tool_calls": false,
        "reasoning": {"effort": "low"},
        "store": false,
        "include": ["reasoning.encrypted_content"],
        "prompt_cache_key": thread,
        "text": {"verbosity": "low"},
        "client_metadata": {"session_id": thread, "thread_id": thread},
    })
}

fn message(role: &str, text: &str) -> Value {
    json!({"type": "message", "role": role, "content": [{"type": "input_text", "text": text}]})
}

/// As in codex, the tools are the first item of the conversation.
fn tools() -> Value {
    json!({
        "type": "additional_tools",
        "role": "developer",
        "tools": [{
            "type": "namespace",
            "name": "functions",
            "description": "",
            "tools": [{
                "type": "custom",
                "name": "exec",
                "description": "Runs JavaScript that may call tools.exec_command({cmd}). This demo runs `echo` alone.",
            }],
        }],
    })
}

const INSTRUCTIONS: &str = "You are the demo agent of codex-dissect, a small program that talks \
    to its model like codex does, so that one can see what such a conversation looks like on the \
    wire. You have one tool. Use it when asked to run a command, report what it said, and keep \
    your answers to a sentence. Nothing that you do changes anything on this machine.";
