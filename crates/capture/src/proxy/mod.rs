//! The live half of the crate: it listens, relays, watches and records.

pub(crate) mod recorder;
pub(crate) mod sink;
pub(crate) mod tap {
    //! Taps: they watch bytes go by and stamp them.

    pub(crate) mod draft;
}

pub use sink::{JsonlSink, MemorySink, Sink};
