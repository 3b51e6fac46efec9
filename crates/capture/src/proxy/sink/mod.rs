//! Where finished records go.
//!
//! To add a sink: a file in here, a re-export in `proxy/mod.rs` and `lib.rs`.

mod compression;
pub(crate) mod jsonl;
pub(crate) mod memory;
mod output;

use std::io;

use crate::record::Record;

/// Takes finished records, one after another.
///
/// Called on the recorder's thread only. When a sink fails, the record is lost and
/// counted; the sink is tried again with the next one.
pub trait Sink: Send + 'static {
    /// Takes one record, whole or not at all.
    ///
    /// # Errors
    ///
    /// When the record was not taken: it is lost.
    fn write(&mut self, record: &Record) -> io::Result<()>;

    /// Writes out everything taken so far: after this, a crash of the process loses none of it.
    ///
    /// # Errors
    ///
    /// When something could not be written. It stays in the sink, and the next call tries again.
    fn flush(&mut self) -> io::Result<()>;

    /// How many records were taken and are not written yet: always the last ones.
    fn pending(&self) -> u64 {
        0
    }

    /// Drops what was taken and could not be written; returns how many records that is.
    ///
    /// Called when the final [`flush`](Self::flush) has failed.
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
