//! OpenAI's Chat Completions, which many other providers speak too: one POST,
//! answered by server-sent events or by one body.
//!
//! A streamed answer brings even a tool call's arguments in pieces, told apart
//! by an index; here they are put together again.

mod answer;
mod prompt;

use crate::line::exchange::Exchange;

use super::json::{fields, name};
use super::{Decoded, Item, Part};
use crate::call::{Call, Ids, Kind, Prompt, Provider, Settings};
use crate::json::Json;

/// Reads one exchange with a path of Chat Completions.
pub(super) fn decode<'a>(exchange: &Exchange<'a>) -> Option<Decoded<'a>> {
    let body = exchange.request.body.as_ref()?;
    if exchange.request.method != "POST" {
        return None;
    }
    let request = body.json.map(Request::of).unwrap_or_default();
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
                bytes: body.bytes,
                ..Prompt::default()
            },
            output: Vec::new(),
            error: answer.error,
        },
        tools: prompt::tools(request.tools),
        instructions: None,
        input: prompt::items(request.messages),
        output: answer.items,
        gaps_us: answer.gaps_us,
    })
}

fields! {
    /// The fields of a request that a report needs.
    struct Request {
        model: "model",
        messages: "messages",
        tools: "tools",
        prompt_cache_key: "prompt_cache_key",
        reasoning_effort: "reasoning_effort",
    }
}

fields! {
    /// A message, or what a chunk adds to one.
    struct Message {
        role: "role",
        content: "content",
        refusal: "refusal",
        /// The field has two names, each with its providers; OpenAI's own has neither.
        reasoning_content: "reasoning_content",
        reasoning: "reasoning",
        tool_calls: "tool_calls",
        /// Of a tool's result: the call that it answers.
        tool_call_id: "tool_call_id",
    }
}

fields! {
    /// A tool call, or a piece of one.
    struct CallHead {
        index: "index",
        id: "id",
        function: "function",
    }
}

fields! {
    /// A function: as it is offered, or as it is called.
    struct Function {
        name: "name",
        arguments: "arguments",
    }
}

impl<'a> Message<'a> {
    fn thought(&self) -> Option<Json<'a>> {
        self.reasoning_content.or(self.reasoning)
    }
}

impl<'a> CallHead<'a> {
    fn function(&self) -> Function<'a> {
        self.function.map(Function::of).unwrap_or_default()
    }
}
