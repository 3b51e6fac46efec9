//! Items and tools, in requests and in answers.

use std::borrow::Cow;

use crate::decode::item::{Item, Part};
use crate::decode::json::{elements, fields, short, text};
use crate::json::Json;

fields! {
    /// An item or a tool: whichever of these fields it has.
    pub(super) struct ResponsesItem {
        pub(super) kind: "type",
        role: "role",
        name: "name",
        namespace: "namespace",
        call_id: "call_id",
        pub(super) tools: "tools",
        /// The arguments of a function call.
        arguments: "arguments",
        /// The arguments of a custom tool's call.
        input: "input",
    }
}

impl<'a> ResponsesItem<'a> {
    /// The item that `value`, whose fields these are, makes.
    pub(super) fn item(&self, value: Json<'a>) -> Item<'a> {
        let part = part(text(self.kind).as_deref(), text(self.role).as_deref());
        let name = (part == Part::ToolCall).then(|| {
            let namespace = short(self.namespace);
            qualified(&namespace.unwrap_or_default(), self.name_or_kind())
        });
        Item {
            name,
            call_id: short(self.call_id),
            ..Item::new(part, value.raw())
        }
    }

    /// The arguments of a tool call.
    pub(super) fn arguments(&self) -> Option<Json<'a>> {
        self.arguments.or(self.input)
    }

    fn name_or_kind(&self) -> Cow<'a, str> {
        let name = short(self.name).or_else(|| short(self.kind));
        name.unwrap_or_default()
    }
}

/// Adds each of `values`, or the tools inside it if it is a namespace.
pub(super) fn add_tools<'a>(values: Option<Json<'a>>, tools: &mut Vec<Item<'a>>) {
    for value in elements(values) {
        add_tool(value, "", tools);
    }
}

fn add_tool<'a>(value: Json<'a>, namespace: &str, tools: &mut Vec<Item<'a>>) {
    let tool = ResponsesItem::of(value);
    let name = tool.name_or_kind();
    let mut inner = elements(tool.tools).peekable();
    if inner.peek().is_some() && namespace.is_empty() {
        for value in inner {
            add_tool(value, &name, tools);
        }
        return;
    }
    tools.push(Item::tool(Some(qualified(namespace, name)), value));
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
