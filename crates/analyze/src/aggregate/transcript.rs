//! Works out the section "Transcript": each request against the one before it.
//!
//! Over a WebSocket a request holds new items alone and refers to the response
//! before it; over HTTP it holds the whole history again. Both become the same
//! here: what was added, removed or changed. Items are compared by what they
//! say, for agents give the same item other ids when they send it again.

use std::collections::BTreeMap;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::library::Library;
use super::view::{Entry, View};
use crate::call::{Call, Digest, Ending, Prompt};
use crate::decode::Part;
use crate::diff::unified;
use crate::report::{Change, Said, Step, Thread, Transcript};

pub(super) fn finish(view: &View<'_>) -> Transcript {
    let mut threads: BTreeMap<(usize, Option<&str>), (usize, Conversation<'_>)> = BTreeMap::new();
    let mut room = MAX_TEXT_BYTES;
    for (order, (entry, call)) in view.calls().enumerate() {
        let key = (entry.recording, call.ids.thread.as_deref());
        let (_, conversation) = threads
            .entry(key)
            .or_insert_with(|| (order, Conversation::of(entry, call, view.library)));
        conversation.take(entry, call, &mut room);
    }
    let mut threads: Vec<_> = threads.into_values().collect();
    threads.sort_by_key(|(order, _)| *order);
    Transcript {
        threads: threads
            .into_iter()
            .map(|(_, conversation)| conversation.thread)
            .collect(),
    }
}

/// A conversation so far.
struct Conversation<'a> {
    thread: Thread,
    library: &'a Library,
    /// The items of the last request and its answer.
    context: Vec<Digest>,
    instructions: Option<Digest>,
    tools: Vec<Digest>,
}

impl<'a> Conversation<'a> {
    fn of(entry: &Entry<'_>, call: &Call, library: &'a Library) -> Self {
        Self {
            thread: Thread {
                recording: entry.recording,
                id: call.ids.thread.clone(),
                source: call.settings.thread_source.clone(),
                steps: Vec::new(),
            },
            library,
            context: Vec::new(),
            instructions: None,
            tools: Vec::new(),
        }
    }

    /// Adds a request. `room` is how many bytes of text may still be copied.
    fn take(&mut self, entry: &Entry<'_>, call: &Call, room: &mut usize) {
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
        let prompt = &call.prompt;
        let goes_on = call.ids.previous_response.is_some();
        if goes_on {
            step.added = self.said(&prompt.input, room);
            self.context.extend(&prompt.input);
        } else {
            self.compare(&prompt.input, &mut step, room);
            self.context.clone_from(&prompt.input);
        }
        step.changed.extend(self.take_settings(prompt, goes_on));
        step.output = self.said(&call.output, room);
        self.context.extend(&call.output);
        self.thread.steps.push(step);
    }

    /// Compares instructions and tools with those before. A request that goes on
    /// from another one may leave them out, and means the same ones; a prewarm
    /// may leave them to the request that goes on from it.
    fn take_settings(&mut self, prompt: &Prompt, goes_on: bool) -> Vec<Change> {
        // What a conversation begins with is no change.
        let begins = goes_on || self.thread.steps.is_empty();
        let mut changed = Vec::new();
        if prompt.instructions.is_some() || !goes_on {
            if self.instructions.is_some() || !begins {
                changed.extend(self.change(self.instructions, prompt.instructions));
            }
            self.instructions = prompt.instructions;
        }
        if !prompt.tools.is_empty() || !goes_on {
            if !self.tools.is_empty() || !begins {
                changed.extend(self.changed_tools(&prompt.tools));
            }
            self.tools.clone_from(&prompt.tools);
        }
        changed
    }

