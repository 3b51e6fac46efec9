//! Every distinct piece of content, once.
//!
//! Calls refer to content by id, so a history that is sent a hundred times costs a
//! hundred ids and one copy of its text. Texts are bounded: the earliest in the
//! recording that fit are kept. Which ones does not depend on the order of
//! reading, because contents without a text keep their position.

use std::sync::Arc;

use hashbrown::HashTable;

use crate::call::Digest;
use crate::decode::Item;
use crate::fold::content::{Content, ContentId, FirstPosition};
use crate::line::LineRef;

/// All distinct content.
#[derive(Debug, Clone)]
pub(crate) struct ContentStore {
    /// Indexed by [`ContentId`]. Not in the table, which moves its entries as it grows.
    contents: Vec<Content>,
    /// The index of each content, by its digest.
    slots: HashTable<DigestSlot>,
    /// The most bytes of texts that are kept.
    room: usize,
    /// Bytes of room that the texts take now: the sum of [`Content::kept`].
    kept: usize,
    /// No text at or after this position is kept.
    end: Option<(FirstPosition, Digest)>,
    /// The names of tools, shared by their contents.
    names: HashTable<Arc<Arc<str>>>,
}

/// The id of a content, with enough of its digest to rule out nearly all others.
#[derive(Debug, Clone, Copy)]
struct DigestSlot {
    id: ContentId,
    digest: u32,
}

impl DigestSlot {
    fn of(id: ContentId, digest: Digest) -> Self {
        let digest = digest.number() as u32;
        Self { id, digest }
    }

    /// Hash of the truncated digest: growing the table must not touch `contents`.
    fn hash(&self) -> u64 {
        // Fibonacci hashing spreads 32 bits over 64: the table uses the lowest and the highest bits.
        u64::from(self.digest).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    }
}

impl Default for ContentStore {
    fn default() -> Self {
        Self::with_room(MAX_KEPT_BYTES)
    }
}

impl ContentStore {
    fn with_room(room: usize) -> Self {
        Self {
            contents: Vec::new(),
            slots: HashTable::new(),
            room,
            kept: 0,
            end: None,
            names: HashTable::new(),
        }
    }

    /// Adds the contents of one call; returns their ids.
    pub(crate) fn add<'i>(
        &mut self,
        line: LineRef,
        items: impl Iterator<Item = &'i Item<'i>> + Clone,
    ) -> Box<[ContentId]> {
        // All lookups first: each misses the cache, and independent misses overlap.
        let known = items.clone().map(|item| self.find(item.digest));
        let known: Vec<_> = known.collect();
        let mut ids = Vec::with_capacity(known.len());
        for (position, (item, known)) in items.zip(known).enumerate() {
            let first = FirstPosition::of(line, position);
            // The same content may occur twice in one call.
            let known = known.or_else(|| self.find(item.digest));
            let id = known.unwrap_or_else(|| {
                let name = item.name.as_deref().map(|name| self.name(name));
                self.insert(Content::of(item, first, name))
            });
            self.meet(id, item, first);
            ids.push(id);
        }
        self.bound(self.room + self.room / SLACK);
        ids.into()
    }

    /// Notes where `item` was seen, and keeps its text if there may be room for it.
    fn meet(&mut self, id: ContentId, item: &Item<'_>, first: FirstPosition) {
        let content = &mut self.contents[id.index()];
        content.first = content.first.min(first);
        if content.text().is_none() && self.end.is_none_or(|end| content.order() < end) {
            content.keep(item);
            self.kept += content.kept();
        }
    }

    /// The id of the content with this digest.
    fn find(&self, digest: Digest) -> Option<ContentId> {
        let wanted = DigestSlot::of(ContentId::new(0), digest);
        let is = |found: &DigestSlot| {
            found.digest == wanted.digest && self.contents[found.id.index()].digest == digest
        };
        Some(self.slots.find(wanted.hash(), is)?.id)
    }

    /// Adds a content that is not in the store yet.
    fn insert(&mut self, content: Content) -> ContentId {
        let id = ContentId::new(self.contents.len());
        let found = DigestSlot::of(id, content.digest);
        self.slots
            .insert_unique(found.hash(), found, DigestSlot::hash);
        self.kept += content.kept();
        self.contents.push(content);
        id
    }

    /// A tool's name, shared by all contents that have it.
    fn name(&mut self, name: &str) -> Arc<Arc<str>> {
        let hash = |name: &str| Digest::of(name).number();
        if let Some(known) = self.names.find(hash(name), |known| ***known == *name) {
            return Arc::clone(known);
        }
        let shared = Arc::new(Arc::from(name));
        // Past the bound a name is no longer shared.
        if self.names.len() < MAX_SHARED_NAMES {
            let known = Arc::clone(&shared);
            self.names
                .insert_unique(hash(name), known, |known| hash(known));
        }
        shared
    }

    /// Adds all contents of another store; returns the id here of each.
    pub(crate) fn merge(&mut self, mut other: Self) -> Vec<ContentId> {
        if self.contents.is_empty() {
            std::mem::swap(self, &mut other);
            return (0..self.len()).map(ContentId::new).collect();
        }
        let known = other.contents.iter();
        let known: Vec<_> = known.map(|content| self.find(content.digest)).collect();
        let mut ids = Vec::with_capacity(known.len());
        for (content, known) in other.contents.into_iter().zip(known) {
            let Some(id) = known else {
                ids.push(self.insert(content));
                continue;
            };
            let known = &mut self.contents[id.index()];
            self.kept -= known.kept();
            known.merge(content);
            self.kept += known.kept();
            ids.push(id);
        }
        if let Some(end) = other.end {
            self.end = Some(self.end.map_or(end, |own| own.min(end)));
            self.forget();
        }
        self.bound(self.room + self.room / SLACK);
        ids
    }

    /// Ends reading: drops texts that have no room, and the lookup table.
    pub(crate) fn finish(&mut self) {
        self.bound(self.room);
        self.slots = HashTable::new();
    }

    /// Drops the texts that have no room, once all take more than `bytes`.
    fn bound(&mut self, bytes: usize) {
        if self.kept > bytes {
            self.forget();
        }
    }

    /// Keeps the earliest texts that fit into the room, and drops the others.
    fn forget(&mut self) {
        let contents = self.contents.iter_mut();
        let with_text = contents.filter(|content| content.text().is_some());
        let mut with_text: Vec<_> = with_text.collect();
        with_text.sort_unstable_by_key(|content| content.order());
        self.kept = 0;
        for content in with_text {
            let order = content.order();
            if self.end.is_none_or(|end| order < end) {
                if self.kept + content.kept() <= self.room {
                    self.kept += content.kept();
                    continue;
                }
                // No later text is kept, however short: else the order of reading would matter.
                self.end = Some(order);
            }
            content.forget();
        }
    }

    /// How many distinct contents there are.
    pub(crate) fn len(&self) -> usize {
        self.contents.len()
    }

    /// The content with this id.
    pub(crate) fn get(&self, id: ContentId) -> Option<&Content> {
        self.contents.get(id.index())
    }
}

