//! A store that the threads of one scan fill together.
//!
//! Each with a store of its own would keep every text twice, and would have to
//! look up everything again when they merge. A thread needs it once a call, for far less time
//! than the call takes to read.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::fold::content_store::ContentStore;

/// A store, or a share in one.
#[derive(Debug, Default)]
pub(crate) struct SharedContentStore(Arc<Mutex<ContentStore>>);

impl SharedContentStore {
    /// A share in the same store.
    pub(crate) fn share(&self) -> Self {
        Self(Arc::clone(&self.0))
    }

    /// Whether both are shares in one store.
    pub(crate) fn is_shared_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The store, for as long as nobody else needs it.
    pub(crate) fn store(&self) -> MutexGuard<'_, ContentStore> {
        // A panic in another thread is heard of where that one is joined.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The store alone; a copy where others have shares in it.
    pub(crate) fn into_store(self) -> ContentStore {
        match Arc::try_unwrap(self.0) {
            Ok(store) => store.into_inner().unwrap_or_else(PoisonError::into_inner),
            Err(shared) => Self(shared).store().clone(),
        }
    }
}

impl From<ContentStore> for SharedContentStore {
    fn from(store: ContentStore) -> Self {
        Self(Arc::new(Mutex::new(store)))
    }
}

impl Clone for SharedContentStore {
    /// A store of its own.
    fn clone(&self) -> Self {
        self.store().clone().into()
    }
}
