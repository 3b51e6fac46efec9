//! Every distinct piece of content once: input and output items, tool definitions.
//!
//! Calls refer to content by digest, so a history that is sent a hundred times
//! costs a hundred digests, and its text is kept once. Of the texts only as many
//! are kept as fit, those that came first: which ones does not depend on the
//! order of reading, because what is not kept is still measured.

use std::sync::Arc;

use hashbrown::HashTable;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Place;
use crate::call::Digest;
use crate::decode::content::readable;
use crate::decode::{Item, Part, Tool};
use crate::text;

/// All distinct content.
#[derive(Debug, Clone, Default)]
pub(crate) struct Library {
    /// In the order in which they were met here. Apart from the table, which moves all that is in
    /// it as it grows.
    contents: Vec<Content>,
    /// Where each of them is, found by its digest, which is a hash already.
    places: HashTable<Found>,
    /// Bytes of room that all of it would take, kept or not.
    measured: usize,
    /// Bytes of room that is taken.
    kept: usize,
    /// Where the last content stood that was seen for the first time.
    last: First,
    /// The names of tools, each once: there are few.
    names: HashTable<Arc<str>>,
}

/// Where a content is, and enough of its digest that others need not be looked at.
#[derive(Debug, Clone, Copy)]
struct Found {
    place: u32,
    digest: u32,
}

impl Found {
    fn of(place: usize, digest: Digest) -> Self {
        Self {
            place: place as u32,
            digest: digest.number() as u32,
        }
    }

    /// The hash for the table: who grows it would look up all digests, were it made of the whole one.
    fn hash(&self) -> u64 {
        // The multiplier of Fibonacci hashing: the table uses the lowest bits and the highest.
        u64::from(self.digest).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    }
}

/// One piece of content, told from others by its digest. There may be very many: kept small.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Content {
    pub(crate) digest: Digest,
    first: First,
    /// The fingerprint of what pairs a tool call with its result.
    pub(crate) call_id: Option<Digest>,
    /// The tool's name, of a tool or a tool call.
    pub(crate) name: Option<Arc<str>>,
    /// What it says, where there was room for it.
    text: Option<Box<Text>>,
    /// Its length as JSON; no line is longer than 4 GiB.
    bytes: u32,
    pub(crate) part: Part,
}

