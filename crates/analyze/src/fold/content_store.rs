//! Every distinct piece of content once.
//!
//! Calls refer to content by number, so a history that is sent a hundred times
//! costs a hundred numbers, and its text is kept once. Of the texts only as many
//! are kept as fit, those that came first: which ones does not depend on the
//! order of reading, because what is not kept is still known.

use std::sync::Arc;

use hashbrown::HashTable;

use crate::call::Digest;
use crate::decode::Item;
use crate::fold::content::{Content, ContentId, FirstPosition};
use crate::line::LineRef;

/// All distinct content.
#[derive(Debug, Clone)]
pub(crate) struct ContentStore {
    /// In the order in which they were met here. Apart from the table, which moves all that is in
    /// it as it grows.
    contents: Vec<Content>,
    /// Where each of them is, found by its digest, which is a hash already.
    slots: HashTable<DigestSlot>,
    /// How many bytes of texts are kept.
    room: usize,
    /// Bytes of room that the texts take.
    kept: usize,
    /// From here on there is no room for texts.
    end: Option<(FirstPosition, Digest)>,
    /// The names of tools, each once: there are few.
    names: HashTable<Arc<Arc<str>>>,
}

/// Where a content is, and enough of its digest that others need not be looked at.
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

    /// The hash for the table: who grows it would look up all digests, were it made of the whole one.
    fn hash(&self) -> u64 {
        // The multiplier of Fibonacci hashing: the table uses the lowest bits and the highest.
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

    /// Takes the content of one call; the number of each.
    pub(crate) fn add<'i>(
        &mut self,
        line: LineRef,
        items: impl Iterator<Item = &'i Item<'i>> + Clone,
    ) -> Box<[ContentId]> {
        // All at once: the processor waits for what lies far apart in memory, but for several at a time.
        let known = items.clone().map(|item| self.find(item.digest));
        let known: Vec<_> = known.collect();
        let mut ids = Vec::with_capacity(known.len());
        for (position, (item, known)) in items.zip(known).enumerate() {
            let first = FirstPosition::of(line, position);
            // It may stand twice in one call.
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

    /// Notes where `item` was seen, and keeps its text where there may be room for it.
    fn meet(&mut self, id: ContentId, item: &Item<'_>, first: FirstPosition) {
        let content = &mut self.contents[id.index()];
        content.first = content.first.min(first);
        if content.text().is_none() && self.end.is_none_or(|end| content.order() < end) {
            content.keep(item);
            self.kept += content.kept();
        }
    }

    /// The number of what `digest` stands for.
    fn find(&self, digest: Digest) -> Option<ContentId> {
        let wanted = DigestSlot::of(ContentId::new(0), digest);
        let is = |found: &DigestSlot| {
            found.digest == wanted.digest && self.contents[found.id.index()].digest == digest
        };
        Some(self.slots.find(wanted.hash(), is)?.id)
    }

    /// Adds a content that is not there yet.
    fn insert(&mut self, content: Content) -> ContentId {
        let id = ContentId::new(self.contents.len());
        let found = DigestSlot::of(id, content.digest);
        self.slots
            .insert_unique(found.hash(), found, DigestSlot::hash);
        self.kept += content.kept();
        self.contents.push(content);
        id
    }

    /// A tool's name, shared with all that have it.
    fn name(&mut self, name: &str) -> Arc<Arc<str>> {
        let hash = |name: &str| Digest::of(name).number();
        if let Some(known) = self.names.find(hash(name), |known| ***known == *name) {
            return Arc::clone(known);
        }
        let shared = Arc::new(Arc::from(name));
        // Past the bound a name is not looked for, but still kept with its content.
        if self.names.len() < MAX_SHARED_NAMES {
            let known = Arc::clone(&shared);
            self.names
                .insert_unique(hash(name), known, |known| hash(known));
        }
        shared
    }

    /// Takes all that another store has; the number here of each of its contents.
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

    /// Ends the reading: texts without room go, and nothing is looked for any more.
    pub(crate) fn finish(&mut self) {
        self.bound(self.room);
        self.slots = HashTable::new();
    }

    /// Drops texts that have no room, where they take more than `bytes`.
    fn bound(&mut self, bytes: usize) {
        if self.kept > bytes {
            self.forget();
        }
    }

    /// Drops the texts that came after those that fill the room.
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
                // Whatever comes behind it has no room either, were it ever so short.
                self.end = Some(order);
            }
            content.forget();
        }
    }

    /// How many distinct contents there are.
    pub(crate) fn len(&self) -> usize {
        self.contents.len()
    }

    /// The content of a number.
    pub(crate) fn get(&self, id: ContentId) -> Option<&Content> {
        self.contents.get(id.index())
    }
}

/// All texts together: a long session's whole transcript, and little beside a browser's page.
const MAX_KEPT_BYTES: usize = 16 << 20;
/// By which part of it the texts may outgrow their room before some are dropped: dropping sorts.
const SLACK: usize = 4;
/// A session has a few dozen tools; more names are made up.
const MAX_SHARED_NAMES: usize = 4096;

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;
    use crate::decode::Part;
    use crate::fold::content::MAX_ITEM_BYTES;

    /// What each line says: a text of its own, long or short, and one that every third line shares.
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

    /// What the report would show of it, in the order of digests.
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
    /// More lines than there is room for, and for the slack beside it.
    const LINE_COUNT: usize = 2 * ROOM / MAX_ITEM_BYTES;

    #[test]
    fn which_texts_are_kept_does_not_depend_on_who_read_which_line_when() {
        let whole = kept(of(0..LINE_COUNT));
        assert_eq!(kept(of((0..LINE_COUNT).rev())), whole, "backwards");
        let shuffled = (0..LINE_COUNT).map(|line| line * 37 % LINE_COUNT);
        assert_eq!(kept(of(shuffled)), whole, "as threads come by");
        let mut halves = of((0..LINE_COUNT).filter(|line| line % 2 == 1));
        halves.merge(of((0..LINE_COUNT).filter(|line| line % 2 == 0)));
        assert_eq!(kept(halves), whole, "line by line");
        let mut parts = of(LINE_COUNT / 2..LINE_COUNT);
        parts.merge(of(0..LINE_COUNT / 4));
        parts.merge(of(LINE_COUNT / 4..LINE_COUNT / 2));
        assert_eq!(kept(parts), whole, "in parts");
    }

    #[test]
    fn numbers_stay_those_of_their_contents_when_stores_merge() {
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
