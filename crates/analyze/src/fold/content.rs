//! One piece of content: an input or output item, or a tool definition.

use std::sync::Arc;

use crate::call::Digest;
use crate::decode::readable::readable;
use crate::decode::{Item, Part};
use crate::line::LineRef;
use crate::text;

/// The index of a content in its store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ContentId(u32);

impl ContentId {
    /// `index` fits: a recording with 2^32 distinct contents would take a terabyte.
    pub(crate) fn new(index: usize) -> Self {
        Self(index as u32)
    }

    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// One piece of content, identified by its digest. Small, because there may be very many.
#[derive(Debug, Clone)]
pub(crate) struct Content {
    pub(crate) digest: Digest,
    /// Digest of the id that pairs a tool call with its result.
    pub(crate) call_id: Option<Digest>,
    /// The tool's name, of a tool or a tool call. A thin pointer: half the size of an `Arc<str>`.
    name: Option<Arc<Arc<str>>>,
    /// Its text, if there was room for it.
    text: Option<Box<Text>>,
    /// Where it was seen first.
    pub(crate) first: FirstPosition,
    /// Its length as JSON; no line is as long as 4 GiB.
    bytes: u32,
    pub(crate) part: Part,
}

/// The readable text of a content.
#[derive(Debug, Clone)]
pub(crate) struct Text {
    digest: Digest,
    /// Whether `text` is only the beginning.
    cut: bool,
    text: Arc<str>,
}

/// Where content was seen first: the line, and the position among that line's contents.
///
/// It only ranks texts, so numbers that do not fit may saturate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FirstPosition {
    source: u16,
    line: u32,
    position: u16,
}

impl FirstPosition {
    pub(crate) fn of(line: LineRef, position: usize) -> Self {
        Self {
            source: u16::try_from(line.source).unwrap_or(u16::MAX),
            line: u32::try_from(line.line).unwrap_or(u32::MAX),
            position: u16::try_from(position).unwrap_or(u16::MAX),
        }
    }
}

impl PartialEq for Content {
    fn eq(&self, other: &Self) -> bool {
        self.digest == other.digest
    }
}

impl Content {
    /// The content of `item`, without its text: see [`Content::keep`].
    pub(crate) fn of(item: &Item<'_>, first: FirstPosition, name: Option<Arc<Arc<str>>>) -> Self {
        Self {
            digest: item.digest,
            call_id: item.call_id.as_deref().map(Digest::of),
            name,
            text: None,
            first,
            bytes: u32::try_from(item.raw.len()).unwrap_or(u32::MAX),
            part: item.part,
        }
    }

    /// The tool's name, of a tool or a tool call.
    pub(crate) fn name(&self) -> Option<&Arc<str>> {
        self.name.as_deref()
    }

    /// Its readable text, cut to a maximum length, if there was room for it.
    pub(crate) fn text(&self) -> Option<&Arc<str>> {
        self.text.as_ref().map(|text| &text.text)
    }

    /// Whether the text is only the beginning.
    pub(crate) fn cut(&self) -> bool {
        self.text.as_ref().is_some_and(|text| text.cut)
    }

    /// The digest of its text if that was kept, else its own. Agents resend an item with a
    /// different id, but with the same text.
    pub(crate) fn text_digest(&self) -> Digest {
        self.text.as_ref().map_or(self.digest, |text| text.digest)
    }

    /// Its length as JSON.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes.into()
    }

    /// The order in which texts get room. The digest makes it total.
    pub(crate) fn order(&self) -> (FirstPosition, Digest) {
        (self.first, self.digest)
    }

    /// The room that its text takes: an estimate from its length as JSON.
    pub(crate) fn kept(&self) -> usize {
        let room = limit(self.part).min(self.bytes as usize);
        self.text.as_ref().map_or(0, |_| room)
    }

    /// Keeps the text of `item`, of which this is the content.
    pub(crate) fn keep(&mut self, item: &Item<'_>) {
        let whole = match item.part {
            Part::Tools => pretty(&item.raw),
            _ => readable(&item.raw),
        };
        let beginning = text::cut(&whole, limit(item.part));
        self.text = Some(Box::new(Text {
            digest: Digest::of(beginning),
            cut: beginning.len() < whole.len(),
            text: beginning.into(),
        }));
    }

    /// Drops the text.
    pub(crate) fn forget(&mut self) {
        self.text = None;
    }

    /// Adds what another store knows about the same content.
    pub(crate) fn merge(&mut self, other: Self) {
        self.first = self.first.min(other.first);
        if self.text.is_none() {
            self.text = other.text;
        }
    }
}

/// How many bytes of a text are kept.
fn limit(part: Part) -> usize {
    match part {
        Part::Tools | Part::Instructions => MAX_PROMPT_BYTES,
        _ => MAX_ITEM_BYTES,
    }
}

/// A tool's definition, indented; unchanged if it nests too deep for serde_json.
fn pretty(raw: &str) -> String {
    serde_json::from_str::<serde_json::Value>(raw)
        .and_then(|value| serde_json::to_string_pretty(&value))
        .unwrap_or_else(|_| raw.to_owned())
}

/// One instruction text or tool definition: ten times the size of codex's.
const MAX_PROMPT_BYTES: usize = 256 << 10;
/// One other item: enough to read a transcript, not to copy a file out of it.
pub(crate) const MAX_ITEM_BYTES: usize = 16 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_is_small() {
        assert!(size_of::<Content>() <= 48);
    }
}