/// What a content says.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Text {
    digest: Digest,
    /// Whether it is shorter than it was.
    cut: bool,
    text: Arc<str>,
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
    /// Its readable text, cut to a length, where there was room for it.
    pub(crate) fn text(&self) -> Option<&Arc<str>> {
        self.text.as_ref().map(|text| &text.text)
    }

    /// Whether the text is shorter than it was.
    pub(crate) fn cut(&self) -> bool {
        self.text.as_ref().is_some_and(|text| text.cut)
    }

    /// The digest of what it says, where that was kept; else its own. Agents give
    /// the same item other ids when they send it again, and it says the same.
    pub(crate) fn says(&self) -> Digest {
        self.text.as_ref().map_or(self.digest, |text| text.digest)
    }

    /// Its length as JSON.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes.into()
    }

    /// The room that its text takes, or would take.
    fn room(&self) -> usize {
        limit(self.part).min(self.bytes as usize)
    }

    /// The room that its text takes.
    fn kept(&self) -> usize {
        self.text.as_ref().map_or(0, |_| self.room())
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
        // All at once: the processor waits for what lies far apart in memory, but for several at a time.
        let digests = tools.iter().map(|tool| tool.digest);
        let digests = digests.chain(items.iter().map(|item| item.digest));
        let places: Vec<_> = digests.map(|digest| self.place(digest)).collect();
        let (of_tools, of_items) = places.split_at(tools.len());
        for (tool, known) in tools.iter().zip(of_tools) {
            let known = known.or_else(|| self.place(tool.digest));
            if !self.meet(known, first) {
                let text = || pretty(tool.raw);
                let name = Some(self.name(&tool.name));
                self.insert(Content {
                    name,
                    ..self.content_of(tool.digest, first, Part::Tools, tool.raw, text)
                });
            }
            first.position += 1;
        }
        for (item, known) in items.iter().zip(of_items) {
            let known = known.or_else(|| self.place(item.digest));
            if !self.meet(known, first) {
                let text = || readable(&item.raw);
                let name = item.name.as_deref().map(|name| self.name(name));
                let call_id = item.call_id.as_deref().map(Digest::of);
                self.insert(Content {
                    name,
                    call_id,
                    ..self.content_of(item.digest, first, item.part, &item.raw, text)
                });
            }
            first.position += 1;
        }
        if self.kept > MAX_KEPT_BYTES + SLACK_BYTES {
            self.forget();
        }
    }

    /// Notes that what is at `known` was seen; whether there is anything.
    fn meet(&mut self, known: Option<usize>, first: First) -> bool {
        let Some(known) = known.and_then(|place| self.contents.get_mut(place)) else {
            return false;
        };
        known.first = known.first.min(first);
        true
    }

    /// A content that was not seen before.
    fn content_of(
        &self,
        digest: Digest,
        first: First,
        part: Part,
        raw: &str,
        text: impl FnOnce() -> String,
    ) -> Content {
        let mut content = Content {
            digest,
            first,
            call_id: None,
            name: None,
            text: None,
            bytes: u32::try_from(raw.len()).unwrap_or(u32::MAX),
            part,
        };
        // What comes in order is left out at once when all before it fills the room.
        if self.measured + content.room() <= MAX_KEPT_BYTES || first < self.last {
            let whole = text();
            let beginning = text::cut(&whole, limit(part));
            content.text = Some(Box::new(Text {
                digest: Digest::of(beginning),
                cut: beginning.len() < whole.len(),
                text: beginning.into(),
            }));
        }
        content
    }

    /// The place of what `digest` stands for.
    pub(crate) fn place(&self, digest: Digest) -> Option<usize> {
        let wanted = Found::of(0, digest);
        let is = |found: &Found| {
            found.digest == wanted.digest && self.contents[found.place as usize].digest == digest
        };
        let found = self.places.find(wanted.hash(), is)?;
        Some(found.place as usize)
    }

    fn insert(&mut self, content: Content) {
        self.push(content);
        self.find_from(self.contents.len() - 1);
    }

    /// Adds a content that cannot be found yet.
    fn push(&mut self, content: Content) {
        self.last = self.last.max(content.first);
        self.measured += content.room();
        self.kept += content.kept();
        self.contents.push(content);
    }

    /// Makes the contents from a place on be found.
    fn find_from(&mut self, first: usize) {
        for (place, content) in self.contents.iter().enumerate().skip(first) {
            let found = Found::of(place, content.digest);
            self.places.insert_unique(found.hash(), found, Found::hash);
        }
    }

    /// A tool's name, shared with all that have it.
    fn name(&mut self, name: &str) -> Arc<str> {
        let hash = |name: &str| Digest::of(name).number();
        if let Some(known) = self.names.find(hash(name), |known| **known == *name) {
            return Arc::clone(known);
        }
        let shared = Arc::from(name);
        // Past the bound a name is not looked for, but still kept with its content.
        if self.names.len() < MAX_SHARED_NAMES {
            let known = Arc::clone(&shared);
            self.names
                .insert_unique(hash(name), known, |known| hash(known));
        }
        shared
    }

    pub(super) fn merge(&mut self, mut other: Self) {
        if self.contents.len() < other.contents.len() {
            std::mem::swap(self, &mut other);
        }
        drop(other.places);
        self.places.reserve(other.contents.len(), Found::hash);
        let places = other.contents.iter();
        let places: Vec<_> = places.map(|content| self.place(content.digest)).collect();
        let first_new = self.contents.len();
        for (content, place) in other.contents.into_iter().zip(places) {
            let Some(known) = place.and_then(|place| self.contents.get_mut(place)) else {
                self.push(content);
                continue;
            };
            known.first = known.first.min(content.first);
            if known.text.is_none() {
                let kept = content.kept();
                known.text = content.text;
                self.kept += kept;
            }
        }
        self.find_from(first_new);
        self.last = self.last.max(other.last);
        if self.kept > MAX_KEPT_BYTES + SLACK_BYTES {
            self.forget();
        }
    }

    /// Drops the texts that came after those that fill the room.
    ///
    /// Whatever has no text came after those: so only what came before the first
    /// of these has to be put in order.
    pub(super) fn forget(&mut self) {
        if self.measured <= MAX_KEPT_BYTES {
            return;
        }
        let without = self.contents.iter().filter(|known| known.text.is_none());
        let end = without.map(|content| content.first).min();
        let (mut before, after): (Vec<_>, Vec<_>) = self
            .contents
            .iter_mut()
            .filter(|content| content.text.is_some())
            .partition(|content| end.is_none_or(|end| content.first < end));
        before.sort_unstable_by_key(|content| content.first);
        self.kept = 0;
        for content in before {
            self.kept += content.kept();
            if self.kept > MAX_KEPT_BYTES {
                content.text = None;
            }
        }
        self.kept = self.kept.min(MAX_KEPT_BYTES);
        after.into_iter().for_each(|content| content.text = None);
    }

    /// How many distinct contents there are.
    pub(super) fn len(&self) -> usize {
        self.contents.len()
    }

    /// The content that stands at a place.
    pub(crate) fn at(&self, place: usize) -> Option<&Content> {
        self.contents.get(place)
    }
}