/// All texts together: the whole transcript of a long session, small enough for an HTML report.
const MAX_KEPT_BYTES: usize = 16 << 20;
/// Texts may exceed the room by 1/`SLACK` before some are dropped: dropping has to sort.
const SLACK: usize = 4;
/// A session has a few dozen tools; thousands of names are not tools.
const MAX_SHARED_NAMES: usize = 4096;

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;
    use crate::decode::Part;
    use crate::fold::content::MAX_ITEM_BYTES;

    /// The contents of each line: a unique text, long or short, and one shared by three lines.
    static LINES: LazyLock<Vec<[Item<'_>; 2]>> = LazyLock::new(|| {
        let text = |text: String, bytes| format!("\"{}\"", text.repeat(bytes / text.len()));
        let line = |line| {
            let own = text(format!("{line:08}"), MAX_ITEM_BYTES >> (line % 5));
            let shared = text(format!("shared {:09}", line / 3), MAX_ITEM_BYTES);
            [own, shared].map(|text| Item::new(Part::User, text))
        };
        (0..LINE_COUNT).map(line).collect()
    });

    fn of(lines: impl IntoIterator<Item = usize>) -> ContentStore {
        let mut store = ContentStore::with_room(ROOM);
        for line in lines {
            let source = 0;
            let items = LINES[line].iter();
            let line = line as u64;
            store.add(LineRef { source, line }, items);
        }
        store
    }

    /// Everything that a report could show, sorted.
    fn kept(mut store: ContentStore) -> Vec<String> {
        store.finish();
        let with_text = |content: &&Content| content.text().is_some();
        let texts = store.contents.iter().filter(with_text).count();
        assert!(texts < store.contents.len(), "not all fit");
        assert!(store.kept <= ROOM);
        let contents = store.contents.iter();
        let contents = contents.map(|content| format!("{content:?}"));
        let mut contents: Vec<_> = contents.collect();
        contents.sort_unstable();
        contents
    }

    const ROOM: usize = 1 << 20;
    /// More lines than fit into the room and its slack.
    const LINE_COUNT: usize = 2 * ROOM / MAX_ITEM_BYTES;

    #[test]
    fn which_texts_are_kept_does_not_depend_on_the_order_of_reading() {
        let whole = kept(of(0..LINE_COUNT));
        assert_eq!(kept(of((0..LINE_COUNT).rev())), whole, "backwards");
        let shuffled = (0..LINE_COUNT).map(|line| line * 37 % LINE_COUNT);
        assert_eq!(kept(of(shuffled)), whole, "shuffled");
        let mut halves = of((0..LINE_COUNT).filter(|line| line % 2 == 1));
        halves.merge(of((0..LINE_COUNT).filter(|line| line % 2 == 0)));
        assert_eq!(kept(halves), whole, "alternate lines");
        let mut parts = of(LINE_COUNT / 2..LINE_COUNT);
        parts.merge(of(0..LINE_COUNT / 4));
        parts.merge(of(LINE_COUNT / 4..LINE_COUNT / 2));
        assert_eq!(kept(parts), whole, "in blocks");
    }

    #[test]
    fn merging_returns_the_new_id_of_each_content() {
        let mut store = of(0..3);
        let other = of([2, 3]);
        let digests: Vec<_> = other
            .contents
            .iter()
            .map(|content| content.digest)
            .collect();
        let ids = store.merge(other);
        let found = ids.iter().map(|id| store.get(*id).unwrap().digest);
        assert_eq!(found.collect::<Vec<_>>(), digests);
        assert_eq!(store.len(), 4 + 2, "each once");
    }
}
