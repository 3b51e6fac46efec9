//! Changes in instructions and tools.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Serialize;

use crate::decode::Part;
use crate::report::{Prompt, PromptText, Report};
use crate::text::diff::unified;

/// One text that is new, gone or changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PromptChange {
    /// Instructions, or tools.
    pub part: Part,
    /// The tool's name.
    pub name: Option<Arc<str>>,
    /// The length before in bytes; absent if it is new.
    pub bytes_before: Option<u64>,
    /// The length now in bytes; absent if it is gone.
    pub bytes_after: Option<u64>,
    /// A unified diff; absent if a text was not kept.
    pub diff: Option<String>,
}

pub(crate) fn find(before: &Report, after: &Report) -> Vec<PromptChange> {
    let (Some(before), Some(after)) = (&before.prompt, &after.prompt) else {
        return Vec::new();
    };
    let mut changes = instructions(before, after);
    changes.extend(tools(before, after));
    changes
}

/// Skips texts that both have, and compares the others in pairs, in order.
fn instructions(before: &Prompt, after: &Prompt) -> Vec<PromptChange> {
    let only = |these: &[PromptText], others: &[PromptText]| -> Vec<PromptText> {
        let known: BTreeSet<_> = others.iter().map(key).collect();
        these
            .iter()
            .filter(|text| !known.contains(&key(text)))
            .cloned()
            .collect()
    };
    let gone = only(&before.instructions, &after.instructions);
    let new = only(&after.instructions, &before.instructions);
    (0..gone.len().max(new.len()))
        .filter_map(|n| change(Part::Instructions, gone.get(n), new.get(n)))
        .collect()
}

fn tools(before: &Prompt, after: &Prompt) -> Vec<PromptChange> {
    // Of several definitions of one tool, the last counts.
    fn by_name(prompt: &Prompt) -> BTreeMap<Option<&str>, &PromptText> {
        let tools = prompt.tools.iter();
        tools.map(|tool| (tool.name.as_deref(), tool)).collect()
    }
    let (before, after) = (by_name(before), by_name(after));
    let names: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    names
        .into_iter()
        .filter_map(|name| {
            change(
                Part::Tools,
                before.get(name).copied(),
                after.get(name).copied(),
            )
        })
        .collect()
}

/// The identity of a text: the text itself, if it was kept whole.
fn key(text: &PromptText) -> Arc<str> {
    match &text.text {
        Some(whole) if !text.cut => Arc::clone(whole),
        _ => text.digest.to_string().into(),
    }
}

fn change(
    part: Part,
    before: Option<&PromptText>,
    after: Option<&PromptText>,
) -> Option<PromptChange> {
    if before.map(key) == after.map(key) {
        return None;
    }
    fn text(text: Option<&PromptText>) -> Option<&str> {
        text.map_or(Some(""), |text| text.text.as_deref())
    }
    Some(PromptChange {
        part,
        name: after.or(before)?.name.clone(),
        bytes_before: before.map(|text| text.bytes),
        bytes_after: after.map(|text| text.bytes),
        diff: text(before)
            .zip(text(after))
            .and_then(|(before, after)| unified(before, after)),
    })
}
