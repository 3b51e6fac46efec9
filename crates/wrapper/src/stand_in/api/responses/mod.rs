//! OpenAI's Responses API as codex uses it, over a WebSocket and over server-sent events.
//!
//! On a WebSocket a request carries new items alone and names the answer that
//! it builds on; what that answer knew is its [`Chain`].

mod events;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use self::events::Writer;
use super::Event;
use crate::stand_in::model_request::{Ask, Intent, earlier_answers, list, text};
use crate::stand_in::reply::{Call, Input, Item, Reply};
use crate::stand_in::shell::Shell;

/// What an answer leaves to the request that builds on it.
#[derive(Debug, Clone)]
pub(in crate::stand_in) struct Chain {
    /// The id of the answer.
    pub(in crate::stand_in) id: String,
    steps: usize,
    shell: Option<Shell>,
    bytes: usize,
}

impl Chain {
    /// What `reply` leaves to the next request.
    pub(in crate::stand_in) fn after(reply: &Reply) -> Self {
        let counts = matches!(reply.item, Item::Message(_) | Item::Call(_));
        Self {
            id: id(reply),
            steps: reply.ask.steps + usize::from(counts),
            shell: reply.ask.shell,
            bytes: reply.ask.input_bytes + reply.item.bytes(),
        }
    }
}

/// What the request asks for, given the answer that it builds on.
pub(in crate::stand_in) fn read(body: &Value, bytes: usize, chain: Option<&Chain>) -> Ask {
    let input = list(body, "input");
    let earlier = earlier_answers(input, is_answer);
    let compacted = input.iter().rev().find_map(compacted_steps);
    let offered = offered_tools(list(body, "tools")).chain(input.iter().flat_map(|item| {
        // codex puts its tools into the conversation, as its first item.
        offered_tools(list(item, "tools"))
    }));
    let known = chain.map_or(0, |chain| chain.bytes);
    Ask {
        model: text(body, "model").to_owned(),
        intent: intent(body, input),
        steps: chain.map_or(0, |chain| chain.steps) + compacted.unwrap_or(0) + earlier.count,
        shell: Shell::among(offered).or_else(|| chain?.shell),
        schema: body.pointer("/text/format/schema").cloned(),
        input_bytes: known + bytes,
        cached_bytes: known + earlier.cached_bytes(bytes),
    }
}

fn intent(body: &Value, input: &[Value]) -> Intent {
    if body["generate"] == false {
        return Intent::Prewarm;
    }
    match input.last().map(|item| text(item, "type")) {
        Some("compaction_trigger") => Intent::Compact,
        _ => Intent::Answer,
    }
}

fn is_answer(item: &Value) -> bool {
    match text(item, "type") {
        "function_call" | "custom_tool_call" | "local_shell_call" => true,
        "message" => text(item, "role") == "assistant",
        _ => false,
    }
}

/// The names of the tools, those inside a namespace too.
fn offered_tools(tools: &[Value]) -> impl Iterator<Item = &str> {
    tools.iter().flat_map(|tool| {
        let inner = list(tool, "tools").iter().map(|tool| text(tool, "name"));
        std::iter::once(text(tool, "name")).chain(inner)
    })
}

/// How far the script had come when this item was made; it comes back unchanged.
fn compacted_steps(item: &Value) -> Option<usize> {
    let sealed = STANDARD.decode(text(item, "encrypted_content")).ok()?;
    let state: Value = serde_json::from_slice(&sealed).ok()?;
    let steps = usize::try_from(state.get("steps")?.as_u64()?).ok()?;
    Some(steps.min(MAX_STEPS))
}

/// The answer as a stream of events.
pub(super) fn events(reply: &Reply) -> Vec<Event> {
    let mut writer = Writer::default();
    writer.push(
        "response.created",
        json!({"response": response(reply, "in_progress")}),
    );
    if reply.item != Item::Nothing {
        writer.push(
            "response.in_progress",
            json!({"response": response(reply, "in_progress")}),
        );
        for (index, item) in output(reply).into_iter().enumerate() {
            writer.item(index, &item);
        }
    }
    writer.push("response.completed", json!({"response": whole(reply)}));
    writer.finish()
}

/// The answer in one piece.
pub(super) fn whole(reply: &Reply) -> Value {
    let mut whole = response(reply, "completed");
    whole["output"] = Value::from(output(reply));
    whole["usage"] = json!({
        "input_tokens": reply.usage.input,
        "input_tokens_details": {"cached_tokens": reply.usage.cached},
        "output_tokens": reply.usage.output,
        "output_tokens_details": {"reasoning_tokens": reply.usage.reasoning},
        "total_tokens": reply.usage.total(),
    });
    whole
}

fn id(reply: &Reply) -> String {
    format!("resp_standin_{:06}", reply.number)
}

fn response(reply: &Reply, status: &str) -> Value {
    json!({
        "id": id(reply),
        "object": "response",
        "created_at": reply.created_at,
        "model": reply.ask.model,
        "status": status,
        "output": [],
    })
}

