//! Computes the section "Transcript": each request against the one before it.
//!
//! Over a WebSocket a request holds only new items and refers to the previous
//! response; over HTTP it holds the whole history again. Both become the same:
//! what was added, removed or changed. Items are compared by their text, because
//! agents resend an item with a different id.

use std::collections::{BTreeMap, HashSet};

use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::call::{Call, Digest, Ending};
use crate::decode::Part;
use crate::fold::call_contents::CallContents;
use crate::fold::content::Content;
use crate::fold::digests::DigestSet;
use crate::fold::sections::conversation::MAX_THREADS;
use crate::fold::timeline_index::{IndexedExchange, TimelineIndex};
use crate::report::{Change, Step, Thread, Transcript, TranscriptItem};
use crate::text::diff::unified;

pub(crate) fn finish(timeline: &TimelineIndex<'_>) -> Transcript {
    let mut threads: BTreeMap<(usize, Option<&str>), (usize, ThreadBuilder<'_>)> = BTreeMap::new();
    let mut folded = HashSet::new();
    let mut room = Room {
        text: MAX_TEXT_BYTES,
        compared: MAX_COMPARED_BYTES,
    };
    for (order, (entry, call)) in timeline.calls().enumerate() {
        let key = (entry.recording, call.ids.thread.as_deref());
        if threads.len() == MAX_THREADS && !threads.contains_key(&key) {
            folded.insert(key);
            continue;
        }
        let (_, conversation) = threads
            .entry(key)
            .or_insert_with(|| (order, ThreadBuilder::of(entry, call)));
        conversation.take(entry, call, &mut room);
    }
    let mut threads: Vec<_> = threads.into_values().collect();
    threads.sort_by_key(|(order, _)| *order);
    Transcript {
        threads: threads
            .into_iter()
            .map(|(_, conversation)| conversation.thread)
            .collect(),
        folded: folded.len() as u64,
    }
}

/// The remaining budget, in bytes.
struct Room {
    /// For texts that are copied into the report.
    text: usize,
    /// For texts that are compared line by line.
    compared: usize,
}

impl Room {
    /// The diff of two texts: `None` if they are equal, `Some(None)` if there is no room for it.
    fn diff(&mut self, old: &str, new: &str) -> Option<Option<String>> {
        if old == new {
            return None;
        }
        match self.compared.checked_sub(old.len() + new.len()) {
            Some(rest) => {
                self.compared = rest;
                unified(old, new).map(Some)
            }
            None => Some(None),
        }
    }
}

/// A conversation so far.
struct ThreadBuilder<'a> {
    thread: Thread,
    /// The items of the last request and its response.
    context: Vec<&'a Content>,
    /// The last instructions outside the input.
    instructions: Option<&'a Content>,
    tools: Tools<'a>,
}

/// Tools by their names.
type Tools<'a> = BTreeMap<&'a str, &'a Content>;

impl<'a> ThreadBuilder<'a> {
    fn of(entry: &IndexedExchange<'_>, call: &Call) -> Self {
        Self {
            thread: Thread {
                recording: entry.recording,
                id: call.ids.thread.clone(),
                source: call.settings.thread_source.clone(),
                steps: Vec::new(),
            },
            context: Vec::new(),
            instructions: None,
            tools: Tools::new(),
        }
    }

    /// Adds a request.
    fn take(&mut self, entry: &IndexedExchange<'a>, call: &Call, room: &mut Room) {
        let mut step = Step {
            exchange: entry.row.id,
            kind: entry.kind().unwrap_or(call.kind),
            model: call.model.clone(),
            state: entry.row.state,
            failed: matches!(call.ending, Ending::Failed | Ending::Cut),
            problem: call
                .error
                .as_ref()
                .and_then(|fault| fault.message.clone().or(fault.code.clone())),
            repeated: 0,
            added: Vec::new(),
            removed: Vec::new(),
            changed: Vec::new(),
            output: Vec::new(),
        };
        let contents = &entry.contents;
        let input = contents.input();
        let goes_on = call.ids.previous_response.is_some();
        if goes_on {
            step.added = items(&input, room);
            self.context.extend(input);
        } else {
            self.compare(&input, &mut step, room);
            self.context = input;
        }
        step.changed
            .extend(self.take_settings(contents, goes_on, room));
        step.changed.shrink_to_fit();
        let output = contents.output();
        step.output = items(&output, room);
        self.context.extend(output);
        self.thread.steps.push(step);
    }

    /// Compares instructions and tools with the previous ones. A request that continues another
    /// may omit them and mean the same ones; a prewarm may leave them to the request that
    /// continues it.
    fn take_settings(
        &mut self,
        contents: &CallContents<'a>,
        goes_on: bool,
        room: &mut Room,
    ) -> Vec<Change> {
        // The first instructions and tools are not a change.
        let begins = goes_on || self.thread.steps.is_empty();
        let mut changed = Vec::new();
        let instructions = contents.instructions();
        if instructions.is_some() || !goes_on {
            if self.instructions.is_some() || !begins {
                changed.extend(change(self.instructions, instructions, room));
            }
            self.instructions = instructions;
        }
        let tools = contents.tools().into_iter();
        let tools: Tools<'a> = tools
            .filter_map(|tool| Some((&**tool.name()?, tool)))
            .collect();
        if !tools.is_empty() || !goes_on {
            if !self.tools.is_empty() || !begins {
                changed.extend(changed_tools(&self.tools, &tools, room));
            }
            self.tools = tools;
        }
        changed
    }

