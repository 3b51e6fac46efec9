//! A sink that appends JSON lines to a file, or writes them to standard output.
//!
//! Lines are held in memory until they are flushed or fill a batch, and then
//! written at once; a line longer than a batch is written in several.
//! What was taken is never dropped: when the disk refuses some of it, the next
//! flush resumes at that byte, so only the last line can ever be damaged.
//! Past a bound on what is held, further records are refused and lost.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use memchr::memchr_iter;

use crate::proxy::sink::Sink;
use crate::proxy::sink::compression::{Compression, Encoder};
use crate::proxy::sink::output::Output;
use crate::record::Record;

/// Appends records to a file, one JSON object a line.
///
/// A name that ends in `.zst` or `.gz` compresses as it goes: after each flush
/// everything taken so far can be read, even if the process is killed.
pub struct JsonlSink {
    /// Serde writes a line in many small pieces: gather them before they are encoded.
    lines: BufWriter<Lines>,
    /// Records taken since everything was last written.
    taken: u64,
}

/// Lines on their way to the output.
struct Lines {
    output: Output,
    encoder: Encoder,
    /// What is still to be written, byte for byte as in the file.
    held: Vec<u8>,
    /// Whether the output has refused some of the current line, so that the rest is only held.
    refused: bool,
}

impl JsonlSink {
    /// Opens `path` for appending, or creates it for its owner only. `-` is standard output.
    ///
    /// # Errors
    ///
    /// When it cannot be opened for appending, is a symbolic link, is being
    /// written by another recording, or is not compressed as its name says.
    pub fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        let compression = Compression::by_name(path);
        let output = Output::open(path, compression)?;
        let mut lines = Lines {
            encoder: Encoder::new(compression)?,
            held: Vec::new(),
            refused: false,
            output,
        };
        if lines.output.ends_within_line() {
            lines.encoder.write(b"\n", &mut lines.held)?;
        }
        Ok(Self {
            lines: BufWriter::new(lines),
            taken: 0,
        })
    }
}

impl Sink for JsonlSink {
    fn write(&mut self, record: &Record) -> io::Result<()> {
        let lines = self.lines.get_mut();
        if lines.held.len() >= MAX_HELD_BYTES {
            lines.drain()?;
        }
        lines.refused = false;
        record.write_json(&mut self.lines)?;
        self.lines.write_all(b"\n")?;
        self.lines.flush()?;
        self.taken += 1;
        let lines = self.lines.get_mut();
        if lines.held.len() >= BATCH_BYTES && !lines.refused {
            // The record is taken; the next call retries what the output refuses.
            lines.drain().ok();
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        let lines = self.lines.get_mut();
        if self.taken > 0 {
            lines.encoder.flush(&mut lines.held)?;
        }
        if !lines.held.is_empty() {
            lines.drain()?;
        }
        self.taken = 0;
        Ok(())
    }

    fn pending(&self) -> u64 {
        let lines = self.lines.get_ref();
        if lines.encoder.is_plain() {
            memchr_iter(b'\n', &lines.held).count() as u64
        } else {
            self.taken
        }
    }

    fn abandon(&mut self) -> u64 {
        let lost = self.pending();
        let lines = self.lines.get_mut();
        lines.held = Vec::new();
        lines.encoder = Encoder::Finished;
        self.taken = 0;
        lost
    }
}

impl Lines {
    /// Writes what is held; what the output refuses stays held.
    fn drain(&mut self) -> io::Result<()> {
        let mut written = 0;
        let result = loop {
            let rest = &self.held[written..];
            if rest.is_empty() {
                break self.output.flush();
            }
            match self.output.write(rest) {
                Ok(0) => break Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => written += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => break Err(error),
            }
        };
        self.held.drain(..written);
        if self.held.is_empty() {
            // One long refusal must not cost its memory for the rest of the recording.
            self.held.shrink_to(KEPT_BYTES);
        }
        result.map_err(|error| self.output.name_error("write", error))
    }
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        for piece in bytes.chunks(BATCH_BYTES) {
            self.encoder.write(piece, &mut self.held)?;
            // Only lines longer than a batch are written before they are complete.
            if self.held.len() >= 2 * BATCH_BYTES && !self.refused {
                self.refused = self.drain().is_err();
            }
        }
        Ok(())
    }

    /// Does nothing: the end of a line is no reason to write it yet.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for JsonlSink {
    /// Ends the compressed stream, so that other programs accept it.
    fn drop(&mut self) {
        let lines = self.lines.get_mut();
        let ended = lines.encoder.finish(&mut lines.held);
        if ended.is_ok() && !lines.held.is_empty() {
            // What was flushed can be read without this, and there is nobody to report an error to.
            lines.drain().ok();
        }
    }
}

impl std::fmt::Debug for JsonlSink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("JsonlSink")
            .field("output", &self.lines.get_ref().output)
            .field("held", &self.lines.get_ref().held.len())
            .finish_non_exhaustive()
    }
}

/// Written at once, if no flush comes first.
const BATCH_BYTES: usize = 128 * 1024;

/// The capacity that the buffer keeps between batches: room for a batch and a large body.
const KEPT_BYTES: usize = 1024 * 1024;

