//! A sink that appends JSON lines to a file.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use crate::record::Record;

use super::Sink;

/// Appends records to a file, one JSON object a line.
#[derive(Debug)]
pub struct JsonlSink {
    file: File,
    buffer: Vec<u8>,
}

impl JsonlSink {
    /// Opens `path` to append to it; makes it, for its owner alone, where it is missing.
    ///
    /// # Errors
    ///
    /// When the file cannot be opened for appending.
    pub fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        Ok(Self {
            file: options.open(path)?,
            buffer: Vec::new(),
        })
    }
}

impl Sink for JsonlSink {
    fn write(&mut self, record: &Record) -> io::Result<()> {
        record.write_json(&mut self.buffer)?;
        self.buffer.push(b'\n');
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }
}
