//! The contents of a call: as ids in a row, and looked up in the store.

use crate::decode::Decoded;
use crate::fold::content::{Content, ContentId};
use crate::fold::content_store::ContentStore;

/// The ids of a call's contents.
#[derive(Debug, Clone, Default)]
pub(crate) struct ContentIds {
    /// Tools, instructions, input and output, in the order of [`Decoded::content`].
    all: Box<[ContentId]>,
    /// Index of the end of the tools.
    tools: u32,
    /// Index of the end of the instructions outside the input: at most one.
    instructions: u32,
    /// Index of the end of the input; the rest is output.
    input: u32,
}

impl ContentIds {
    /// `ids` are those of [`Decoded::content`], in the same order.
    pub(crate) fn of(decoded: &Decoded<'_>, ids: Box<[ContentId]>) -> Self {
        let tools = decoded.tools.len();
        let instructions = tools + usize::from(decoded.instructions.is_some());
        let input = instructions + decoded.input.len();
        Self {
            all: ids,
            tools: tools as u32,
            instructions: instructions as u32,
            input: input as u32,
        }
    }

    fn between(&self, from: u32, to: u32) -> &[ContentId] {
        &self.all[from as usize..to as usize]
    }

    /// The ids of the input.
    pub(crate) fn input(&self) -> &[ContentId] {
        self.between(self.instructions, self.input)
    }

    /// Replaces each id by `new_ids[id]`: its id in the store that this one's was merged into.
    pub(crate) fn renumber(&mut self, new_ids: &[ContentId]) {
        for id in &mut self.all {
            *id = new_ids[id.index()];
        }
    }
}

/// The contents of a call.
#[derive(Clone, Copy)]
pub(crate) struct CallContents<'a> {
    ids: &'a ContentIds,
    store: &'a ContentStore,
}

impl<'a> CallContents<'a> {
    pub(crate) fn of(ids: &'a ContentIds, store: &'a ContentStore) -> Self {
        Self { ids, store }
    }

    pub(crate) fn tools(&self) -> Vec<&'a Content> {
        self.all(0, self.ids.tools).collect()
    }

    /// The instructions outside the input.
    pub(crate) fn instructions(&self) -> Option<&'a Content> {
        self.all(self.ids.tools, self.ids.instructions).last()
    }

    pub(crate) fn input(&self) -> Vec<&'a Content> {
        self.all(self.ids.instructions, self.ids.input).collect()
    }

    pub(crate) fn output(&self) -> Vec<&'a Content> {
        self.all(self.ids.input, self.ids.all.len() as u32)
            .collect()
    }

    /// Everything that was sent, with its id, in the order in which a model reads it.
    pub(crate) fn sent(&self) -> impl Iterator<Item = (ContentId, &'a Content)> {
        let store = self.store;
        let ids = self.ids.between(0, self.ids.input).iter();
        ids.filter_map(move |id| Some((*id, store.get(*id)?)))
    }

    /// Everything that was sent except tools.
    pub(crate) fn shown(&self) -> impl Iterator<Item = &'a Content> {
        self.all(self.ids.tools, self.ids.input)
    }

    /// Everything that was sent except tools, then the output.
    pub(crate) fn shown_and_output(&self) -> impl Iterator<Item = &'a Content> {
        self.all(self.ids.tools, self.ids.all.len() as u32)
    }

    fn all(&self, from: u32, to: u32) -> impl Iterator<Item = &'a Content> {
        let store = self.store;
        let ids = self.ids.between(from, to).iter();
        ids.filter_map(|id| store.get(*id))
    }
}
