//! What the Responses API answers: events over either transport, or one body.

use super::item::ResponsesItem;
use crate::call::{Ending, Fault};
use crate::decode::answer::AnswerBuilder;
use crate::decode::fault::fault_of_error;
use crate::decode::json::{elements, fields, name, number, short, text};
use crate::decode::usage::{Sum, UsageTable};
use crate::json::Json;
use crate::line::event::Event;

/// Reads an event.
pub(super) fn event<'a>(answer: &mut AnswerBuilder<'a>, event: &Event<'a>) {
    let Some(message) = event.json.and_then(Json::object) else {
        return;
    };
    let response = || message.get("response");
    match &*event.kind() {
        "response.output_item.done" => {
            answer.output_at(event.at_us);
            if let Some(value) = message.get("item") {
                add_item(answer, value, Some(event.at_us));
            }
        }
        kind if kind.ends_with(".delta") => answer.output_at(event.at_us),
        "response.created" | "response.in_progress" => add_response(answer, response()),
        "response.completed" => end(answer, response(), Ending::Completed),
        "response.incomplete" => end(answer, response(), Ending::Incomplete),
        "response.failed" => end(answer, response(), Ending::Failed),
        "error" => answer.fail(Some(ErrorEvent::of(message).fault())),
        _ => {}
    }
}

/// Reads a body: the response object.
pub(super) fn body<'a>(answer: &mut AnswerBuilder<'a>, body: Json<'a>) {
    let Some(response) = body.object() else {
        return;
    };
    let ending = match text(ResponseObject::of(response).status).as_deref() {
        Some("incomplete") => Ending::Incomplete,
        Some("failed" | "cancelled") => Ending::Failed,
        _ => Ending::Completed,
    };
    end(answer, Some(response), ending);
}

fields! {
    struct ResponseObject {
        id: "id",
        status: "status",
        output: "output",
        usage: "usage",
        error: "error",
    }
}

fn end<'a>(answer: &mut AnswerBuilder<'a>, response: Option<Json<'a>>, ending: Ending) {
    answer.end(ending);
    add_response(answer, response);
}

fn add_response<'a>(answer: &mut AnswerBuilder<'a>, response: Option<Json<'a>>) {
    let Some(object) = response.and_then(Json::object).map(ResponseObject::of) else {
        return;
    };
    answer.response_id = short(object.id).or(answer.response_id.take());
    answer.usage.replace(USAGE, object.usage);
    answer.error(object.error.and_then(fault_of_error));
    // The last event repeats the items of a stream.
    if !answer.has_items() {
        for value in elements(object.output) {
            add_item(answer, value, None);
        }
    }
}

fn add_item<'a>(answer: &mut AnswerBuilder<'a>, value: Json<'a>, at_us: Option<u64>) {
    let fields = ResponsesItem::of(value);
    answer.item(fields.item(value), fields.arguments(), at_us);
}

fields! {
    struct ErrorEvent {
        error: "error",
        status: "status",
        code: "code",
        message: "message",
    }
}

impl ErrorEvent<'_> {
    /// The error, which is an object of its own or spread over the event.
    fn fault(&self) -> Fault {
        let mut fault = self.error.and_then(fault_of_error).unwrap_or_default();
        fault.status = number(self.status).and_then(|status| u16::try_from(status).ok());
        fault.code = fault.code.or_else(|| name(self.code));
        fault.message = fault.message.or_else(|| name(self.message));
        fault
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
