//! What `generateContent` answers: chunks, one body, or an error.
//!
//! Text comes in pieces, function calls come whole. Only the first candidate is
//! read: agents ask for no other.

use capture::record::{Exchange, OutcomeState, Response};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use super::prompt::{Labels, item};
use super::{Content, Function, Item, Part, Piece};
use crate::call::{Ending, Fault, Marks, Tokens, ToolCall};
use crate::decode::events::Stream;
use crate::decode::fault::{fault_of_body, of_error};
use crate::decode::json::{elements, length, name, number, read as parse, text};

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
pub(super) fn read(exchange: &Exchange, labels: Labels) -> Answer<'_> {
    let mut reader = AnswerReader {
        labels,
        stream: Stream::default(),
        ending: None,
        usage: None,
        id: None,
        text: None,
        tool_calls: Vec::new(),
        items: Vec::new(),
        error: None,
    };
    if let Some(response) = &exchange.response {
        for event in &response.events {
            if let Some(json) = &event.json {
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
    usage: Option<Usage>,
    id: Option<String>,
    /// Text that may go on in the next chunk, and whether it is thought or said.
    text: Option<(Part, String)>,
    tool_calls: Vec<ToolCall>,
    items: Vec<Item<'a>>,
    error: Option<Fault>,
}

/// A chunk, the body in place of all of them, or the envelope of either.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Chunk<'a> {
    #[serde(borrow)]
    response: Option<&'a RawValue>,
    #[serde(borrow)]
    response_id: Option<&'a RawValue>,
    #[serde(borrow)]
    candidates: Option<&'a RawValue>,
    #[serde(borrow)]
    prompt_feedback: Option<&'a RawValue>,
    #[serde(borrow)]
    usage_metadata: Option<&'a RawValue>,
    #[serde(borrow)]
    error: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Candidate<'a> {
    #[serde(borrow)]
    content: Option<&'a RawValue>,
    #[serde(borrow)]
    finish_reason: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Feedback<'a> {
    #[serde(borrow)]
    block_reason: Option<&'a RawValue>,
}

impl<'a> AnswerReader<'a> {
    /// Takes a chunk that came at `at_us`; a body's come all at once.
    fn chunk(&mut self, json: &'a RawValue, at_us: Option<u64>) {
        let outer: Chunk<'a> = parse(json.get()).unwrap_or_default();
        let inner = outer.response.and_then(|inner| parse(inner.get()));
        let chunk: Chunk<'a> = inner.unwrap_or(outer);
        self.id = self.id.take().or_else(|| name(chunk.response_id));
        if let Some(usage) = chunk.usage_metadata.and_then(|usage| parse(usage.get())) {
            self.usage = Some(self.usage.unwrap_or_default().updated(&usage));
        }
        let feedback = chunk.prompt_feedback.and_then(|value| parse(value.get()));
        if feedback.is_some_and(|feedback: Feedback<'_>| feedback.block_reason.is_some()) {
            self.ending = Some(Ending::Incomplete);
        }
        if let Some(candidate) = elements(chunk.candidates).first() {
            self.candidate(&parse(candidate.get()).unwrap_or_default(), at_us);
        }
        if let Some(fault) = chunk.error.and_then(of_error) {
            self.ending = Some(Ending::Failed);
            self.error = Some(fault);
        }
    }

    fn candidate(&mut self, candidate: &Candidate<'a>, at_us: Option<u64>) {
        let content = candidate.content.and_then(|content| parse(content.get()));
        let content: Content<'a> = content.unwrap_or_default();
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
    fn part(&mut self, value: &'a RawValue, at_us: Option<u64>) -> bool {
        let piece: Piece<'a> = parse(value.get()).unwrap_or_default();
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
            let function: Function<'_> = parse(call.get()).unwrap_or_default();
            self.tool_calls.push(ToolCall {
                name: item.name.clone().unwrap_or_default(),
                call_id: item.call_id.clone().unwrap_or_default(),
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
    fn body(&mut self, response: &'a Response) {
        if response.status >= 400 {
            self.ending = Some(Ending::Failed);
            self.error = Some(fault_of_body(response));
            return;
        }
        let body = response.body.as_ref().and_then(|body| body.json.as_deref());
        let Some(json) = body else { return };
        if json.get().starts_with('[') {
            for chunk in elements(Some(json)) {
                self.chunk(chunk, None);
            }
        } else {
            self.chunk(json, None);
        }
        self.ending.get_or_insert(Ending::Completed);
    }

    fn finish(mut self, exchange: &Exchange) -> Answer<'a> {
        self.end_text();
        let (marks, gaps_us) = self.stream.finish(exchange);
        Answer {
            ending: match exchange.outcome.state {
                OutcomeState::Failed => Ending::Cut,
                _ => self.ending.unwrap_or(Ending::Cut),
            },
            tokens: self.usage.map(Usage::tokens),
            marks,
            gaps_us,
            id: self.id,
            tool_calls: self.tool_calls,
            items: self.items,
            error: self.error,
        }
    }
}

/// `usageMetadata` as it travels.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct UsageMetadata<'a> {
    #[serde(borrow)]
    prompt_token_count: Option<&'a RawValue>,
    #[serde(borrow)]
    cached_content_token_count: Option<&'a RawValue>,
    #[serde(borrow)]
    tool_use_prompt_token_count: Option<&'a RawValue>,
    #[serde(borrow)]
    candidates_token_count: Option<&'a RawValue>,
    #[serde(borrow)]
    thoughts_token_count: Option<&'a RawValue>,
}

/// What was counted so far: every chunk may count again.
#[derive(Debug, Default, Clone, Copy)]
struct Usage {
    prompt: u64,
    cached: u64,
    /// What Google's own tools added to the prompt, which `prompt` leaves out.
    tool_use: u64,
    candidates: u64,
    /// Reasoning, which `candidates` leaves out.
    thoughts: u64,
}

impl Usage {
    /// Later counts replace earlier ones; a count that is left out stays.
    fn updated(self, later: &UsageMetadata<'_>) -> Self {
        Self {
            prompt: number(later.prompt_token_count).unwrap_or(self.prompt),
            cached: number(later.cached_content_token_count).unwrap_or(self.cached),
            tool_use: number(later.tool_use_prompt_token_count).unwrap_or(self.tool_use),
            candidates: number(later.candidates_token_count).unwrap_or(self.candidates),
            thoughts: number(later.thoughts_token_count).unwrap_or(self.thoughts),
        }
    }

    fn tokens(self) -> Tokens {
        Tokens {
            input: self.prompt.saturating_add(self.tool_use),
            cached: self.cached,
            cache_written: 0,
            output: self.candidates.saturating_add(self.thoughts),
            reasoning: self.thoughts,
        }
    }
}
