//! What a request of the Responses API holds: instructions, tools, input items.

use std::borrow::Cow;

use super::Request;
use crate::decode::json::{elements, fields, short, text};
use crate::decode::{Item, Part};
use crate::json::Json;

/// A request's content.
#[derive(Debug, Default)]
pub(super) struct Input<'a> {
    pub(super) tools: Vec<Item<'a>>,
    pub(super) instructions: Option<Item<'a>>,
    pub(super) items: Vec<Item<'a>>,
}

/// Reads instructions, tools and input items, wherever they stand.
pub(super) fn read<'a>(request: &Request<'a>) -> Input<'a> {
    let mut input = Input::default();
    for tool in elements(request.tools) {
        add_tool(tool, "", &mut input.tools);
    }
    let instructions = request.instructions.filter(|value| value.raw_bytes() > 2);
    input.instructions = instructions.map(|value| Item::new(Part::Instructions, value.raw()));
    match request.input {
        Some(value) if value.string().is_some() => {
            input.items.push(Item::new(Part::User, value.raw()));
        }
        value => {
            for element in elements(value) {
                add_item(element, &mut input);
            }
        }
    }
    input
}

fn add_item<'a>(element: Json<'a>, input: &mut Input<'a>) {
    let head = Head::of(element);
    if let Some("additional_tools") = head.kind().as_deref() {
        for tool in elements(head.tools) {
            add_tool(tool, "", &mut input.tools);
        }
        return;
    }
    input.items.push(item(element, &head));
}

/// Adds a tool, or the tools in a namespace.
fn add_tool<'a>(value: Json<'a>, namespace: &str, tools: &mut Vec<Item<'a>>) {
    let head = Head::of(value);
    let own = short(head.name)
        .or_else(|| short(head.kind))
        .unwrap_or_default();
    let mut children = elements(head.tools).peekable();
    if children.peek().is_some() && namespace.is_empty() {
        for child in children {
            add_tool(child, &own, tools);
        }
        return;
    }
    tools.push(Item {
        name: Some(qualified(namespace, own)),
        ..Item::new(Part::Tools, value.raw())
    });
}

fields! {
    /// The fields of an item, or of a tool, that a report needs.
    pub(super) struct Head {
        kind: "type",
        role: "role",
        name: "name",
        namespace: "namespace",
        call_id: "call_id",
        tools: "tools",
        /// The arguments of a function call.
        pub(super) arguments: "arguments",
        /// The arguments of a custom tool's call.
        pub(super) input: "input",
    }
}

impl<'a> Head<'a> {
    fn kind(&self) -> Option<Cow<'a, str>> {
        text(self.kind)
    }
}

/// Reads an item of the input or of the output.
pub(super) fn item<'a>(element: Json<'a>, head: &Head<'a>) -> Item<'a> {
    let part = part(head.kind().as_deref(), text(head.role).as_deref());
    let named = (part == Part::ToolCall).then(|| {
        let own = short(head.name)
            .or_else(|| short(head.kind))
            .unwrap_or_default();
        qualified(&short(head.namespace).unwrap_or_default(), own)
    });
    Item {
        name: named,
        call_id: short(head.call_id),
        ..Item::new(part, element.raw())
    }
}

fn part(kind: Option<&str>, role: Option<&str>) -> Part {
    match kind {
        None | Some("message") => match role {
            Some("system" | "developer") => Part::Instructions,
            Some("assistant") => Part::Assistant,
            Some(_) => Part::User,
            None => Part::Other,
        },
        Some("reasoning") => Part::Reasoning,
        Some(kind) if kind.starts_with("compaction") => Part::Compaction,
        Some(kind) if kind.ends_with("_output") => Part::ToolResult,
        Some(kind) if kind.ends_with("_call") => Part::ToolCall,
        Some(_) => Part::Other,
    }
}

fn qualified<'a>(namespace: &str, name: Cow<'a, str>) -> Cow<'a, str> {
    if namespace.is_empty() {
        name
    } else {
        Cow::Owned(format!("{namespace}.{name}"))
    }
}
