//! The answer of a model, whatever API it came over.
//!
//! The file of an API pushes what its events and bodies say: output, items, parts of items, counts,
//! the end, an error. The builder puts it in order and makes a [`Decoded`] of it. Streams and whole
//! bodies use the same methods.

use std::borrow::Cow;
use std::collections::BTreeMap;

use capture::record::OutcomeState;

use super::call_labels::CallLabels;
use super::decoded::{Decoded, ModelRequest};
use super::item::{Item, Part};
use super::json::length;
use super::output_marks::OutputMarks;
use super::streamed_part::{PartWriter, StreamedPart};
use super::usage::Usage;
use crate::call::{Call, Ending, Fault, Ids, PromptDigests, Provider, ToolCall};
use crate::json::Json;
use crate::line::exchange::Exchange;

/// The answer as far as it was read.
#[derive(Default)]
pub(super) struct AnswerBuilder<'a> {
    pub(super) usage: Usage,
    pub(super) response_id: Option<Cow<'a, str>>,
    /// For tool calls without an id; continues the numbers of the request.
    pub(super) call_labels: CallLabels,
    marks: OutputMarks,
    ending: Option<Ending>,
    error: Option<Fault>,
    items: Vec<Item<'a>>,
    tool_calls: Vec<ToolCall>,
    /// Open parts: they may still grow. By slot.
    parts: BTreeMap<u64, StreamedPart>,
    /// Length of the pieces of arguments that came after the last tool call.
    argument_bytes: u64,
}

impl<'a> AnswerBuilder<'a> {
    /// An answer to a request whose calls were labelled by `call_labels`.
    pub(super) fn new(call_labels: CallLabels) -> Self {
        Self {
            call_labels,
            ..Self::default()
        }
    }

    /// Records the time of an event that carries model output.
    pub(super) fn output_at(&mut self, at_us: u64) {
        self.marks.output_at(at_us);
    }

    /// Adds an item that came whole, a tool call with its `arguments`.
    ///
    /// Open parts are closed first: they belong before it.
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

    /// Whether any item was added.
    pub(super) fn has_items(&self) -> bool {
        !self.items.is_empty()
    }

    /// Adds the length of a piece of arguments, where pieces follow the item of their tool call.
    pub(super) fn add_argument_bytes(&mut self, bytes: u64) {
        self.argument_bytes += bytes;
    }

    /// Marks the last item complete: a tool call is once all its arguments have come.
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

    /// The open part in `slot`, for its next piece; opened if there is none.
    ///
    /// Parts become items in the order of their slots.
    pub(super) fn part(&mut self, slot: u64, part: Part, write: PartWriter) -> &mut StreamedPart {
        let parts = self.parts.entry(slot);
        parts.or_insert_with(|| StreamedPart::new(part, write))
    }

    /// The kind of the last open part.
    pub(super) fn open_part(&self) -> Option<Part> {
        let (_, last) = self.parts.last_key_value()?;
        Some(last.part)
    }

    /// Makes items of the open parts. Text that stayed empty makes none.
    pub(super) fn close_parts(&mut self) {
        for part in std::mem::take(&mut self.parts).into_values() {
            self.items.extend(part.item());
            self.tool_calls.extend(part.into_tool_call());
        }
    }

    /// Records how the answer ended. A later call overrides it.
    pub(super) fn end(&mut self, ending: Ending) {
        self.ending = Some(ending);
    }

    /// Records how the answer ended, unless that is known already.
    pub(super) fn end_unless_ended(&mut self, ending: Ending) {
        self.ending.get_or_insert(ending);
    }

    /// Records that the provider reports a failure, and the cause if it names one.
    pub(super) fn fail(&mut self, fault: Option<Fault>) {
        self.end(Ending::Failed);
        self.error = fault;
    }

    /// Records an error without ending the answer; `None` changes nothing.
    pub(super) fn error(&mut self, fault: Option<Fault>) {
        self.error = fault.or(self.error.take());
    }

    /// Joins `request` and its answer to a call. An answer that did not end was cut.
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
                prompt: PromptDigests {
                    bytes: body.map_or(0, |body| body.bytes),
                    ..PromptDigests::default()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn push(answer: &mut AnswerBuilder<'_>, slot: u64, part: Part, text: &str) {
        answer.part(slot, part, StreamedPart::string).text += text;
    }

    #[test]
    fn parts_are_joined_in_the_order_of_their_slots_and_end_at_a_whole_item() {
        let mut answer = AnswerBuilder::default();
        push(&mut answer, 1, Part::Assistant, "say");
        push(&mut answer, 0, Part::Reasoning, "hm");
        push(&mut answer, 1, Part::Assistant, "ing");
        push(&mut answer, 2, Part::Assistant, "");
        assert_eq!(answer.open_part(), Some(Part::Assistant));
        answer.item(Item::new(Part::ToolCall, "{}"), None, Some(7));
        assert_eq!(answer.open_part(), None);
        push(&mut answer, 1, Part::Assistant, "more");
        answer.close_parts();

        let items = answer.items.iter();
        let items: Vec<_> = items.map(|item| (item.part, &*item.raw)).collect();
        let expected = [
            (Part::Reasoning, r#""hm""#),
            (Part::Assistant, r#""saying""#),
            (Part::ToolCall, "{}"),
            (Part::Assistant, r#""more""#),
        ];
        assert_eq!(items, expected);
    }

    #[test]
    fn pieces_of_arguments_count_for_the_call_before_them_alone() {
        let mut answer = AnswerBuilder::default();
        for (part, pieces, at_us) in [
            (Part::ToolCall, &[3, 4][..], 10),
            (Part::Assistant, &[5], 20),
            (Part::ToolCall, &[], 30),
        ] {
            answer.item(Item::new(part, "{}"), None, None);
            pieces
                .iter()
                .for_each(|bytes| answer.add_argument_bytes(*bytes));
            answer.complete_item(at_us);
        }
        let calls = answer.tool_calls.iter();
        let calls: Vec<_> = calls
            .map(|call| (call.argument_bytes, call.at_us))
            .collect();
        assert_eq!(calls, [(7, Some(10)), (0, Some(30))]);
    }
}
