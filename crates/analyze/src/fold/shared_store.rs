//! A library that the threads of one scan fill together.
//!
//! Each with a library of its own would keep every text twice, and would have to
//! look up everything again when they merge. A thread needs it once a call, for far less time
//! than the call takes to read.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::fold::content_store::Library;

/// A library, or a share in one.
#[derive(Debug, Default)]
pub(crate) struct Shelf(Arc<Mutex<Library>>);

impl Shelf {
    /// A share in the same library.
    pub(crate) fn share(&self) -> Self {
        Self(Arc::clone(&self.0))
    }

    /// Whether both are shares in one library.
    pub(crate) fn is_shared_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The library, for as long as nobody else needs it.
    pub(crate) fn library(&self) -> MutexGuard<'_, Library> {
        // A panic in another thread is heard of where that one is joined.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The library alone; a copy where others have shares in it.
    pub(crate) fn into_library(self) -> Library {
        match Arc::try_unwrap(self.0) {
            Ok(library) => library.into_inner().unwrap_or_else(PoisonError::into_inner),
            Err(shared) => Self(shared).library().clone(),
        }
    }
}

impl From<Library> for Shelf {
    fn from(library: Library) -> Self {
        Self(Arc::new(Mutex::new(library)))
    }
}

impl Clone for Shelf {
    /// A library of its own.
    fn clone(&self) -> Self {
        self.library().clone().into()
    }
}
