//! Computes the section "Prompt".

use std::collections::{BTreeMap, BTreeSet};

use crate::decode::Part;
use crate::fold::content::{Content, ContentId};
use crate::fold::timeline_index::TimelineIndex;
use crate::report::{PartBytes, Prompt, PromptText};

/// `contents` is the number of distinct contents in the store.
pub(crate) fn finish(timeline: &TimelineIndex<'_>, contents: usize) -> Prompt {
    let mut uses = PartUses {
        seen: vec![NOT_SENT; contents],
        ..PartUses::default()
    };
    for (entry, call) in timeline.calls() {
        let mut known = 0;
        for (id, content) in entry.contents.sent() {
            uses.add(id, content, entry.row.id);
            known += content.bytes();
        }
        let around = call.prompt.bytes.saturating_sub(known);
        uses.around = uses.around.saturating_add(around);
    }
    let called: BTreeSet<&str> = timeline
        .calls()
        .flat_map(|(_, call)| &call.tool_calls)
        .map(|call| last_name(&call.name))
        .collect();
    uses.finish(&called)
}

/// The contents that were sent, how often, and first in which exchange.
#[derive(Default)]
struct PartUses<'a> {
    /// Instructions and tools, in order of their first use.
    order: Vec<Used<'a>>,
    /// By part and name, the index in `order` of contents whose text was not kept. They share one
    /// entry, so that a recording with new ones in every request does not fill the memory.
    without_text: BTreeMap<(Part, &'a str), usize>,
    /// By content id, the index in `order`, [`NOT_IN_PROMPT`] or [`NOT_SENT`].
    seen: Vec<u32>,
    /// Each part with the bytes that were sent, and those of distinct contents.
    parts: Vec<(Part, u64, u64)>,
    /// Bytes of request bodies outside any content.
    around: u64,
}

/// One prompt text, or all texts of one part and name that were not kept.
struct Used<'a> {
    /// The last one.
    content: &'a Content,
    items: u64,
    bytes: u64,
    first_exchange: u64,
    /// How many requests held one.
    requests: u64,
    /// Bytes sent, in all these requests together.
    sent_bytes: u64,
}

impl<'a> PartUses<'a> {
    fn add(&mut self, id: ContentId, content: &'a Content, exchange: u64) {
        // At most nine parts: a linear search is faster than a map.
        let known = self
            .parts
            .iter()
            .position(|(part, ..)| *part == content.part);
        let known = known.unwrap_or_else(|| {
            self.parts.push((content.part, 0, 0));
            self.parts.len() - 1
        });
        let (_, all, distinct) = &mut self.parts[known];
        *all += content.bytes();
        let mut order = self.seen[id.index()];
        if order == NOT_SENT {
            *distinct += content.bytes();
            order = if is_prompt(content.part) {
                self.text(content, exchange)
            } else {
                NOT_IN_PROMPT
            };
            self.seen[id.index()] = order;
        }
        if let Some(used) = self.order.get_mut(order as usize) {
            used.requests += 1;
            used.sent_bytes += content.bytes();
        }
    }

    /// Adds a text that was not sent before; returns its index in `order`.
    fn text(&mut self, content: &'a Content, exchange: u64) -> u32 {
        let new = self.order.len();
        let index = if content.text().is_none() {
            let name = content.name().map_or("", |name| name);
            *self.without_text.entry((content.part, name)).or_insert(new)
        } else {
            new
        };
        if index == new {
            self.order.push(Used {
                content,
                items: 0,
                bytes: 0,
                first_exchange: exchange,
                requests: 0,
                sent_bytes: 0,
            });
        }
        let used = &mut self.order[index];
        used.content = content;
        used.items += 1;
        used.bytes += content.bytes();
        index as u32
    }

    fn finish(mut self, called: &BTreeSet<&str>) -> Prompt {
        let mut prompt = Prompt::default();
        let mut unused = BTreeSet::new();
        for used in &self.order {
            let content = used.content;
            let text = PromptText {
                name: content.name().cloned(),
                digest: content.digest,
                items: used.items,
                bytes: used.bytes,
                requests: used.requests,
                first_exchange: used.first_exchange,
                text: content.text().cloned(),
                cut: content.cut(),
            };
            if content.part == Part::Instructions {
                prompt.instructions.push(text);
                continue;
            }
            let name = text.name.as_deref().unwrap_or("");
            if !called.contains(last_name(name)) {
                if !unused.contains(name) {
                    unused.insert(name.to_owned());
                }
                prompt.unused_tool_bytes += used.sent_bytes;
            }
            prompt.tools.push(text);
        }
        prompt.unused_tools = unused.into_iter().collect();
        prompt.bytes = self.bytes();
        prompt
    }

    fn bytes(&mut self) -> Vec<PartBytes> {
        self.parts.sort_unstable();
        let parts = self.parts.iter().map(|(part, bytes, distinct)| PartBytes {
            part: Some(*part),
            bytes: *bytes,
            distinct_bytes: *distinct,
        });
        let around = PartBytes {
            part: None,
            bytes: self.around,
            distinct_bytes: self.around,
        };
        parts.chain((self.around > 0).then_some(around)).collect()
    }
}

/// Above every index in `order`: see [`ContentId`].
const NOT_IN_PROMPT: u32 = u32::MAX;
const NOT_SENT: u32 = u32::MAX - 1;

fn is_prompt(part: Part) -> bool {
    matches!(part, Part::Instructions | Part::Tools)
}

/// A tool's name without its namespace, which calls do not always include.
fn last_name(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}
