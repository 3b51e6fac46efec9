//! Google's `generateContent`: one POST, answered by one body, by server-sent events, or by a list
//! of what would have been the events.
//!
//! With a Google login, Gemini CLI sends the same bodies in the `request` field of an envelope and
//! gets the answers in a `response` field.
//!
//! Every part of a content is an item. Text is streamed in pieces, a function call comes whole.
//! Only the first candidate is read: agents ask for no other.

use serde_json::{Value, json};

use super::answer::AnswerBuilder;
use super::api::Api;
use super::call_labels::CallLabels;
use super::decoded::ModelRequest;
use super::fault::fault_of_error;
use super::item::{Item, Part};
use super::json::{MAX_NAME_BYTES, elements, fields, name, short, text};
use super::path_of;
use super::prompt::posted;
use super::streamed_part::StreamedPart;
use super::usage::{Sum, UsageTable};
use crate::call::{Digest, Ending, Ids, Provider};
use crate::json::Json;
use crate::line::Exchange;
use crate::line::event::Event;
use crate::text::cut;

pub(super) const API: Api = Api {
    provider: Provider::Google,
    paths: &[":generateContent", ":streamGenerateContent"],
    request,
    event,
    body,
};

fn request<'a>(exchange: &Exchange<'a>) -> Option<ModelRequest<'a>> {
    let outer = posted(exchange, GenerateRequest::of)?;
    let request = outer.request.map_or(outer, GenerateRequest::of);
    let first = elements(request.contents).next();
    let mut call_labels = CallLabels::of(first.map_or("", Json::raw));
    let model = model_in(&exchange.request.url).or_else(|| name(outer.model));
    let system = request.system_instruction;
    Some(ModelRequest {
        ids: Ids {
            thread: name(request.session_id),
            ..Ids::default()
        },
        tools: elements(request.tools).flat_map(tools).collect(),
        instructions: system.map(|value| Item::new(Part::Instructions, value.raw())),
        input: contents(request.contents, &mut call_labels),
        call_labels,
        ..ModelRequest::new(model)
    })
}

/// From `/v1beta/models/MODEL:generateContent`. An envelope's path has no model.
fn model_in(url: &str) -> Option<String> {
    let (_, rest) = path_of(url).rsplit_once("/models/")?;
    let (model, _) = rest.split_once(':')?;
    Some(cut(model, MAX_NAME_BYTES).to_owned())
}

fields! {
    /// A request, or the envelope of one.
    struct GenerateRequest {
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
    struct GeminiContent {
        role: "role",
        parts: "parts",
    }
}

fields! {
    /// A part of a content: whichever of these fields it has.
    struct GeminiPart {
        text: "text",
        thought: "thought",
        function_call: "functionCall",
        function_response: "functionResponse",
    }
}

fields! {
    /// The declaration, the call or the result of a function.
    struct GeminiFunction {
        id: "id",
        name: "name",
        args: "args",
    }
}

/// An element of `tools`: a list of functions, or a tool of Google's under its name.
fn tools(value: Json<'_>) -> Vec<Item<'_>> {
    fields! {
        struct Declarations {
            functions: "functionDeclarations" | "function_declarations",
        }
    }
    let Some(functions) = Declarations::of(value).functions else {
        let names = value.members().filter_map(|(name, _)| name.text());
        let first = names.min().unwrap_or_default();
        let name = cut(&first, MAX_NAME_BYTES).to_owned();
        return vec![Item::tool(Some(name.into()), value)];
    };
    let functions = functions.elements();
    functions
        .map(|value| Item::tool(short(GeminiFunction::of(value).name), value))
        .collect()
}

/// The contents of a request, part by part.
fn contents<'a>(contents: Option<Json<'a>>, labels: &mut CallLabels) -> Vec<Item<'a>> {
    let mut items = Vec::new();
    for content in elements(contents).map(GeminiContent::of) {
        let speaker = match text(content.role).as_deref() {
            Some("model") => Part::Assistant,
            Some("system") => Part::Instructions,
            _ => Part::User,
        };
        let parts = elements(content.parts);
        items.extend(parts.map(|part| item(part, speaker, labels)));
    }
    items
}

/// A part of what `speaker` said.
fn item<'a>(value: Json<'a>, speaker: Part, labels: &mut CallLabels) -> Item<'a> {
    let part = GeminiPart::of(value);
    if let Some(call) = part.function_call {
        let function = GeminiFunction::of(call);
        let id = name(function.id).unwrap_or_else(|| labels.call());
        return Item {
            name: Some(short(function.name).unwrap_or_default()),
            ..labelled(Part::ToolCall, value, id)
        };
    }
    if let Some(result) = part.function_response {
        let function = GeminiFunction::of(result);
        let id = name(function.id).unwrap_or_else(|| labels.result());
        return labelled(Part::ToolResult, value, id);
    }
    Item::new(part.spoken_by(speaker), value.raw())
}

