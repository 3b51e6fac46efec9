//! Reads whole recordings, with as many threads as are asked for.
//!
//! The threads take turns in reading and decompressing blocks of whole lines, and
//! each parses and folds what it has read into an aggregate of its own, with one library of
//! contents for all. At the end these are merged, which gives the same as one thread would.

use std::io::Read;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use capture::record::Record;

use crate::json::Tape;
use crate::line::exchange::Exchange;
use crate::line::reader;
use crate::line::{BLOCK_BYTES, Block, Blocks, Cleaner};
use crate::query::selection::Selection;
use crate::{Aggregate, Error, Filter, Place};

/// Reads recordings into an aggregate.
///
/// ```no_run
/// let aggregate = analyze::Scan::default().read("traffic.jsonl".as_ref(), 0)?;
/// println!("{} endpoints", aggregate.finish().endpoints.unwrap_or_default().endpoints.len());
/// # Ok::<(), analyze::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Scan {
    threads: usize,
    block_bytes: usize,
    strict: bool,
    keep_secrets: bool,
    filters: Vec<Filter>,
}

impl Default for Scan {
    /// As many threads as the machine has, up to a few; damaged lines are skipped and counted.
    fn default() -> Self {
        let available = thread::available_parallelism().map_or(1, usize::from);
        Self {
            threads: available.min(MAX_THREADS),
            block_bytes: BLOCK_BYTES,
            strict: false,
            keep_secrets: false,
            filters: Vec::new(),
        }
    }
}

impl Scan {
    /// Uses `threads` threads to parse.
    pub fn threads(self, threads: usize) -> Self {
        Self {
            threads: threads.max(1),
            ..self
        }
    }

    /// Hands lines to threads in blocks of at most `bytes`; a longer line is a block.
    ///
    /// The default is 1 MiB. Bounded by one byte, with which each line is a block, and 128 MiB,
    /// the longest line that is read. The report is the same with every size. Hidden, because only
    /// tests need it: several threads share a short recording only if its blocks are small.
    #[doc(hidden)]
    pub fn block_bytes(self, bytes: usize) -> Self {
        Self {
            block_bytes: bytes,
            ..self
        }
    }

    /// Makes a line that cannot be read an error.
    pub fn strict(self, strict: bool) -> Self {
        Self { strict, ..self }
    }

    /// Shows credentials as they are, where a recording kept them (`wrap --keep-secrets`).
    pub fn keep_secrets(self, keep_secrets: bool) -> Self {
        Self {
            keep_secrets,
            ..self
        }
    }

    /// Leaves out exchanges that do not satisfy every one of `filters`.
    pub fn filters(self, filters: Vec<Filter>) -> Self {
        Self { filters, ..self }
    }

    /// Reads one recording; `source` tells its records from those of others that are merged later.
    ///
    /// # Errors
    ///
    /// [`Error::Read`] when the file cannot be read, [`Error::Empty`] and
    /// [`Error::NoRecords`] when it is no recording, and with [`Scan::strict`] the first line that
    /// cannot be read.
    pub fn read(&self, path: &Path, source: u32) -> Result<Aggregate, Error> {
        let mut selection = Selection::new(&self.filters);
        if selection.needs_processes() {
            selection.find_processes(path)?;
        }
        self.blocks(reader::open_blocks(path)?, path, source, &selection)
    }

    /// Reads one recording from anywhere; `name` is what errors and the report call it.
    ///
    /// A recording names the processes after their exchanges, so a filter by
    /// process finds none here: it needs a file that can be read twice.
    ///
    /// # Errors
    ///
    /// As [`Scan::read`].
    pub fn read_from<R: Read + Send + 'static>(
        &self,
        input: R,
        name: &Path,
        source: u32,
    ) -> Result<Aggregate, Error> {
        let selection = Selection::new(&self.filters);
        self.blocks(reader::blocks_of(input, name)?, name, source, &selection)
    }

    fn blocks<R: Read + Send>(
        &self,
        blocks: Blocks<R>,
        path: &Path,
        source: u32,
        selection: &Selection<'_>,
    ) -> Result<Aggregate, Error> {
        let blocks = blocks
            .block_bytes(self.block_bytes)
            .keep_secrets(self.keep_secrets);
        let blocks = Mutex::new(blocks);
        let stop = AtomicBool::new(false);
        let mut whole = Part::default();
        let parts: Vec<Part> = thread::scope(|scope| {
            let worker = || {
                let worker = Worker {
                    path,
                    source,
                    strict: self.strict,
                    selection,
                    stop: &stop,
                    tape: Tape::default(),
                    result: Part {
                        aggregate: whole.aggregate.share(),
                        ..Part::default()
                    },
                };
                worker.run(&blocks)
            };
            let others = 1..self.threads;
            let others: Vec<_> = others.map(|_| scope.spawn(worker)).collect();
            // This thread is one of them: what it lets go of is what its report is made in.
            let own = worker();
            let join = |worker: thread::ScopedJoinHandle<'_, Part>| match worker.join() {
                Ok(part) => part,
                Err(panic) => std::panic::resume_unwind(panic),
            };
            let others = others.into_iter().map(join);
            std::iter::once(own).chain(others).collect()
        });
        whole.aggregate.begin(source, &path.display().to_string());
        for part in parts {
            whole.merge(part);
        }
        if self.threads > 1 {
            whole.aggregate.help();
        }
        let blocks = blocks.into_inner().unwrap_or_else(PoisonError::into_inner);
        self.finish(whole, &blocks, path)
    }

    fn finish<R: Read>(
        &self,
        mut whole: Part,
        blocks: &Blocks<R>,
        path: &Path,
    ) -> Result<Aggregate, Error> {
        let path = || path.to_owned();
        if let Some(error) = whole.unreadable.or(whole.error) {
            return Err(error);
        }
        if blocks.cut() {
            let cut = Error::Cut { path: path() };
            if self.strict {
                return Err(cut);
            }
            whole.aggregate.add_error(&cut);
        }
        if !whole.aggregate.is_empty() {
            return Ok(whole.aggregate);
        }
        Err(match (whole.newer, blocks.lines()) {
            (Some(newer), _) => newer,
            (None, 0) => Error::Empty { path: path() },
            (None, lines) => Error::NoRecords {
                path: path(),
                lines,
            },
        })
    }
}

