//! What a request of `generateContent` holds: function declarations and contents.
//!
//! Every part of a content is an item.

use super::{Content, Function, Item, Part, Piece};
use crate::call::Digest;
use crate::decode::json::{MAX_NAME_BYTES, elements, fields, name, short, text};
use crate::json::Json;

/// The tools of a request: each function, and each of Google's own tools.
pub(super) fn tools(value: Option<Json<'_>>) -> Vec<Item<'_>> {
    elements(value).flat_map(tool).collect()
}

/// One element: a list of functions, or a tool of Google's under its name.
fn tool<'a>(value: Json<'a>) -> Vec<Item<'a>> {
    fields! {
        struct Declared {
            function_declarations: "functionDeclarations" | "function_declarations",
        }
    }
    let declared = Declared::of(value);
    let named = |value: Json<'a>, name: String| Item {
        name: Some(name.into()),
        ..Item::new(Part::Tools, value.raw())
    };
    if declared.function_declarations.is_none() {
        let names = value.members().filter_map(|(name, _)| name.text());
        let own = names.min().unwrap_or_default();
        return vec![named(
            value,
            crate::text::cut(&own, MAX_NAME_BYTES).to_owned(),
        )];
    }
    let functions = elements(declared.function_declarations);
    functions
        .map(|raw| {
            let function = Function::of(raw);
            named(raw, name(function.name).unwrap_or_default())
        })
        .collect()
}

/// The contents of a request, part by part.
pub(super) fn items<'a>(contents: Option<Json<'a>>, labels: &mut Labels) -> Vec<Item<'a>> {
    let mut items = Vec::new();
    for content in elements(contents) {
        let content = Content::of(content);
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
pub(super) fn item<'a>(value: Json<'a>, speaker: Part, labels: &mut Labels) -> Item<'a> {
    let piece = Piece::of(value);
    if let Some(call) = piece.function_call {
        let function = Function::of(call);
        let id = name(function.id).unwrap_or_else(|| labels.call());
        return Item {
            name: Some(short(function.name).unwrap_or_default()),
            ..labelled(Part::ToolCall, value, id)
        };
    }
    if let Some(result) = piece.function_response {
        let function = Function::of(result);
        let id = name(function.id).unwrap_or_else(|| labels.result());
        return labelled(Part::ToolResult, value, id);
    }
    let part = match piece.is_thought() {
        true => Part::Reasoning,
        false => speaker,
    };
    Item::new(part, value.raw())
}

/// An item that is told from others of the same content by `id`.
fn labelled(part: Part, value: Json<'_>, id: String) -> Item<'_> {
    Item {
        digest: Digest::of(&format!("{id} {}", value.raw())),
        call_id: Some(id.into()),
        ..Item::new(part, value.raw())
    }
}

/// Ids for function calls without one, which older models give none.
///
/// Results come in the order of the calls, and every request brings the whole
/// history: so the place in it tells which result answers which call. How the
/// history begins tells conversations apart.
#[derive(Debug)]
pub(super) struct Labels {
    beginning: Digest,
    calls: usize,
    results: usize,
}

impl Labels {
    /// Labels for the conversation of `contents`.
    pub(super) fn of(contents: Option<Json<'_>>) -> Self {
        let first = elements(contents).next().map_or("", Json::raw);
        Self {
            beginning: Digest::of(first),
            calls: 0,
            results: 0,
        }
    }

    /// The id of the next call.
    fn call(&mut self) -> String {
        self.calls += 1;
        format!("{}-{}", self.beginning, self.calls)
    }

    /// The id of the call that the next result answers.
    fn result(&mut self) -> String {
        self.results += 1;
        format!("{}-{}", self.beginning, self.results)
    }
}
