//! OpenAI's Responses API as codex uses it, over a WebSocket and over server-sent events.
//!
//! On a WebSocket a request carries only new items and names the answer that
//! it builds on; what that answer knew is its [`PreviousResponse`].

mod answer;
mod events;
mod request;

pub(in crate::stand_in) use answer::{events, whole};
pub(in crate::stand_in) use request::{PreviousResponse, read};

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::answer::{events, output};
    use super::request::{PreviousResponse, read};
    use crate::stand_in::item::Item;
    use crate::stand_in::reply::Reply;
    use crate::stand_in::script::Script;
    use crate::stand_in::usage::Usage;

    fn answer(number: u64, body: &Value, previous: Option<&PreviousResponse>) -> Reply {
        let request = read(body, body.to_string().len(), previous);
        let item = Script::default().answer(&request);
        Reply {
            number,
            created_at: 1_795_400_000,
            usage: Usage::of(&request, &item),
            request,
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
    fn a_conversation_goes_from_prewarm_to_tool_to_answer_and_its_cache_grows() {
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

        let turn = answer(2, &first_turn(), Some(&PreviousResponse::after(&prewarm)));
        assert!(matches!(&turn.item, Item::Call(call) if call.name == "exec"));

        let output = json!({"input": [{"type": "custom_tool_call_output", "output": "hello"}]});
        let last = answer(3, &output, Some(&PreviousResponse::after(&turn)));
        assert!(matches!(last.item, Item::Message(_)));
        assert!(last.usage.cached > turn.usage.cached, "{:?}", last.usage);
    }

    #[test]
    fn the_whole_history_gives_the_same_answer_as_a_previous_response() {
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