    /// Finds what is new in `input` against the context, and what is gone.
    fn compare(&self, input: &[Digest], step: &mut Step, room: &mut usize) {
        let old: Vec<_> = self
            .context
            .iter()
            .map(|digest| self.key(*digest))
            .collect();
        let new: Vec<_> = input.iter().map(|digest| self.key(*digest)).collect();
        for operation in operations(&old, &new) {
            let (_, before, after) = operation.as_tag_tuple();
            if let DiffOp::Equal { len, .. } = operation {
                step.repeated += len as u64;
                continue;
            }
            let (before, after) = (&self.context[before], &input[after]);
            let part = |digest: Digest| self.library.content(digest).map(|content| content.part);
            // One item for another of the same part is that item changed.
            if let ([before], [after]) = (before, after)
                && part(*before) == part(*after)
            {
                step.changed
                    .extend(self.change(Some(*before), Some(*after)));
                continue;
            }
            step.removed.extend(self.said(before, room));
            step.added.extend(self.said(after, room));
        }
    }

    /// What an item is compared by.
    fn key(&self, digest: Digest) -> Key<'a> {
        let content = self.library.content(digest);
        match content.and_then(|content| Some((content.part, content.text.as_deref()?))) {
            Some((part, text)) => Key::Text(part, text),
            None => Key::Digest(digest),
        }
    }

    fn said(&self, digests: &[Digest], room: &mut usize) -> Vec<Said> {
        let known = digests
            .iter()
            .filter_map(|digest| self.library.content(*digest));
        known
            .map(|content| {
                let text = content.text.as_deref().filter(|text| text.len() <= *room);
                *room -= text.map_or(0, str::len);
                Said {
                    part: content.part,
                    name: content.name.as_deref().map(str::to_owned),
                    text: text.map(str::to_owned),
                    cut: content.cut,
                    bytes: content.bytes,
                }
            })
            .collect()
    }

    /// The change from one content to another; `None` when they say the same.
    fn change(&self, before: Option<Digest>, after: Option<Digest>) -> Option<Change> {
        if before == after {
            return None;
        }
        let content = |digest: Option<Digest>| digest.and_then(|d| self.library.content(d));
        let (old, new) = (content(before), content(after));
        let named = new.or(old)?;
        let text = |content: Option<&super::library::Content>| match content {
            Some(content) => content.text.as_deref().map(str::to_owned),
            None => Some(String::new()),
        };
        let diff = match (text(old), text(new)) {
            (Some(old), Some(new)) => Some(unified(&old, &new)?),
            _ => None,
        };
        Some(Change {
            part: named.part,
            name: named.name.as_deref().map(str::to_owned),
            diff,
        })
    }

    /// Tools that came, went, or are defined in another way.
    fn changed_tools(&self, tools: &[Digest]) -> Vec<Change> {
        let by_name = |tools: &[Digest]| -> BTreeMap<&'a str, Digest> {
            let named = tools.iter().filter_map(|digest| {
                let name = self.library.content(*digest)?.name.as_deref()?;
                Some((name, *digest))
            });
            named.collect()
        };
        let (before, after) = (by_name(&self.tools), by_name(tools));
        let mut names: Vec<&str> = before.keys().chain(after.keys()).copied().collect();
        names.sort_unstable();
        names.dedup();
        let digest = |tools: &BTreeMap<&str, Digest>, name| tools.get(name).copied();
        names
            .into_iter()
            .filter_map(|name| self.change(digest(&before, name), digest(&after, name)))
            .collect()
    }
}

/// What an item is compared by: what it says, where that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Key<'a> {
    Text(Part, &'a str),
    Digest(Digest),
}

/// How to get from `old` to `new`; what both begin with is compared without a limit.
fn operations(old: &[Key<'_>], new: &[Key<'_>]) -> Vec<DiffOp> {
    let common = old
        .iter()
        .zip(new)
        .take_while(|(old, new)| old == new)
        .count();
    if old.len() + new.len() - 2 * common <= MAX_COMPARED {
        return capture_diff_slices(Algorithm::Myers, old, new);
    }
    vec![
        DiffOp::Equal {
            old_index: 0,
            new_index: 0,
            len: common,
        },
        DiffOp::Replace {
            old_index: common,
            old_len: old.len() - common,
            new_index: common,
            new_len: new.len() - common,
        },
    ]
}

/// Comparing takes time in proportion to items times changes.
const MAX_COMPARED: usize = 2000;

/// The same text can be new in many conversations: bounds the copies. As much
/// as the library keeps of each text once.
const MAX_TEXT_BYTES: usize = 16 << 20;
