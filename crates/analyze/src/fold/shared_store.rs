//! A content store that the threads of one scan share.
//!
//! With a store for each thread, texts would be kept several times, and merging would have to
//! look up everything again. A thread takes the lock once a call, for far less time than
//! it takes to parse the call.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::fold::content_store::ContentStore;

/// A handle to a content store.
#[derive(Debug, Default)]
pub(crate) struct SharedContentStore(Arc<Mutex<ContentStore>>);

impl SharedContentStore {
    /// Another handle to the same store.
    pub(crate) fn share(&self) -> Self {
        Self(Arc::clone(&self.0))
    }

    /// Whether both are handles to the same store.
    pub(crate) fn is_shared_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Locks the store.
    pub(crate) fn store(&self) -> MutexGuard<'_, ContentStore> {
        // If another thread panicked, joining it raises the panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The store; a copy if there are other handles to it.
    pub(crate) fn into_store(self) -> ContentStore {
        match Arc::try_unwrap(self.0) {
            Ok(store) => store.into_inner().unwrap_or_else(PoisonError::into_inner),
            Err(shared) => Self(shared).store().clone(),
        }
    }
}

impl Clone for SharedContentStore {
    /// Copies the store: clones of an aggregate are independent.
    fn clone(&self) -> Self {
        Self(Arc::new(Mutex::new(self.store().clone())))
    }
}
