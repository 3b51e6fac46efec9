//! What the Responses API answers: events over either transport, one body
//! without streaming, or an error.

use crate::line::exchange::{Event, Exchange, Response};
use capture::record::OutcomeState;

use super::request::{Head, item};
use crate::call::{Ending, Fault, Marks, Tokens, ToolCall};
use crate::decode::fault::{self, fault_of_body};
use crate::decode::json::{elements, fields, length, name, number, text};
use crate::decode::output_marks::Stream;
use crate::decode::usage::{Sum, Usage, UsageTable};
use crate::decode::{Item, Part};
use crate::json::Json;

/// An answer's content.
#[derive(Debug)]
pub(super) struct Answer<'a> {
    pub(super) ending: Ending,
    pub(super) tokens: Option<Tokens>,
    pub(super) marks: Marks,
    pub(super) gaps_us: Vec<u64>,
    pub(super) response_id: Option<String>,
    pub(super) tool_calls: Vec<ToolCall>,
    pub(super) items: Vec<Item<'a>>,
    pub(super) error: Option<Fault>,
}

/// Reads the answer of `exchange`, as far as it came.
pub(super) fn read<'a>(exchange: &Exchange<'a>) -> Answer<'a> {
    let mut reader = AnswerReader::default();
    if let Some(response) = &exchange.response {
        for event in &response.events {
            reader.event(event);
        }
        reader.body(response);
    }
    reader.finish(exchange)
}

#[derive(Default)]
struct AnswerReader<'a> {
    stream: Stream,
    ending: Option<Ending>,
    usage: Usage,
    response_id: Option<String>,
    tool_calls: Vec<ToolCall>,
    items: Vec<Item<'a>>,
    error: Option<Fault>,
}

impl<'a> AnswerReader<'a> {
    fn event(&mut self, event: &Event<'a>) {
        let Some(message) = event.json.and_then(Json::object) else {
            return;
        };
        let response = || message.get("response");
        match &*event.kind() {
            "response.output_item.done" => {
                self.stream.output_at(event.at_us);
                if let Some(value) = message.get("item") {
                    self.item(value, Some(event.at_us));
                }
            }
            kind if kind.ends_with(".delta") => self.stream.output_at(event.at_us),
            "response.created" | "response.in_progress" => self.object(response()),
            "response.completed" => self.end(response(), Ending::Completed),
            "response.incomplete" => self.end(response(), Ending::Incomplete),
            "response.failed" => self.end(response(), Ending::Failed),
            "error" => {
                self.ending = Some(Ending::Failed);
                self.error = Some(ErrorFields::of(message).fault());
            }
            _ => {}
        }
    }

    /// Takes a body that is not a stream: the response object, or an error.
    fn body(&mut self, response: &Response<'a>) {
        if response.status >= 400 {
            self.ending = Some(Ending::Failed);
            self.error = Some(fault_of_body(response));
            return;
        }
        let body = response.body.as_ref().and_then(|body| body.json);
        let Some(json) = body.and_then(Json::object) else {
            return;
        };
        let object = Object::of(json);
        let ending = match text(object.status).as_deref() {
            Some("incomplete") => Ending::Incomplete,
            Some("failed" | "cancelled") => Ending::Failed,
            _ => Ending::Completed,
        };
        self.end(Some(json), ending);
    }

    fn end(&mut self, value: Option<Json<'a>>, ending: Ending) {
        self.ending = Some(ending);
        self.object(value);
    }

    fn object(&mut self, value: Option<Json<'a>>) {
        let Some(object) = value.and_then(Json::object).map(Object::of) else {
            return;
        };
        self.response_id = name(object.id).or(self.response_id.take());
        self.usage.replace(USAGE, object.usage);
        if let Some(error) = object.error.and_then(fault::of_error) {
            self.error = Some(error);
        }
        if self.items.is_empty() {
            for value in elements(object.output) {
                self.item(value, None);
            }
        }
    }

    fn item(&mut self, value: Json<'a>, at_us: Option<u64>) {
        let head = Head::of(value);
        let item = item(value, &head);
        if item.part == Part::ToolCall {
            self.tool_calls.push(ToolCall {
                name: item.name.clone().unwrap_or_default().into_owned(),
                call_id: item.call_id.clone().unwrap_or_default().into_owned(),
                argument_bytes: length(head.arguments.or(head.input)),
                at_us,
            });
        }
        self.items.push(item);
    }

    fn finish(self, exchange: &Exchange<'_>) -> Answer<'a> {
        let (marks, gaps_us) = self.stream.finish(exchange);
        let ending = self.ending.unwrap_or(Ending::Cut);
        let ending = match exchange.outcome.state {
            OutcomeState::Failed => Ending::Cut,
            _ => ending,
        };
        Answer {
            ending,
            tokens: self.usage.tokens(),
            marks,
            gaps_us,
            response_id: self.response_id,
            tool_calls: self.tool_calls,
            items: self.items,
            error: self.error,
        }
    }
}

fields! {
    /// An `error` event.
    struct ErrorFields {
        error: "error",
        status: "status",
        code: "code",
        message: "message",
    }
}

impl ErrorFields<'_> {
    /// What an `error` event says, in either of its forms.
    fn fault(&self) -> Fault {
        let mut fault = self.error.and_then(fault::of_error).unwrap_or_default();
        fault.status = number(self.status).and_then(|status| u16::try_from(status).ok());
        fault.code = fault.code.or_else(|| name(self.code));
        fault.message = fault.message.or_else(|| name(self.message));
        fault
    }
}

fields! {
    /// A response object.
    struct Object {
        id: "id",
        status: "status",
        output: "output",
        usage: "usage",
        error: "error",
    }
}

/// Cached input is part of the input, and reasoning part of the output.
const USAGE: &UsageTable = &[
    ("input_tokens", &[Sum::Input]),
    ("input_tokens_details.cached_tokens", &[Sum::Cached]),
    (
        "input_tokens_details.cache_write_tokens",
        &[Sum::CacheWritten],
    ),
    ("output_tokens", &[Sum::Output]),
    ("output_tokens_details.reasoning_tokens", &[Sum::Reasoning]),
];