/// The most to hold while the disk refuses it.
const MAX_HELD_BYTES: usize = 4 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Read;

    use super::*;
    use crate::record::{End, LineError};

    fn end(exchanges: u64) -> Record {
        Record::End(End {
            exchanges,
            ..End::default()
        })
    }

    fn counts(text: &[u8]) -> Vec<Result<u64, LineError>> {
        text.split_inclusive(|byte| *byte == b'\n')
            .map(|line| match Record::from_json(line)? {
                Record::End(end) => Ok(end.exchanges),
                _ => Err(LineError::Foreign),
            })
            .collect()
    }

    fn good(text: &[u8]) -> Vec<u64> {
        counts(text).into_iter().map(Result::unwrap).collect()
    }

    /// The content of a file, as far as it can be read.
    fn read(path: &Path) -> Vec<u8> {
        let mut content = Vec::new();
        let bytes = fs::read(path).unwrap();
        let result = match path.extension().and_then(|name| name.to_str()) {
            Some("zst") => zstd::Decoder::new(&bytes[..])
                .unwrap()
                .read_to_end(&mut content),
            Some("gz") => flate2::read::MultiGzDecoder::new(&bytes[..]).read_to_end(&mut content),
            _ => (&bytes[..]).read_to_end(&mut content),
        };
        // A stream without its end is read as far as it goes.
        drop(result);
        content
    }

    const NAMES: [&str; 3] = ["traffic.jsonl", "traffic.jsonl.zst", "traffic.jsonl.gz"];

    #[test]
    fn a_second_recording_is_appended_to_the_first() {
        let folder = tempfile::tempdir().unwrap();
        for name in NAMES {
            let path = folder.path().join(name);
            for run in 0..3 {
                let mut sink = JsonlSink::open(&path).unwrap();
                sink.write(&end(run)).unwrap();
                sink.flush().unwrap();
                sink.flush().unwrap();
            }
            assert_eq!(good(&read(&path)), [0, 1, 2], "{name}");
        }
    }

    #[test]
    fn after_a_flush_a_crash_loses_nothing_and_the_next_recording_is_readable() {
        let folder = tempfile::tempdir().unwrap();
        for name in NAMES {
            let path = folder.path().join(name);
            let mut sink = JsonlSink::open(&path).unwrap();
            for count in 0..5 {
                sink.write(&end(count)).unwrap();
                sink.flush().unwrap();
                assert_eq!(good(&read(&path)).len() as u64, count + 1, "{name}");
            }
            // What a killed process leaves: the flushed bytes, and half of what came after.
            let mut left = fs::read(&path).unwrap();
            sink.write(&end(5)).unwrap();
            sink.flush().unwrap();
            let whole = fs::read(&path).unwrap();
            drop(sink);
            left.extend_from_slice(&whole[left.len()..(left.len() + whole.len()) / 2]);
            fs::write(&path, left).unwrap();

            let mut sink = JsonlSink::open(&path).unwrap();
            sink.write(&end(6)).unwrap();
            drop(sink);
            let readable: Vec<_> = counts(&read(&path))
                .into_iter()
                .filter_map(Result::ok)
                .collect();
            assert_eq!(readable, [0, 1, 2, 3, 4, 6], "{name}");
        }
    }

    #[test]
    fn many_records_are_written_before_they_are_flushed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("traffic.jsonl");
        let mut sink = JsonlSink::open(&path).unwrap();
        for count in 0..2000 {
            sink.write(&end(count)).unwrap();
        }
        assert!(fs::metadata(&path).unwrap().len() >= BATCH_BYTES as u64);
        sink.flush().unwrap();
        assert_eq!(good(&read(&path)).len(), 2000);
        assert_eq!(sink.pending(), 0);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_named_and_costs_no_memory_beyond_the_bound() {
        let mut sink = JsonlSink::open("/dev/full").unwrap();
        sink.write(&end(1)).unwrap();
        let error = sink.flush().unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        assert!(error.to_string().starts_with("cannot write /dev/full: "));
        assert_eq!(sink.pending(), 1);
        let mut refused = 0;
        for count in 0..40_000 {
            refused += u64::from(sink.write(&end(count)).is_err());
        }
        assert!(refused > 0);
        assert_eq!(sink.pending(), 40_001 - refused);
        assert!(sink.lines.get_ref().held.len() < MAX_HELD_BYTES + BATCH_BYTES);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_is_abandoned_is_counted_and_never_written() {
        for name in NAMES {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join(name);
            let mut sink = JsonlSink::open(&path).unwrap();
            sink.write(&end(1)).unwrap();
            sink.flush().unwrap();
            sink.write(&end(2)).unwrap();
            sink.write(&end(3)).unwrap();
            assert_eq!(sink.abandon(), 2, "{name}");
            assert_eq!((sink.pending(), sink.abandon()), (0, 0));
            drop(sink);
            assert_eq!(good(&read(&path)), [1], "{name}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_its_owners_alone_and_no_link_is_followed() {
        use std::os::unix::fs::{PermissionsExt, symlink};

        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("a"), folder.path().join("b"));
        drop(JsonlSink::open(&path).unwrap());
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        symlink(&path, &link).unwrap();
        let error = JsonlSink::open(&link).unwrap_err().to_string();
        assert!(error.contains("symbolic link"), "{error}");
    }

    #[test]
    fn one_recording_at_a_time_writes_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("traffic.jsonl");
        let first = JsonlSink::open(&path).unwrap();
        let error = JsonlSink::open(&path).unwrap_err().to_string();
        assert!(error.contains("another recording"), "{error}");
        drop(first);
        JsonlSink::open(&path).unwrap();
    }

    #[test]
    fn a_file_that_is_not_compressed_as_its_name_says_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        for name in &NAMES[1..] {
            let path = folder.path().join(name);
            fs::write(&path, "{\"plain\":true}\n").unwrap();
            let error = JsonlSink::open(&path).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidData);
            assert_eq!(fs::read(&path).unwrap(), b"{\"plain\":true}\n");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_deleted_file_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("traffic.jsonl");
        let mut sink = JsonlSink::open(&path).unwrap();
        fs::remove_file(&path).unwrap();
        sink.write(&end(1)).unwrap();
        assert!(sink.flush().unwrap_err().to_string().contains("deleted"));
        assert_eq!(sink.pending(), 1);
    }
}
