//! The answer of a model, whatever API it came over.
//!
//! The file of an API pushes what its events and bodies say: output, items, parts of items, counts,
//! the end, an error. The builder keeps it in order and makes a [`Decoded`] of it. It knows no API.
//!
//! Streams and whole bodies use the same methods. What comes whole is borrowed from the exchange;
//! what comes in pieces is joined first, in the form in which the agent will send it back as
//! history: only then has it the same digest there.

use std::borrow::Cow;
use std::collections::BTreeMap;

use capture::record::OutcomeState;
use serde_json::Value;

use super::call_labels::CallLabels;
use super::decoded::{Decoded, ModelRequest};
use super::item::{Item, Part};
use super::json::length;
use super::output_marks::OutputMarks;
use super::usage::Usage;
use crate::call::{Call, Ending, Fault, Ids, Prompt, Provider, ToolCall};
use crate::json::Json;
use crate::line::exchange::Exchange;

/// The answer as far as it was read.
#[derive(Default)]
pub(super) struct AnswerBuilder<'a> {
    pub(super) usage: Usage,
    pub(super) response_id: Option<Cow<'a, str>>,
    /// For tool calls without an id; continues those of the request.
    pub(super) call_labels: CallLabels,
    marks: OutputMarks,
    ending: Option<Ending>,
    error: Option<Fault>,
    items: Vec<Item<'a>>,
    tool_calls: Vec<ToolCall>,
    /// Parts that may still grow, by slot.
    parts: BTreeMap<u64, StreamedPart>,
    /// How many bytes of arguments followed the last tool call.
    argument_bytes: u64,
}

/// A part of the output that comes in pieces.
pub(super) struct StreamedPart {
    pub(super) part: Part,
    /// What is said; of a tool call, its arguments.
    pub(super) text: String,
    /// The name of the tool that is called.
    pub(super) name: String,
    pub(super) call_id: String,
    /// When the last piece came.
    pub(super) at_us: Option<u64>,
    write: PartWriter,
}

/// Writes a part as the API has it in a request.
pub(super) type PartWriter = fn(&StreamedPart) -> Value;

impl<'a> AnswerBuilder<'a> {
    /// An answer to a request whose calls were labelled by `call_labels`.
    pub(super) fn new(call_labels: CallLabels) -> Self {
        Self {
            call_labels,
            ..Self::default()
        }
    }

    /// Takes the time of an event that carries model output.
    pub(super) fn output_at(&mut self, at_us: u64) {
        self.marks.output_at(at_us);
    }

    /// Takes an item that came whole, and the arguments of a tool call.
    ///
    /// It comes after all parts that were streamed so far: they do not grow any more.
    pub(super) fn item(&mut self, item: Item<'a>, arguments: Option<Json<'_>>, at_us: Option<u64>) {
        self.close_parts();
        if item.part == Part::ToolCall {
            self.argument_bytes = 0;
            self.tool_calls.push(ToolCall {
                name: item.name.as_deref().unwrap_or_default().to_owned(),
                call_id: item.call_id.as_deref().unwrap_or_default().to_owned(),
                argument_bytes: length(arguments),
                at_us,
            });
        }
        self.items.push(item);
    }

    /// Whether there was an item yet.
    pub(super) fn has_items(&self) -> bool {
        !self.items.is_empty()
    }

    /// Takes the length of a piece of arguments that follows the item of its tool call.
    pub(super) fn add_argument_bytes(&mut self, bytes: u64) {
        self.argument_bytes += bytes;
    }

    /// Says that the last item is complete: a tool call is so when all its arguments have come.
    pub(super) fn complete_item(&mut self, at_us: u64) {
        let last = self.items.last();
        let is_call = last.is_some_and(|item| item.part == Part::ToolCall);
        if let (true, Some(call)) = (is_call, self.tool_calls.last_mut()) {
            call.at_us = Some(at_us);
            if self.argument_bytes > 0 {
                call.argument_bytes = self.argument_bytes;
            }
        }
    }

    /// The part in `slot`, for the next piece; a new one if there is none.
    ///
    /// Parts become items in the order of their slots.
    pub(super) fn part(&mut self, slot: u64, part: Part, write: PartWriter) -> &mut StreamedPart {
        self.parts.entry(slot).or_insert_with(|| StreamedPart {
            part,
            text: String::new(),
            name: String::new(),
            call_id: String::new(),
            at_us: None,
            write,
        })
    }

    /// What the last part is that may still grow.
    pub(super) fn open_part(&self) -> Option<Part> {
        let (_, last) = self.parts.last_key_value()?;
        Some(last.part)
    }

    /// Makes items of the parts that were streamed. Text that stayed empty is none.
    pub(super) fn close_parts(&mut self) {
        for part in std::mem::take(&mut self.parts).into_values() {
            if part.part != Part::ToolCall {
                if !part.text.is_empty() {
                    self.items.push(Item::new(part.part, part.json()));
                }
                continue;
            }
            let item = Item::new(Part::ToolCall, part.json());
            self.items.push(Item {
                name: Some(part.name.clone().into()),
                call_id: Some(part.call_id.clone().into()),
                ..item
            });
            self.tool_calls.push(ToolCall {
                name: part.name,
                call_id: part.call_id,
                argument_bytes: part.text.len() as u64,
                at_us: part.at_us,
            });
        }
    }

    /// Takes how the answer ended. The last word counts.
    pub(super) fn end(&mut self, ending: Ending) {
        self.ending = Some(ending);
    }

    /// Takes how the answer ended unless it said so before.
    pub(super) fn end_unless_ended(&mut self, ending: Ending) {
        self.ending.get_or_insert(ending);
    }

    /// Takes the provider's word that it failed, and why if it says why.
    pub(super) fn fail(&mut self, fault: Option<Fault>) {
        self.end(Ending::Failed);
        self.error = fault;
    }

    /// Takes an error, if there is one, of an answer whose end is told elsewhere.
    pub(super) fn error(&mut self, fault: Option<Fault>) {
        self.error = fault.or(self.error.take());
    }

    /// The call that this answers `request` of; an answer without its end was cut.
    pub(super) fn finish(
        mut self,
        provider: Provider,
        request: ModelRequest<'a>,
        exchange: &Exchange<'a>,
    ) -> Decoded<'a> {
        self.close_parts();
        let (marks, gaps_us) = self.marks.finish(exchange);
        let body = exchange.request.body.as_ref();
        Decoded {
            call: Call {
                provider,
                model: request.model,
                kind: request.kind,
                ending: match exchange.outcome.state {
                    OutcomeState::Failed => Ending::Cut,
                    _ => self.ending.unwrap_or(Ending::Cut),
                },
                tokens: self.usage.tokens(),
                marks,
                tool_calls: self.tool_calls,
                ids: Ids {
                    response: self.response_id.map(Cow::into_owned),
                    ..request.ids
                },
                settings: request.settings,
                prompt: Prompt {
                    bytes: body.map_or(0, |body| body.bytes),
                    ..Prompt::default()
                },
                output: Vec::new(),
                error: self.error,
            },
            tools: request.tools,
            instructions: request.instructions,
            input: request.input,
            output: self.items,
            gaps_us,
        }
    }
}

impl StreamedPart {
    /// A part of text alone, where the API has a string for it.
    pub(super) fn string(&self) -> Value {
        self.text.as_str().into()
    }

    fn json(&self) -> String {
        (self.write)(self).to_string()
    }
}