impl Serialize for Library {
    /// As a list, by digest: equal libraries are equal text.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut known: Vec<&Content> = self.contents.iter().collect();
        known.sort_unstable_by_key(|content| content.digest);
        serializer.collect_seq(known)
    }
}

impl<'de> Deserialize<'de> for Library {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let known = Vec::<Content>::deserialize(deserializer)?;
        let mut library = Self::default();
        for content in known {
            // Each once, whoever wrote the list.
            if library.place(content.digest).is_none() {
                library.insert(content);
            }
        }
        Ok(library)
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
/// A session has a few dozen tools; more names are made up.
const MAX_SHARED_NAMES: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    /// Adds what a line says: a text of its own, and one that every third line shares.
    fn add(library: &mut Library, line: u64) {
        let long = |text: String| format!("\"{}\"", text.repeat(MAX_ITEM_BYTES / text.len()));
        let items = [
            Item::new(Part::User, long(format!("{line:08}"))),
            Item::new(Part::User, long(format!("shared {:09}", line / 3))),
        ];
        library.add(Place { source: 0, line }, &[], &items);
    }

    fn of(lines: impl IntoIterator<Item = u64>) -> Library {
        let mut library = Library::default();
        lines.into_iter().for_each(|line| add(&mut library, line));
        library
    }

    /// What the report would show of it.
    fn kept(mut library: Library) -> String {
        library.forget();
        let kept = serde_json::to_string(&library).unwrap();
        let texts = library
            .contents
            .iter()
            .filter(|content| content.text.is_some());
        assert!(texts.count() < library.contents.len(), "not all fit");
        assert!(library.kept <= MAX_KEPT_BYTES);
        kept
    }

    /// More lines than there is room for.
    const LINES: u64 = (MAX_KEPT_BYTES / MAX_ITEM_BYTES) as u64;

    #[test]
    fn which_texts_are_kept_does_not_depend_on_who_read_which_line_when() {
        let whole = kept(of(0..LINES));
        assert_eq!(kept(of((0..LINES).rev())), whole, "backwards");
        let mut halves = of((0..LINES).filter(|line| line % 2 == 1));
        halves.merge(of((0..LINES).filter(|line| line % 2 == 0)));
        assert_eq!(kept(halves), whole, "line by line");
        let mut parts = of(LINES / 2..LINES);
        parts.merge(of(0..LINES / 4));
        let parts = serde_json::to_string(&parts).unwrap();
        let mut parts: Library = serde_json::from_str(&parts).unwrap();
        parts.merge(of(LINES / 4..LINES / 2));
        assert_eq!(kept(parts), whole, "in parts, one of them stored");
    }
}