    /// Finds which items of `input` are new in comparison with the context, and which are gone.
    fn compare(&self, input: &[&Content], step: &mut Step, room: &mut Room) {
        let key = |content: &&Content| (content.part, content.text_digest());
        let old: Vec<_> = self.context.iter().map(key).collect();
        let new: Vec<_> = input.iter().map(key).collect();
        for operation in operations(&old, &new) {
            let (_, before, after) = operation.as_tag_tuple();
            if let DiffOp::Equal { len, .. } = operation {
                step.repeated += len as u64;
                continue;
            }
            let (before, after) = (&self.context[before], &input[after]);
            // One item replaced by another of the same part is a change of that item.
            if let ([before], [after]) = (before, after)
                && before.part == after.part
            {
                step.changed.extend(change(Some(before), Some(after), room));
                continue;
            }
            step.removed.extend(items(before, room));
            step.added.extend(items(after, room));
        }
    }
}

/// The items of a list. Items whose text has no room are grouped by part and name where the first
/// of them is; else they could make up most of the report.
fn items(contents: &[&Content], room: &mut Room) -> Vec<TranscriptItem> {
    let mut all: Vec<TranscriptItem> = Vec::new();
    let mut without_text = BTreeMap::new();
    for content in contents {
        let text = content
            .text()
            .cloned()
            .filter(|text| text.len() <= room.text);
        if text.is_none() {
            let kind = (content.part, content.name());
            let index = *without_text.entry(kind).or_insert(all.len());
            if let Some(item) = all.get_mut(index) {
                item.items += 1;
                item.bytes = item.bytes.saturating_add(content.bytes());
                continue;
            }
        }
        room.text -= text.as_ref().map_or(0, |text| text.len());
        all.push(TranscriptItem {
            part: content.part,
            name: content.name().cloned(),
            text,
            cut: content.cut(),
            items: 1,
            bytes: content.bytes(),
        });
    }
    all.shrink_to_fit();
    all
}

/// The change from one content to another; `None` if they are equal.
fn change(before: Option<&Content>, after: Option<&Content>, room: &mut Room) -> Option<Change> {
    if before == after {
        return None;
    }
    fn text(content: Option<&Content>) -> Option<&str> {
        content.map_or(Some(""), |content| content.text().map(|text| &**text))
    }
    let named = after.or(before)?;
    let diff = match (text(before), text(after)) {
        (Some(old), Some(new)) => room.diff(old, new)?,
        _ => None,
    };
    Some(Change {
        part: named.part,
        name: named.name().cloned(),
        diff,
    })
}

/// Tools that were added or removed, or whose definition changed.
fn changed_tools(before: &Tools<'_>, after: &Tools<'_>, room: &mut Room) -> Vec<Change> {
    let mut names: Vec<&str> = before.keys().chain(after.keys()).copied().collect();
    names.sort_unstable();
    names.dedup();
    let changes = names
        .into_iter()
        .filter_map(|name| change(before.get(name).copied(), after.get(name).copied(), room));
    changes.collect()
}

/// The edits from `old` to `new`. Only what follows their common prefix counts for the limit.
fn operations(old: &[(Part, Digest)], new: &[(Part, Digest)]) -> Vec<DiffOp> {
    let common = old.iter().zip(new).take_while(|(old, new)| old == new);
    let common = common.count();
    let (gone, come) = (&old[common..], &new[common..]);
    let few = gone.len() + come.len() <= MAX_COMPARED;
    let known: DigestSet<_> = gone.iter().copied().collect();
    if few && come.iter().any(|item| known.contains(item)) {
        return capture_diff_slices(Algorithm::Myers, old, new);
    }
    let same = (common > 0).then_some(DiffOp::Equal {
        old_index: 0,
        new_index: 0,
        len: common,
    });
    let other = (!gone.is_empty() || !come.is_empty()).then_some(DiffOp::Replace {
        old_index: common,
        old_len: gone.len(),
        new_index: common,
        new_len: come.len(),
    });
    same.into_iter().chain(other).collect()
}

/// Comparing takes time proportional to items times changes.
const MAX_COMPARED: usize = 2000;

/// Bounds copies: the same text can be new in many conversations. As much as the store keeps of
/// distinct texts.
const MAX_TEXT_BYTES: usize = 16 << 20;

/// Old and new text both count: twenty times codex's instructions. A recording of many unrelated
/// agents would otherwise take very long to compare.
const MAX_COMPARED_BYTES: usize = 1 << 20;