/// What one thread has read.
#[derive(Default)]
struct Part {
    aggregate: Aggregate,
    /// The first line that could not be read, where that ends the reading.
    error: Option<Error>,
    /// The first line of a newer format.
    newer: Option<Error>,
    /// Why the file could be read no further.
    unreadable: Option<Error>,
}

impl Part {
    fn merge(&mut self, other: Self) {
        self.aggregate.merge(other.aggregate);
        self.error = earlier(self.error.take(), other.error);
        self.newer = earlier(self.newer.take(), other.newer);
        self.unreadable = self.unreadable.take().or(other.unreadable);
    }
}

/// The one of two errors that stands on the earlier line.
fn earlier(one: Option<Error>, other: Option<Error>) -> Option<Error> {
    let both = one.into_iter().chain(other);
    both.min_by_key(|error| error.line())
}

/// Reads blocks and folds them.
struct Worker<'a> {
    path: &'a Path,
    source: u32,
    strict: bool,
    selection: &'a Selection<'a>,
    /// Tells all workers that the rest is not needed.
    stop: &'a AtomicBool,
    tape: Tape,
    result: Part,
}

impl Worker<'_> {
    /// Works until there are no more blocks, or one of the workers has met an error.
    ///
    /// Blocks come in order, and each is read to its end or to its first error: so
    /// none before an error is left unread, and the first of all errors is always found.
    fn run<R: Read>(mut self, blocks: &Mutex<Blocks<R>>) -> Part {
        let mut used = Block::default();
        while !self.stop.load(Ordering::Relaxed) {
            // Where another worker has panicked its panic is what will be heard of.
            let Ok(mut reading) = blocks.lock() else {
                break;
            };
            let block = reading.next_block(used);
            drop(reading);
            match block {
                Ok(Some(block)) => {
                    self.block(&block);
                    used = block;
                }
                Ok(None) => break,
                Err(source) => {
                    self.stop.store(true, Ordering::Relaxed);
                    let path = self.path.to_owned();
                    self.result.unreadable = Some(Error::Read { path, source });
                    break;
                }
            }
        }
        self.result
    }

    fn block(&mut self, block: &Block) {
        if block.too_long {
            self.error(reader::too_long(self.path, block.first_line));
        }
        for (line, text) in block.lines() {
            self.seek(line - 1);
            let cleaner = block.cleaner(line);
            if !self.selection.is_all() || cleaner.is_some() || !self.exchange(text) {
                self.record(line, text, cleaner);
            }
            if self.result.error.is_some() {
                return;
            }
        }
    }

    /// Adds the line without making a record of it, if it is an exchange: most
    /// lines are, and nearly all bytes.
    fn exchange(&mut self, line: &[u8]) -> bool {
        if !Record::begins_as_exchange(line) {
            return false;
        }
        let Ok(line) = simdutf8::basic::from_utf8(line) else {
            return false;
        };
        let Ok(document) = self.tape.read(line) else {
            return false;
        };
        let exchange = Exchange::of(document.root());
        let added = exchange.map(|exchange| self.result.aggregate.add_line(&exchange));
        added.is_some()
    }

    /// Adds the line, whatever it is, or says what is wrong with it.
    fn record(&mut self, line: u64, text: &[u8], cleaner: Option<&Cleaner>) {
        match reader::record(text, self.path, line) {
            Ok(Record::Exchange(exchange)) if !self.selection.holds(&exchange, line) => {
                self.result.aggregate.leave_out();
            }
            Ok(mut record) => {
                if let Some(cleaner) = cleaner {
                    cleaner.clean(&mut record);
                }
                self.result.aggregate.add(&record);
            }
            Err(error) => self.error(error),
        }
    }

    fn seek(&mut self, line: u64) {
        let source = self.source;
        self.result.aggregate.seek(Place { source, line });
    }

    fn error(&mut self, error: Error) {
        if self.strict {
            self.stop.store(true, Ordering::Relaxed);
            self.result.error.get_or_insert(error);
            return;
        }
        self.seek(0);
        self.result.aggregate.add_error(&error);
        if let Error::Newer { .. } = error {
            self.result.newer.get_or_insert(error);
        }
    }
}

/// Past a few, reading the file is what takes the time.
const MAX_THREADS: usize = 8;
