//! What a request of Chat Completions holds: tools and messages.
//!
//! A message of the assistant falls into what it thought, said and called; any
//! other message is one item.

use super::{CallHead, Function, Item, Message, Part};
use crate::decode::json::{elements, fields, short, text};
use crate::json::Json;

/// The tools of a request.
pub(super) fn tools(value: Option<Json<'_>>) -> Vec<Item<'_>> {
    elements(value).map(tool).collect()
}

fn tool(value: Json<'_>) -> Item<'_> {
    fields! {
        struct Offer {
            kind: "type",
            function: "function",
        }
    }
    let offer = Offer::of(value);
    let function = offer.function.map(Function::of);
    let name = short(function.and_then(|function| function.name)).or_else(|| short(offer.kind));
    Item {
        name: Some(name.unwrap_or_default()),
        ..Item::new(Part::Tools, value.raw())
    }
}

/// The messages of a request, item by item.
pub(super) fn items(messages: Option<Json<'_>>) -> Vec<Item<'_>> {
    let mut items = Vec::new();
    for value in elements(messages) {
        let message = Message::of(value);
        let part = match text(message.role).as_deref() {
            Some("assistant") => {
                items.extend(pieces(&message));
                continue;
            }
            Some("system" | "developer") => Part::Instructions,
            Some("tool" | "function") => Part::ToolResult,
            Some(_) => Part::User,
            None => Part::Other,
        };
        items.push(Item {
            call_id: short(message.tool_call_id),
            ..Item::new(part, value.raw())
        });
    }
    items
}

/// What the assistant thought, said and called in one message.
pub(super) fn pieces<'a>(message: &Message<'a>) -> Vec<Item<'a>> {
    let spoken = [
        (Part::Reasoning, message.thought()),
        (Part::Assistant, message.content),
        (Part::Assistant, message.refusal),
    ];
    let spoken = spoken
        .into_iter()
        .filter_map(|(part, value)| Some((part, value?.raw())))
        .filter(|(_, raw)| *raw != "\"\"")
        .map(|(part, raw)| Item::new(part, raw));
    let calls = elements(message.tool_calls).map(|value| {
        let head = CallHead::of(value);
        Item {
            name: Some(short(head.function().name).unwrap_or_default()),
            call_id: short(head.id),
            ..Item::new(Part::ToolCall, value.raw())
        }
    });
    spoken.chain(calls).collect()
}
