//! What `generateContent` answers: chunks, one body, or an error.
//!
//! Text comes in pieces, function calls come whole. Only the first candidate is
//! read: agents ask for no other.

use crate::line::exchange::{Exchange, Response};
use capture::record::OutcomeState;
use serde_json::json;

use super::prompt::{Labels, item};
use super::{Content, Function, Item, Part, Piece};
use crate::call::{Ending, Fault, Marks, Tokens, ToolCall};
use crate::decode::fault::{fault_of_body, of_error};
use crate::decode::json::{elements, fields, length, name, text};
use crate::decode::output_marks::Stream;
use crate::decode::usage::{Sum, Usage, UsageTable};
use crate::json::Json;

/// An answer's content.
pub(super) struct Answer<'a> {
    pub(super) ending: Ending,
    pub(super) tokens: Option<Tokens>,
    pub(super) marks: Marks,
    pub(super) gaps_us: Vec<u64>,
    pub(super) id: Option<String>,
    pub(super) tool_calls: Vec<ToolCall>,
    pub(super) items: Vec<Item<'a>>,
    pub(super) error: Option<Fault>,
}

/// Reads the answer of `exchange`, as far as it came; `labels` are those of its request.
pub(super) fn read<'a>(exchange: &Exchange<'a>, labels: Labels) -> Answer<'a> {
    let mut reader = AnswerReader {
        labels,
        stream: Stream::default(),
        ending: None,
        usage: Usage::default(),
        id: None,
        text: None,
        tool_calls: Vec::new(),
        items: Vec::new(),
        error: None,
    };
    if let Some(response) = &exchange.response {
        for event in &response.events {
            if let Some(json) = event.json {
                reader.chunk(json, Some(event.at_us));
            }
        }
        reader.body(response);
    }
    reader.finish(exchange)
}

struct AnswerReader<'a> {
    labels: Labels,
    stream: Stream,
    ending: Option<Ending>,
    usage: Usage,
    id: Option<String>,
    /// Text that may go on in the next chunk, and whether it is thought or said.
    text: Option<(Part, String)>,
    tool_calls: Vec<ToolCall>,
    items: Vec<Item<'a>>,
    error: Option<Fault>,
}

fields! {
    /// A chunk, the body in place of all of them, or the envelope of either.
    struct Chunk {
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
    struct Feedback {
        block_reason: "blockReason",
    }
}

impl<'a> AnswerReader<'a> {
    /// Takes a chunk that came at `at_us`; a body's come all at once.
    fn chunk(&mut self, json: Json<'a>, at_us: Option<u64>) {
        let outer = Chunk::of(json);
        let chunk = outer.response.map_or(outer, Chunk::of);
        self.id = self.id.take().or_else(|| name(chunk.response_id));
        self.usage.update(USAGE, chunk.usage_metadata);
        let feedback = chunk.prompt_feedback.map(Feedback::of);
        if feedback.is_some_and(|feedback| feedback.block_reason.is_some()) {
            self.ending = Some(Ending::Incomplete);
        }
        if let Some(candidate) = elements(chunk.candidates).next() {
            self.candidate(&Candidate::of(candidate), at_us);
        }
        if let Some(fault) = chunk.error.and_then(of_error) {
            self.ending = Some(Ending::Failed);
            self.error = Some(fault);
        }
    }

    fn candidate(&mut self, candidate: &Candidate<'a>, at_us: Option<u64>) {
        let content = candidate.content.map(Content::of).unwrap_or_default();
        let mut carries_output = false;
        for part in elements(content.parts) {
            carries_output |= self.part(part, at_us);
        }
        if let (true, Some(at_us)) = (carries_output, at_us) {
            self.stream.output_at(at_us);
        }
        match text(candidate.finish_reason).as_deref() {
            Some("STOP") => self.ending = Some(Ending::Completed),
            Some(_) => self.ending = Some(Ending::Incomplete),
            None => {}
        }
    }

    /// Takes a part; tells whether there was anything in it.
    fn part(&mut self, value: Json<'a>, at_us: Option<u64>) -> bool {
        let piece = Piece::of(value);
        if let Some(more) = text(piece.text) {
            let part = match piece.is_thought() {
                true => Part::Reasoning,
                false => Part::Assistant,
            };
            if self
                .text
                .as_ref()
                .is_some_and(|(before, _)| *before != part)
            {
                self.end_text();
            }
            self.text.get_or_insert((part, String::new())).1 += &more;
            return !more.is_empty();
        }
        self.end_text();
        let item = item(value, Part::Assistant, &mut self.labels);
        if let Some(call) = piece.function_call {
            let function = Function::of(call);
            self.tool_calls.push(ToolCall {
                name: item.name.clone().unwrap_or_default().into_owned(),
                call_id: item.call_id.clone().unwrap_or_default().into_owned(),
                argument_bytes: length(function.args),
                at_us,
            });
        }
        self.items.push(item);
        true
    }

    /// Makes an item of the text that came in pieces, as it will come back as history.
    fn end_text(&mut self) {
        let whole = match self.text.take() {
            Some((_, text)) if text.is_empty() => return,
            Some((Part::Reasoning, text)) => Item::new(
                Part::Reasoning,
                json!({"text": text, "thought": true}).to_string(),
            ),
            Some((part, text)) => Item::new(part, json!({ "text": text }).to_string()),
            None => return,
        };
        self.items.push(whole);
    }

    /// Takes a body that is no stream of events: the answer, a list of chunks, or an error.
    fn body(&mut self, response: &Response<'a>) {
        if response.status >= 400 {
            self.ending = Some(Ending::Failed);
            self.error = Some(fault_of_body(response));
            return;
        }
        let body = response.body.as_ref().and_then(|body| body.json);
        let Some(json) = body else { return };
        if json.is_array() {
            for chunk in json.elements() {
                self.chunk(chunk, None);
            }
        } else {
            self.chunk(json, None);
        }
        self.ending.get_or_insert(Ending::Completed);
    }

    fn finish(mut self, exchange: &Exchange<'_>) -> Answer<'a> {
        self.end_text();
        let (marks, gaps_us) = self.stream.finish(exchange);
        Answer {
            ending: match exchange.outcome.state {
                OutcomeState::Failed => Ending::Cut,
                _ => self.ending.unwrap_or(Ending::Cut),
            },
            tokens: self.usage.tokens(),
            marks,
            gaps_us,
            id: self.id,
            tool_calls: self.tool_calls,
            items: self.items,
            error: self.error,
        }
    }
}

/// What Google's own tools added to the prompt, and reasoning, are counted next to the rest.
const USAGE: &UsageTable = &[
    ("promptTokenCount", &[Sum::Input]),
    ("cachedContentTokenCount", &[Sum::Cached]),
    ("toolUsePromptTokenCount", &[Sum::Input]),
    ("candidatesTokenCount", &[Sum::Output]),
    ("thoughtsTokenCount", &[Sum::Output, Sum::Reasoning]),
];
