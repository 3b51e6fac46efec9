//! A sink that keeps records in memory, for tests.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::proxy::sink::Sink;
use crate::record::Record;

/// Keeps every record. Clones share their records: give one to the proxy, and read the other.
#[derive(Debug, Clone, Default)]
pub struct MemorySink {
    records: Arc<Mutex<Vec<Record>>>,
}

impl MemorySink {
    /// An empty sink.
    pub fn new() -> Self {
        Self::default()
    }

    /// A copy of the records so far.
    pub fn records(&self) -> Vec<Record> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Record>> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sink for MemorySink {
    fn write(&mut self, record: &Record) -> io::Result<()> {
        self.lock().push(record.clone());
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
