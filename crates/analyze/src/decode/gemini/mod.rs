//! Google's `generateContent`: one POST, answered by one body, by server-sent
//! events, or by one list of what would have been the events.
//!
//! With a Google login Gemini CLI sends the same bodies in the `request` field
//! of an envelope, and gets the answers in a `response` field.

mod answer;
mod prompt;

use capture::record::Exchange;
use serde::Deserialize;
use serde_json::value::RawValue;

use self::prompt::Labels;
use super::json::{MAX_NAME_BYTES, name, read};
use super::{Decoded, Item, Part, Tool, path_of};
use crate::call::{Call, Ids, Kind, Prompt, Provider, Settings};

/// Reads one exchange with a path of `generateContent`.
pub(super) fn decode(exchange: &Exchange) -> Option<Decoded<'_>> {
    let body = exchange.request.body.as_ref()?;
    if exchange.request.method != "POST" {
        return None;
    }
    let json = body.json.as_ref();
    let outer: Request<'_> = json.and_then(|json| read(json.get())).unwrap_or_default();
    let inner = outer
        .request
        .and_then(|inner| read::<Request<'_>>(inner.get()));
    let request = inner.as_ref().unwrap_or(&outer);
    let tools = prompt::tools(request.tools);
    let instructions = request
        .system_instruction
        .map(|value| Item::new(Part::Instructions, value.get()));
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
                tools: tools.iter().map(|tool| tool.digest).collect(),
                instructions: instructions.as_ref().map(|item| item.digest),
                input: input.iter().map(|item| item.digest).collect(),
                bytes: body.bytes,
            },
            output: answer.items.iter().map(|item| item.digest).collect(),
            error: answer.error,
        },
        tools,
        items: instructions
            .into_iter()
            .chain(input)
            .chain(answer.items)
            .collect(),
        gaps_us: answer.gaps_us,
    })
}

/// From `/v1beta/models/MODEL:generateContent`; an envelope names it inside.
fn model(url: &str) -> Option<String> {
    let (_, rest) = path_of(url).rsplit_once("/models/")?;
    let (model, _) = rest.split_once(':')?;
    Some(crate::text::cut(model, MAX_NAME_BYTES).to_owned())
}

/// A request, or the envelope of one.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Request<'a> {
    #[serde(borrow)]
    request: Option<&'a RawValue>,
    #[serde(borrow)]
    model: Option<&'a RawValue>,
    /// Google reads both spellings.
    #[serde(borrow, alias = "system_instruction")]
    system_instruction: Option<&'a RawValue>,
    #[serde(borrow)]
    contents: Option<&'a RawValue>,
    #[serde(borrow)]
    tools: Option<&'a RawValue>,
    /// Only in an envelope, where Gemini CLI names its conversation.
    #[serde(borrow, rename = "session_id")]
    session_id: Option<&'a RawValue>,
}

/// What somebody said: a turn of the conversation, or a chunk of one.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Content<'a> {
    #[serde(borrow)]
    role: Option<&'a RawValue>,
    #[serde(borrow)]
    parts: Option<&'a RawValue>,
}

/// A part of a content: whichever of these fields it has.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Piece<'a> {
    #[serde(borrow)]
    text: Option<&'a RawValue>,
    #[serde(borrow)]
    thought: Option<&'a RawValue>,
    #[serde(borrow)]
    function_call: Option<&'a RawValue>,
    #[serde(borrow)]
    function_response: Option<&'a RawValue>,
}

impl Piece<'_> {
    fn is_thought(&self) -> bool {
        self.thought.is_some_and(|value| value.get() == "true")
    }
}

/// A function's call, or what came of it.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Function<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    name: Option<&'a RawValue>,
    #[serde(borrow)]
    args: Option<&'a RawValue>,
}
