//! OpenAI's Chat Completions, which many other providers speak too: one POST,
//! answered by server-sent events or by one body.
//!
//! A streamed answer brings even a tool call's arguments in pieces, told apart
//! by an index; here they are put together again.

mod answer;
mod prompt;

use capture::record::Exchange;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::json::{name, read};
use super::{Decoded, Item, Part, Tool};
use crate::call::{Call, Ids, Kind, Prompt, Provider, Settings};

/// Reads one exchange with a path of Chat Completions.
pub(super) fn decode(exchange: &Exchange) -> Option<Decoded<'_>> {
    let body = exchange.request.body.as_ref()?;
    if exchange.request.method != "POST" {
        return None;
    }
    let json = body.json.as_ref();
    let request: Request<'_> = json.and_then(|json| read(json.get())).unwrap_or_default();
    let tools = prompt::tools(request.tools);
    let input = prompt::items(request.messages);
    let answer = answer::read(exchange);
    Some(Decoded {
        call: Call {
            provider: Provider::Openai,
            model: name(request.model).unwrap_or_default(),
            kind: Kind::Turn,
            ending: answer.ending,
            tokens: answer.tokens,
            marks: answer.marks,
            tool_calls: answer.tool_calls,
            ids: Ids {
                thread: name(request.prompt_cache_key),
                response: answer.id,
                ..Ids::default()
            },
            settings: Settings {
                effort: name(request.reasoning_effort),
                ..Settings::default()
            },
            prompt: Prompt {
                tools: tools.iter().map(|tool| tool.digest).collect(),
                instructions: None,
                input: input.iter().map(|item| item.digest).collect(),
                bytes: body.bytes,
            },
            output: answer.items.iter().map(|item| item.digest).collect(),
            error: answer.error,
        },
        tools,
        items: input.into_iter().chain(answer.items).collect(),
        gaps_us: answer.gaps_us,
    })
}

/// The fields of a request that a report needs.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Request<'a> {
    #[serde(borrow)]
    model: Option<&'a RawValue>,
    #[serde(borrow)]
    messages: Option<&'a RawValue>,
    #[serde(borrow)]
    tools: Option<&'a RawValue>,
    #[serde(borrow)]
    prompt_cache_key: Option<&'a RawValue>,
    #[serde(borrow)]
    reasoning_effort: Option<&'a RawValue>,
}

/// A message, or what a chunk adds to one.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Message<'a> {
    #[serde(borrow)]
    role: Option<&'a RawValue>,
    #[serde(borrow)]
    content: Option<&'a RawValue>,
    #[serde(borrow)]
    refusal: Option<&'a RawValue>,
    /// The field has two names, each with its providers; OpenAI's own has neither.
    #[serde(borrow)]
    reasoning_content: Option<&'a RawValue>,
    #[serde(borrow)]
    reasoning: Option<&'a RawValue>,
    #[serde(borrow)]
    tool_calls: Option<&'a RawValue>,
    /// Of a tool's result: the call that it answers.
    #[serde(borrow)]
    tool_call_id: Option<&'a RawValue>,
}

/// A tool call, or a piece of one.
#[derive(Default, Deserialize)]
#[serde(default)]
struct CallHead<'a> {
    #[serde(borrow)]
    index: Option<&'a RawValue>,
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    function: Option<&'a RawValue>,
}

/// A function: as it is offered, or as it is called.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Function<'a> {
    #[serde(borrow)]
    name: Option<&'a RawValue>,
    #[serde(borrow)]
    arguments: Option<&'a RawValue>,
}

impl<'a> Message<'a> {
    fn thought(&self) -> Option<&'a RawValue> {
        self.reasoning_content.or(self.reasoning)
    }
}

impl<'a> CallHead<'a> {
    fn function(&self) -> Function<'a> {
        let function = self.function.and_then(|function| read(function.get()));
        function.unwrap_or_default()
    }
}