/// The finished items: the thought, and what came of it.
fn output(reply: &Reply) -> Vec<Value> {
    let number = reply.number;
    let item = match &reply.item {
        Item::Nothing => return Vec::new(),
        Item::Message(text) => json!({
            "type": "message",
            "id": format!("msg_standin_{number:06}"),
            "role": "assistant",
            "status": "completed",
            "content": [{"type": "output_text", "text": text, "annotations": []}],
        }),
        Item::Call(call) => call_item(call, number),
        Item::Compaction { steps } => {
            return vec![json!({
                "type": "compaction",
                "id": format!("cmp_standin_{number:06}"),
                "encrypted_content": seal(&json!({"steps": steps})),
            })];
        }
    };
    let thought = json!({
        "type": "reasoning",
        "id": format!("rs_standin_{number:06}"),
        "summary": [{"type": "summary_text", "text": THOUGHT}],
        "encrypted_content": seal(&json!({"thought": THOUGHT})),
    });
    vec![thought, item]
}

fn call_item(call: &Call, number: u64) -> Value {
    let (kind, prefix, field) = match call.input {
        Input::Text(_) => ("custom_tool_call", "ctc", "input"),
        Input::Arguments(_) => ("function_call", "fc", "arguments"),
    };
    let mut item = json!({
        "type": kind,
        "id": format!("{prefix}_standin_{number:06}"),
        "call_id": format!("call_standin_{number:06}"),
        "name": call.name,
        "status": "completed",
    });
    item[field] = Value::from(call.input.as_text());
    item
}

/// Opaque to the agent, as what the real API encrypts is.
fn seal(state: &Value) -> String {
    STANDARD.encode(state.to_string())
}

/// What the reasoning comes to.
const THOUGHT: &str = "Taking the next step of the script";

/// Bounds what a forged compaction item could make us count.
const MAX_STEPS: usize = 1_000_000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stand_in::script::Script;
    use crate::stand_in::usage::Usage;

    fn answer(number: u64, body: &Value, chain: Option<&Chain>) -> Reply {
        let ask = read(body, body.to_string().len(), chain);
        let item = Script::default().answer(&ask);
        Reply {
            number,
            created_at: 1_795_400_000,
            usage: Usage::of(&ask, &item),
            ask,
            item,
        }
    }

    fn first_turn() -> Value {
        json!({
            "model": "m",
            "input": [
                {"type": "additional_tools", "tools": [{"type": "namespace", "name": "functions", "tools": [{"type": "custom", "name": "exec"}]}]},
                {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "hi ".repeat(400)}]},
            ],
        })
    }

    #[test]
    fn a_chain_goes_from_prewarm_over_tool_to_answer_and_its_cache_grows() {
        let prewarm = answer(
            1,
            &json!({"model": "m", "input": [], "generate": false}),
            None,
        );
        assert_eq!(prewarm.item, Item::Nothing);
        let kinds: Vec<_> = events(&prewarm)
            .into_iter()
            .map(|event| event.name)
            .collect();
        assert_eq!(
            kinds,
            [
                Some("response.created".to_owned()),
                Some("response.completed".to_owned())
            ]
        );

        let turn = answer(2, &first_turn(), Some(&Chain::after(&prewarm)));
        assert!(matches!(&turn.item, Item::Call(call) if call.name == "exec"));

        let output = json!({"input": [{"type": "custom_tool_call_output", "output": "hello"}]});
        let last = answer(3, &output, Some(&Chain::after(&turn)));
        assert!(matches!(last.item, Item::Message(_)));
        assert!(last.usage.cached > turn.usage.cached, "{:?}", last.usage);
    }

    #[test]
    fn the_whole_history_gives_the_same_answer_as_a_chain() {
        let mut body = first_turn();
        let first = answer(1, &body, None);
        assert_eq!(first.usage.cached, 0);
        let input = body["input"].as_array_mut().unwrap();
        input.extend(output(&first));
        input.push(json!({"type": "custom_tool_call_output", "output": "hello"}));
        let second = answer(2, &body, None);
        assert!(matches!(second.item, Item::Message(_)));
        assert!(second.usage.cached > 0);
    }

    #[test]
    fn a_compaction_remembers_where_the_script_was() {
        let mut body = first_turn();
        let input = body["input"].as_array_mut().unwrap();
        input.push(json!({"type": "custom_tool_call", "name": "exec"}));
        input.push(json!({"type": "compaction_trigger"}));
        let compaction = answer(1, &body, None);
        assert_eq!(compaction.item, Item::Compaction { steps: 1 });
        assert_eq!(output(&compaction).len(), 1);

        let after = answer(2, &json!({"input": output(&compaction)}), None);
        assert!(matches!(after.item, Item::Message(_)), "{:?}", after.item);
    }

    #[test]
    fn the_deltas_of_an_answer_make_its_text() {
        let reply = answer(1, &json!({"input": []}), None);
        let Item::Message(said) = &reply.item else {
            panic!("without a shell the answer is a message")
        };
        let events = events(&reply);
        let mut deltas = String::new();
        for (at, event) in events.iter().enumerate() {
            let data: Value = serde_json::from_str(&event.data).unwrap();
            assert_eq!(data["sequence_number"], at);
            assert_eq!(data["type"], event.name.as_deref().unwrap());
            if data["type"] == "response.output_text.delta" {
                deltas += data["delta"].as_str().unwrap();
            }
        }
        assert_eq!(&deltas, said);
    }
}