impl GeminiPart<'_> {
    fn spoken_by(&self, speaker: Part) -> Part {
        match self.thought.is_some_and(Json::is_true) {
            true => Part::Reasoning,
            false => speaker,
        }
    }
}

/// An item that `id` tells from others of the same content.
fn labelled(part: Part, value: Json<'_>, id: String) -> Item<'_> {
    Item {
        digest: Digest::of(&format!("{id} {}", value.raw())),
        call_id: Some(id.into()),
        ..Item::new(part, value.raw())
    }
}

fields! {
    /// A chunk, the body in place of all of them, or the envelope of either.
    struct GeminiChunk {
        response: "response",
        response_id: "responseId",
        candidates: "candidates",
        prompt_feedback: "promptFeedback",
        usage_metadata: "usageMetadata",
        error: "error",
    }
}

fields! {
    struct Candidate {
        content: "content",
        finish_reason: "finishReason",
    }
}

fields! {
    struct PromptFeedback {
        block_reason: "blockReason",
    }
}

fn event<'a>(answer: &mut AnswerBuilder<'a>, event: &Event<'a>) {
    if let Some(json) = event.json {
        chunk(answer, json, Some(event.at_us));
    }
}

fn body<'a>(answer: &mut AnswerBuilder<'a>, body: Json<'a>) {
    if body.is_array() {
        body.elements().for_each(|json| chunk(answer, json, None));
    } else {
        chunk(answer, body, None);
    }
    answer.end_unless_ended(Ending::Completed);
}

/// Adds a chunk; `at_us` is `None` for those of a body.
fn chunk<'a>(answer: &mut AnswerBuilder<'a>, json: Json<'a>, at_us: Option<u64>) {
    let outer = GeminiChunk::of(json);
    let chunk = outer.response.map_or(outer, GeminiChunk::of);
    let known = answer.response_id.take();
    answer.response_id = known.or_else(|| short(chunk.response_id));
    answer.usage.update(USAGE, chunk.usage_metadata);
    let feedback = chunk.prompt_feedback.map(PromptFeedback::of);
    if feedback.is_some_and(|feedback| feedback.block_reason.is_some()) {
        answer.end(Ending::Incomplete);
    }
    if let Some(first) = elements(chunk.candidates).next() {
        candidate(answer, &Candidate::of(first), at_us);
    }
    if let Some(fault) = chunk.error.and_then(fault_of_error) {
        answer.fail(Some(fault));
    }
}

fn candidate<'a>(answer: &mut AnswerBuilder<'a>, candidate: &Candidate<'a>, at_us: Option<u64>) {
    let content = candidate.content.map(GeminiContent::of);
    let mut carries_output = false;
    for part in elements(content.and_then(|content| content.parts)) {
        carries_output |= add_part(answer, part, at_us);
    }
    if let (true, Some(at_us)) = (carries_output, at_us) {
        answer.output_at(at_us);
    }
    match text(candidate.finish_reason).as_deref() {
        Some("STOP") => answer.end(Ending::Completed),
        Some(_) => answer.end(Ending::Incomplete),
        None => {}
    }
}

/// Adds a part; returns whether there was anything in it.
fn add_part<'a>(answer: &mut AnswerBuilder<'a>, value: Json<'a>, at_us: Option<u64>) -> bool {
    let part = GeminiPart::of(value);
    if let Some(more) = text(part.text) {
        let kind = part.spoken_by(Part::Assistant);
        if answer.open_part().is_some_and(|open| open != kind) {
            answer.close_parts();
        }
        answer.part(TEXT, kind, text_json).text += &more;
        return !more.is_empty();
    }
    let call = part.function_call.map(GeminiFunction::of);
    let item = item(value, Part::Assistant, &mut answer.call_labels);
    answer.item(item, call.and_then(|call| call.args), at_us);
    true
}

fn text_json(part: &StreamedPart) -> Value {
    match part.part {
        Part::Reasoning => json!({"text": part.text, "thought": true}),
        _ => json!({"text": part.text}),
    }
}

/// The slot of text, thought or said: one runs at a time.
const TEXT: u64 = 0;

/// What Google's own tools added to the prompt, and reasoning, are counted next to the rest.
const USAGE: &UsageTable = &[
    ("promptTokenCount", &[Sum::Input]),
    ("cachedContentTokenCount", &[Sum::Cached]),
    ("toolUsePromptTokenCount", &[Sum::Input]),
    ("candidatesTokenCount", &[Sum::Output]),
    ("thoughtsTokenCount", &[Sum::Output, Sum::Reasoning]),
];
