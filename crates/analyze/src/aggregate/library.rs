//! Every distinct piece of content once: input and output items, tool definitions.
//!
//! Calls refer to content by digest, so a history that is sent a hundred times
//! costs a hundred digests, and its text is kept once. Of the texts only as many
//! are kept as fit, those that came first: which ones does not depend on the
//! order of reading, because what is not kept is still measured.

use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Place;
use super::digests::DigestMap;
use crate::call::Digest;
use crate::decode::content::readable;
use crate::decode::{Item, Part, Tool};
use crate::text;

/// All distinct content.
#[derive(Debug, Clone, Default)]
pub(crate) struct Library {
    known: DigestMap<Content>,
    /// Bytes of room that all of it would take, kept or not.
    measured: usize,
    /// Bytes of room that is taken.
    kept: usize,
    /// Where the last content stood that was seen for the first time.
    last: First,
}

/// One piece of content, told from others by its digest.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Content {
    pub(crate) digest: Digest,
    /// The digest of what it says, where that was kept; else its own. Agents give
    /// the same item other ids when they send it again, and it says the same.
    pub(crate) says: Digest,
    first: First,
    /// Its length as JSON.
    pub(crate) bytes: u64,
    /// The room that its text takes, or would take.
    room: u32,
    pub(crate) part: Part,
    /// Whether `text` is shorter than it was.
    pub(crate) cut: bool,
    /// Its readable text, cut to a length, where there was room for it.
    pub(crate) text: Option<Arc<str>>,
    /// Apart, because most content has none.
    labels: Option<Box<Labels>>,
}

/// What tells a tool, or a tool's call or result, from others.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Labels {
    name: Option<Box<str>>,
    call_id: Option<Digest>,
}

/// Where content was seen first: the line, and the position among what that line holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct First {
    source: u32,
    line: u64,
    position: u32,
}

impl PartialEq for Content {
    fn eq(&self, other: &Self) -> bool {
        self.digest == other.digest
    }
}

impl Content {
    /// The tool's name, of a tool or a tool call.
    pub(crate) fn name(&self) -> Option<&str> {
        self.labels.as_ref()?.name.as_deref()
    }

    /// The fingerprint of what pairs a tool call with its result.
    pub(crate) fn call_id(&self) -> Option<Digest> {
        self.labels.as_ref()?.call_id
    }
}

impl Library {
    /// Takes the content of one call.
    pub(super) fn add(&mut self, place: Place, tools: &[Tool<'_>], items: &[Item<'_>]) {
        let mut first = First {
            source: place.source,
            line: place.line,
            position: 0,
        };
        for tool in tools {
            let labels = || {
                Some(Labels {
                    name: Some(tool.name.as_str().into()),
                    call_id: None,
                })
            };
            let text = || pretty(tool.raw);
            self.add_one(tool.digest, first, Part::Tools, tool.raw, labels, text);
            first.position += 1;
        }
        for item in items {
            let labels = || {
                let labels = Labels {
                    name: item.name.as_deref().map(Into::into),
                    call_id: item.call_id.as_deref().map(Digest::of),
                };
                (labels.name.is_some() || labels.call_id.is_some()).then_some(labels)
            };
            let text = || readable(&item.raw);
            self.add_one(item.digest, first, item.part, &item.raw, labels, text);
            first.position += 1;
        }
        if self.kept > MAX_KEPT_BYTES + SLACK_BYTES {
            self.forget();
        }
    }

    fn add_one(
        &mut self,
        digest: Digest,
        first: First,
        part: Part,
        raw: &str,
        labels: impl FnOnce() -> Option<Labels>,
        text: impl FnOnce() -> String,
    ) {
        if let Some(known) = self.known.get_mut(&digest) {
            known.first = known.first.min(first);
            return;
        }
        let limit = limit(part);
        let room = raw.len().min(limit);
        self.measured += room;
        // What comes in order is left out at once when all before it fills the room.
        let fits = self.measured <= MAX_KEPT_BYTES || first < self.last;
        self.last = self.last.max(first);
        let mut content = Content {
            digest,
            says: digest,
            first,
            bytes: raw.len() as u64,
            room: room as u32,
            part,
            cut: false,
            text: None,
            labels: labels().map(Box::new),
        };
        if fits {
            let whole = text();
            let beginning = text::cut(&whole, limit);
            content.cut = beginning.len() < whole.len();
            content.says = Digest::of(beginning);
            content.text = Some(beginning.into());
            self.kept += room;
        }
        self.known.insert(digest, content);
    }

    pub(super) fn merge(&mut self, mut other: Self) {
        if self.known.len() < other.known.len() {
            std::mem::swap(self, &mut other);
        }
        for (digest, content) in other.known {
            match self.known.get_mut(&digest) {
                Some(known) => {
                    known.first = known.first.min(content.first);
                    if known.text.is_none() {
                        self.kept += content.text.as_ref().map_or(0, |_| content.room as usize);
                        (known.text, known.cut) = (content.text, content.cut);
                        known.says = content.says;
                    }
                }
                None => {
                    self.measured += content.room as usize;
                    self.kept += content.text.as_ref().map_or(0, |_| content.room as usize);
                    self.known.insert(digest, content);
                }
            }
        }
        self.last = self.last.max(other.last);
        if self.kept > MAX_KEPT_BYTES + SLACK_BYTES {
            self.forget();
        }
    }

    /// Drops the texts that came after those that fill the room.
    pub(super) fn forget(&mut self) {
        if self.measured <= MAX_KEPT_BYTES {
            return;
        }
        let mut all: Vec<&mut Content> = self.known.values_mut().collect();
        all.sort_unstable_by_key(|content| content.first);
        self.measured = 0;
        self.kept = 0;
        for content in all {
            self.measured += content.room as usize;
            if self.measured > MAX_KEPT_BYTES {
                content.text = None;
                content.cut = false;
                content.says = content.digest;
            } else if content.text.is_some() {
                self.kept += content.room as usize;
            }
        }
    }

    /// What `digest` stands for.
    pub(crate) fn content(&self, digest: Digest) -> Option<&Content> {
        self.known.get(&digest)
    }
}

impl Serialize for Library {
    /// As a list of pairs, by digest: equal libraries are equal text.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut known: Vec<(&Digest, &Content)> = self.known.iter().collect();
        known.sort_unstable_by_key(|(digest, _)| **digest);
        serializer.collect_seq(known)
    }
}

impl<'de> Deserialize<'de> for Library {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let known = Vec::<(Digest, Content)>::deserialize(deserializer)?;
        let last = known.iter().map(|(_, content)| content.first).max();
        let room = |content: &Content| content.room as usize;
        let measured = known.iter().map(|(_, content)| room(content)).sum();
        let kept = known.iter().filter(|(_, content)| content.text.is_some());
        Ok(Self {
            last: last.unwrap_or_default(),
            measured,
            kept: kept.map(|(_, content)| room(content)).sum(),
            known: known.into_iter().collect(),
        })
    }
}

/// How much of a text is kept.
fn limit(part: Part) -> usize {
    match part {
        Part::Tools | Part::Instructions => MAX_PROMPT_BYTES,
        _ => MAX_ITEM_BYTES,
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
