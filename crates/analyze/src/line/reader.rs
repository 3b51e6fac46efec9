//! Opens recordings, and iterates over their records.
//!
//! A line that cannot be read yields an error with its number, and reading
//! continues after it. Memory is bounded by the longest line.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use capture::record::{LineError, Record};

use crate::Error;

use super::blocks::{Block, Blocks, MAX_LINE_BYTES};
use super::compression;

/// Iterates over the records of one recording, in the order of its lines.
///
/// For programs that need every field of a record. [`Scan`](crate::Scan) is faster for everything
/// that this crate does itself.
///
/// ```no_run
/// for record in analyze::Reader::open("traffic.jsonl".as_ref())? {
///     match record {
///         Ok(record) => println!("{}", record.kind()),
///         Err(error) => eprintln!("{error}"),
///     }
/// }
/// # Ok::<(), analyze::Error>(())
/// ```
pub struct Reader {
    path: PathBuf,
    blocks: Blocks<Box<dyn Read + Send>>,
    block: Option<Block>,
    /// The index in the block of the next line.
    at: usize,
    /// The number of the line read last.
    line: u64,
    ended: bool,
}

impl Reader {
    /// Opens a recording, plain or compressed.
    ///
    /// # Errors
    ///
    /// [`Error::Read`] when the file cannot be opened or its first bytes cannot be read.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let blocks = open_blocks(path)?;
        Ok(Self::from_blocks(blocks, path))
    }

    /// Reads a recording from anywhere; `name` is what errors call it.
    ///
    /// # Errors
    ///
    /// [`Error::Read`] when the first bytes cannot be read.
    pub fn new<R: Read + Send + 'static>(input: R, name: &Path) -> Result<Self, Error> {
        let blocks = blocks_of(input, name)?;
        Ok(Self::from_blocks(blocks, name))
    }

    fn from_blocks(blocks: Blocks<Box<dyn Read + Send>>, path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            blocks,
            block: None,
            at: 0,
            line: 0,
            ended: false,
        }
    }

    /// Returns credentials as they are, if the recording kept them (`wrap --keep-secrets`).
    ///
    /// By default they are replaced by fingerprints, as in any other recording.
    pub fn keep_secrets(self, keep_secrets: bool) -> Self {
        Self {
            blocks: self.blocks.keep_secrets(keep_secrets),
            ..self
        }
    }

    /// The number of the line that the last item came from, counted from 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// Parses the next line that is not blank.
    fn next_record(&mut self) -> Option<Result<Record, Error>> {
        loop {
            let block = self.block.as_ref();
            if let Some((block, line)) = block.and_then(|block| Some((block, block.line(self.at)?)))
            {
                self.at += 1;
                self.line += 1;
                if line.trim_ascii().is_empty() {
                    continue;
                }
                let mut record = Record::from_json(line);
                if let (Ok(record), Some(redactor)) = (&mut record, block.redactor(self.line)) {
                    redactor.redact(record);
                }
                return Some(record.map_err(|error| unread(error, &self.path, self.line)));
            }
            let used = self.block.take();
            match next_block(&mut self.blocks, used.unwrap_or_default(), &self.path) {
                Ok(Some(block)) if block.too_long => {
                    self.line = block.first_line;
                    return Some(Err(too_long(&self.path, self.line)));
                }
                Ok(Some(block)) => {
                    self.block = Some(block);
                    self.at = 0;
                }
                Ok(None) => {
                    self.ended = true;
                    let path = self.path.clone();
                    return self.blocks.cut().then_some(Err(Error::Cut { path }));
                }
                Err(error) => {
                    self.ended = true;
                    return Some(Err(error));
                }
            }
        }
    }
}

impl Iterator for Reader {
    type Item = Result<Record, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        self.next_record()
    }
}

/// Opens a recording, to be read in blocks.
pub(crate) fn open_blocks(path: &Path) -> Result<Blocks<Box<dyn Read + Send>>, Error> {
    let file = File::open(path).map_err(|source| Error::Read {
        path: path.to_owned(),
        source,
    })?;
    blocks_of(file, path)
}

/// Reads any input in blocks; `name` is what errors call it.
pub(crate) fn blocks_of<R: Read + Send + 'static>(
    input: R,
    name: &Path,
) -> Result<Blocks<Box<dyn Read + Send>>, Error> {
    match compression::decompressed(input) {
        Ok(input) => Ok(Blocks::new(input)),
        Err(source) => Err(Error::Read {
            path: name.to_owned(),
            source,
        }),
    }
}

/// The next block; `used` is one that is no longer needed, to reuse its memory.
pub(crate) fn next_block<R: Read>(
    blocks: &mut Blocks<R>,
    used: Block,
    path: &Path,
) -> Result<Option<Block>, Error> {
    blocks.next_block(used).map_err(|source| Error::Read {
        path: path.to_owned(),
        source,
    })
}

/// The error for a line that is not a record.
pub(crate) fn unread(error: LineError, path: &Path, line: u64) -> Error {
    let path = path.to_owned();
    match error {
        LineError::Format { found } => Error::Newer { path, line, found },
        LineError::Json(source) => Error::Damaged { path, line, source },
        _ => Error::Foreign { path, line },
    }
}

/// The error for a line that was skipped because of its length.
pub(crate) fn too_long(path: &Path, line: u64) -> Error {
    Error::TooLong {
        path: path.to_owned(),
        line,
        limit: MAX_LINE_BYTES,
    }
}
