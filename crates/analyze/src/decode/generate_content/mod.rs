//! Google's `generateContent`: one POST, answered by one body, by server-sent
//! events, or by one list of what would have been the events.
//!
//! With a Google login Gemini CLI sends the same bodies in the `request` field
//! of an envelope, and gets the answers in a `response` field.

mod answer;
mod prompt;

use crate::line::exchange::Exchange;

use self::prompt::Labels;
use super::json::{MAX_NAME_BYTES, fields, name};
use super::{Decoded, Item, Part, path_of};
use crate::call::{Call, Ids, Kind, Prompt, Provider, Settings};
use crate::json::Json;

/// Reads one exchange with a path of `generateContent`.
pub(super) fn decode<'a>(exchange: &Exchange<'a>) -> Option<Decoded<'a>> {
    let body = exchange.request.body.as_ref()?;
    if exchange.request.method != "POST" {
        return None;
    }
    let outer = body.json.map(Request::of).unwrap_or_default();
    let request = outer.request.map_or(outer, Request::of);
    let instructions = request
        .system_instruction
        .map(|value| Item::new(Part::Instructions, value.raw()));
    let mut labels = Labels::of(request.contents);
    let input = prompt::items(request.contents, &mut labels);
    let answer = answer::read(exchange, labels);
    Some(Decoded {
        call: Call {
            provider: Provider::Google,
            model: model(&exchange.request.url)
                .or_else(|| name(outer.model))
                .unwrap_or_default(),
            kind: Kind::Turn,
            ending: answer.ending,
            tokens: answer.tokens,
            marks: answer.marks,
            tool_calls: answer.tool_calls,
            ids: Ids {
                thread: name(request.session_id),
                response: answer.id,
                ..Ids::default()
            },
            settings: Settings::default(),
            prompt: Prompt {
                bytes: body.bytes,
                ..Prompt::default()
            },
            output: Vec::new(),
            error: answer.error,
        },
        tools: prompt::tools(request.tools),
        instructions,
        input,
        output: answer.items,
        gaps_us: answer.gaps_us,
    })
}

/// From `/v1beta/models/MODEL:generateContent`; an envelope names it inside.
fn model(url: &str) -> Option<String> {
    let (_, rest) = path_of(url).rsplit_once("/models/")?;
    let (model, _) = rest.split_once(':')?;
    Some(crate::text::cut(model, MAX_NAME_BYTES).to_owned())
}

fields! {
    /// A request, or the envelope of one.
    struct Request {
        request: "request",
        model: "model",
        /// Google reads both spellings.
        system_instruction: "systemInstruction" | "system_instruction",
        contents: "contents",
        tools: "tools",
        /// Only in an envelope, where Gemini CLI names its conversation.
        session_id: "session_id",
    }
}

fields! {
    /// What somebody said: a turn of the conversation, or a chunk of one.
    struct Content {
        role: "role",
        parts: "parts",
    }
}

fields! {
    /// A part of a content: whichever of these fields it has.
    struct Piece {
        text: "text",
        thought: "thought",
        function_call: "functionCall",
        function_response: "functionResponse",
    }
}

impl Piece<'_> {
    fn is_thought(&self) -> bool {
        self.thought.is_some_and(Json::is_true)
    }
}

fields! {
    /// A function's call, or what came of it.
    struct Function {
        id: "id",
        name: "name",
        args: "args",
    }
}
