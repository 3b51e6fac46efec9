//! Works out the section "Prompt".

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::library::Content;
use super::view::View;
use crate::call::Digest;
use crate::decode::Part;
use crate::report::{PartBytes, Prompt, PromptText};

pub(super) fn finish(view: &View<'_>) -> Prompt {
    let mut uses = Uses::default();
    for (entry, call) in view.calls() {
        let prompt = &call.prompt;
        let mut known = 0;
        let contents = prompt
            .tools
            .iter()
            .chain(&prompt.instructions)
            .chain(&prompt.input);
        for digest in contents {
            if let Some(content) = view.library.content(*digest) {
                uses.add(*digest, content, entry.row.id);
                known += content.bytes;
            }
        }
        let around = prompt.bytes.saturating_sub(known);
        uses.around = uses.around.saturating_add(around);
    }
    let called: BTreeSet<&str> = view
        .calls()
        .flat_map(|(_, call)| &call.tool_calls)
        .map(|call| last_name(&call.name))
        .collect();
    uses.finish(view, &called)
}

/// Which content was sent, how often, and first by whom.
#[derive(Default)]
struct Uses {
    /// Prompt texts in the order in which they came.
    order: Vec<(Digest, u64)>,
    requests: BTreeMap<Digest, u64>,
    seen: HashSet<Digest>,
    parts: BTreeMap<Part, (u64, u64)>,
    around: u64,
}

impl Uses {
    fn add(&mut self, digest: Digest, content: &Content, exchange: u64) {
        let (all, distinct) = self.parts.entry(content.part).or_default();
        *all += content.bytes;
        if self.seen.insert(digest) {
            *distinct += content.bytes;
            if is_prompt(content.part) {
                self.order.push((digest, exchange));
            }
        }
        if is_prompt(content.part) {
            *self.requests.entry(digest).or_default() += 1;
        }
    }

    fn finish(self, view: &View<'_>, called: &BTreeSet<&str>) -> Prompt {
        let mut prompt = Prompt::default();
        let mut unused = BTreeSet::new();
        for (digest, first_exchange) in &self.order {
            let Some(content) = view.library.content(*digest) else {
                continue;
            };
            let text = PromptText {
                name: content.name.as_deref().map(str::to_owned),
                digest: *digest,
                bytes: content.bytes,
                requests: self.requests.get(digest).copied().unwrap_or(0),
                first_exchange: *first_exchange,
                text: content.text.as_deref().map(str::to_owned),
                cut: content.cut,
            };
            if content.part == Part::Instructions {
                prompt.instructions.push(text);
                continue;
            }
            let name = text.name.as_deref().unwrap_or("");
            if !called.contains(last_name(name)) {
                unused.insert(name.to_owned());
                prompt.unused_tool_bytes += text.bytes * text.requests;
            }
            prompt.tools.push(text);
        }
        prompt.unused_tools = unused.into_iter().collect();
        prompt.bytes = self.bytes();
        prompt
    }

    fn bytes(&self) -> Vec<PartBytes> {
        let parts = self
            .parts
            .iter()
            .map(|(part, (bytes, distinct))| PartBytes {
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

fn is_prompt(part: Part) -> bool {
    matches!(part, Part::Instructions | Part::Tools)
}

/// A tool's name without its namespace: calls do not always name it.
fn last_name(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}
