//! Every distinct piece of content once: input and output items, tool definitions.
//!
//! Calls refer to content by digest, so a history that is sent a hundred times
//! costs a hundred digests, and its text is kept once. Of the texts only as many
//! are kept as fit, those that came first: which ones does not depend on the
//! order of reading, because what is forgotten is still measured.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Place;
use crate::call::Digest;
use crate::decode::content::readable;
use crate::decode::{Item, Part, Tool};
use crate::text;

/// All distinct content.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Library {
    #[serde(with = "super::pairs")]
    known: BTreeMap<Digest, Content>,
    /// Bytes of text that are kept.
    kept: usize,
}

/// One piece of content.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Content {
    /// Where it was seen first: the line, and the position among what that line holds.
    first: (Place, u32),
    pub(crate) part: Part,
    /// Its length as JSON.
    pub(crate) bytes: u64,
    /// The tool's name, of a tool or a tool call.
    pub(crate) name: Option<Box<str>>,
    pub(crate) call_id: Option<Box<str>>,
    /// Length of the text that is kept, or would be.
    text_bytes: u32,
    /// Its readable text, cut to a length, where there was room for it.
    pub(crate) text: Option<Box<str>>,
    /// Whether `text` is shorter than it was.
    pub(crate) cut: bool,
}

impl Library {
    /// Takes the content of one call.
    pub(super) fn add(&mut self, place: Place, tools: &[Tool<'_>], items: &[Item<'_>]) {
        let mut position = 0;
        for tool in tools {
            self.add_one((place, position), tool.digest, || Content {
                name: Some(tool.name.as_str().into()),
                ..content(Part::Tools, tool.raw, pretty(tool.raw))
            });
            position += 1;
        }
        for item in items {
            self.add_one((place, position), item.digest, || Content {
                name: item.name.as_deref().map(Into::into),
                call_id: item.call_id.as_deref().map(Into::into),
                ..content(item.part, &item.raw, readable(&item.raw))
            });
            position += 1;
        }
        if self.kept > MAX_KEPT_BYTES + SLACK_BYTES {
            self.forget();
        }
    }

    fn add_one(&mut self, first: (Place, u32), digest: Digest, make: impl FnOnce() -> Content) {
        use std::collections::btree_map::Entry;
        match self.known.entry(digest) {
            Entry::Occupied(mut known) => {
                let known = known.get_mut();
                known.first = known.first.min(first);
            }
            Entry::Vacant(slot) => {
                let content = slot.insert(Content { first, ..make() });
                self.kept += content.text_bytes as usize;
            }
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        use std::collections::btree_map::Entry;
        for (digest, content) in other.known {
            match self.known.entry(digest) {
                Entry::Occupied(mut known) => {
                    let known = known.get_mut();
                    known.first = known.first.min(content.first);
                    known.text = known.text.take().or(content.text);
                }
                Entry::Vacant(slot) => {
                    slot.insert(content);
                }
            }
        }
        self.forget();
    }

    /// Drops the texts that came after those that fill the room.
    pub(super) fn forget(&mut self) {
        let mut all: Vec<&mut Content> = self.known.values_mut().collect();
        all.sort_unstable_by_key(|content| content.first);
        let mut seen = 0;
        self.kept = 0;
        for content in all {
            seen += content.text_bytes as usize;
            if seen > MAX_KEPT_BYTES {
                content.text = None;
            }
            self.kept += content.text.as_ref().map_or(0, |text| text.len());
        }
    }

    /// What `digest` stands for.
    pub(super) fn content(&self, digest: Digest) -> Option<&Content> {
        self.known.get(&digest)
    }
}

fn content(part: Part, raw: &str, text: String) -> Content {
    let limit = match part {
        Part::Tools | Part::Instructions => MAX_PROMPT_BYTES,
        _ => MAX_ITEM_BYTES,
    };
    let kept = text::cut(&text, limit);
    Content {
        first: (Place::default(), 0),
        part,
        bytes: raw.len() as u64,
        name: None,
        call_id: None,
        text_bytes: kept.len() as u32,
        cut: kept.len() < text.len(),
        text: Some(kept.into()),
    }
}

/// A tool's definition as people read it; as it is where it nests too deep.
fn pretty(raw: &str) -> String {
    serde_json::from_str::<serde_json::Value>(raw)
        .and_then(|value| serde_json::to_string_pretty(&value))
        .unwrap_or_else(|_| raw.to_owned())
}

/// All texts together: a long session's whole transcript, and little beside a browser's page.
const MAX_KEPT_BYTES: usize = 16 << 20;
/// How far the texts may outgrow their room before some are dropped: dropping sorts.
const SLACK_BYTES: usize = 4 << 20;
/// One instruction text or tool definition: ten times codex's own.
const MAX_PROMPT_BYTES: usize = 256 << 10;
/// One other item: enough to read a transcript, not to copy a file out of it.
const MAX_ITEM_BYTES: usize = 16 << 10;
