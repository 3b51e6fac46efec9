//! Sinks: where finished records go.

mod compression;
mod jsonl;
mod memory;
mod output;

use std::io;

use crate::record::Record;

pub use jsonl::JsonlSink;
pub use memory::MemorySink;

/// Takes finished records, one after another.
///
/// Called on the recorder's thread alone. A sink that fails costs records,
/// which are counted; it is tried again for the next one.
pub trait Sink: Send + 'static {
    /// Takes one record, whole or not at all.
    ///
    /// # Errors
    ///
    /// When the record was not taken: it is lost.
    fn write(&mut self, record: &Record) -> io::Result<()>;

    /// Hands on what was taken: after it, a crash of this process loses nothing.
    ///
    /// # Errors
    ///
    /// When something was not handed on. It stays taken, and the next call tries again.
    fn flush(&mut self) -> io::Result<()>;

    /// How many records were taken, but could not be handed on so far.
    ///
    /// They are the last that were taken.
    fn pending(&self) -> u64 {
        0
    }

    /// Drops what was taken and could not be handed on; says how many records that is.
    ///
    /// Called when the last [`flush`](Self::flush) has failed: these are lost.
    fn abandon(&mut self) -> u64 {
        self.pending()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Full;

    impl Sink for Full {
        fn write(&mut self, _: &Record) -> io::Result<()> {
            Ok(())
        }

        fn flush(&mut self) -> io::Result<()> {
            Err(io::ErrorKind::StorageFull.into())
        }

        fn pending(&self) -> u64 {
            3
        }
    }

    #[test]
    fn a_sink_loses_what_it_still_holds_when_it_is_abandoned() {
        assert_eq!(Full.abandon(), 3);
    }
}
