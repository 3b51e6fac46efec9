//! Reads whole recordings, with as many threads as are asked for.
//!
//! One thread reads and decompresses, and cuts blocks of whole lines; the
//! others parse and fold them, each into an aggregate of its own. At the end
//! these are merged, which gives the same as one thread would.

use std::io::Read;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};
use std::thread;

use capture::record::Record;

use crate::exchange::Exchange;
use crate::json::Tape;
use crate::reader::{self, Block, Blocks};
use crate::selection::Selection;
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
    strict: bool,
    filters: Vec<Filter>,
}

impl Default for Scan {
    /// As many threads as the machine has, up to a few; damaged lines are skipped and counted.
    fn default() -> Self {
        let available = thread::available_parallelism().map_or(1, usize::from);
        Self {
            threads: available.min(MAX_THREADS),
            strict: false,
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

    /// Makes a line that cannot be read an error.
    pub fn strict(self, strict: bool) -> Self {
        Self { strict, ..self }
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

    fn blocks<R: Read>(
        &self,
        mut blocks: Blocks<R>,
        path: &Path,
        source: u32,
        selection: &Selection<'_>,
    ) -> Result<Aggregate, Error> {
        let (sender, receiver) = sync_channel::<Block>(self.threads);
        let receiver = Mutex::new(receiver);
        let (give_back, used) = channel();
        blocks.reuse(used);
        let stop = AtomicBool::new(false);
        let (read, workers) = thread::scope(|scope| {
            let worker = || {
                let worker = Worker {
                    path,
                    source,
                    strict: self.strict,
                    selection,
                    stop: &stop,
                    used: give_back.clone(),
                    tape: Tape::default(),
                    result: Part::default(),
                };
                worker.run(&receiver)
            };
            let workers: Vec<_> = (0..self.threads).map(|_| scope.spawn(worker)).collect();
            let read = loop {
                match blocks.next_block() {
                    Ok(Some(block)) if !stop.load(Ordering::Relaxed) => {
                        if sender.send(block).is_err() {
                            break Ok(());
                        }
                    }
                    Ok(_) => break Ok(()),
                    Err(source) => break Err(source),
                }
            };
            drop(sender);
            let join = |worker: thread::ScopedJoinHandle<'_, Worker<'_>>| match worker.join() {
                Ok(worker) => worker.result,
                Err(panic) => std::panic::resume_unwind(panic),
            };
            (read, workers.into_iter().map(join).collect::<Vec<_>>())
        });
        read.map_err(|source| Error::Read {
            path: path.to_owned(),
            source,
        })?;
        let mut whole = Part::default();
        whole.aggregate.begin(source, &path.display().to_string());
        for part in workers {
            whole.merge(part);
        }
        self.finish(whole, &blocks, path)
    }

    fn finish<R: Read>(
        &self,
        mut whole: Part,
        blocks: &Blocks<R>,
        path: &Path,
    ) -> Result<Aggregate, Error> {
        let path = || path.to_owned();
        if let Some(error) = whole.error {
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
}

impl Part {
    fn merge(&mut self, other: Self) {
        self.aggregate.merge(other.aggregate);
        self.error = earlier(self.error.take(), other.error);
        self.newer = earlier(self.newer.take(), other.newer);
    }
}

/// The one of two errors that stands on the earlier line.
fn earlier(one: Option<Error>, other: Option<Error>) -> Option<Error> {
    let both = one.into_iter().chain(other);
    both.min_by_key(|error| error.line())
}

/// Folds the blocks that it gets hold of.
struct Worker<'a> {
    path: &'a Path,
    source: u32,
    strict: bool,
    selection: &'a Selection<'a>,
    /// Where blocks go that were read.
    used: Sender<Block>,
    /// Tells the reading thread that the rest is not needed.
    stop: &'a AtomicBool,
    tape: Tape,
    result: Part,
}

impl Worker<'_> {
    /// Works until there are no more blocks.
    ///
    /// After an error it only empties the queue, or the reading thread would wait
    /// for ever. Blocks come in order, so whoever finds an error leaves none
    /// before it unread, and the first of all errors is always found.
    fn run(mut self, blocks: &Mutex<Receiver<Block>>) -> Self {
        loop {
            let received = match blocks.lock() {
                Ok(blocks) => blocks.recv(),
                Err(_) => return self,
            };
            match received {
                Ok(_) if self.result.error.is_some() => {}
                Ok(block) => {
                    self.block(&block);
                    // Nobody takes it any more where the reading has ended.
                    self.used.send(block).ok();
                }
                Err(_) => return self,
            }
        }
    }

    fn block(&mut self, block: &Block) {
        if block.too_long {
            self.error(reader::too_long(self.path, block.first_line));
        }
        for (line, text) in block.lines() {
            self.seek(line - 1);
            if !self.selection.is_all() || !self.exchange(text) {
                self.record(line, text);
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
        let Ok(line) = str::from_utf8(line) else {
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
    fn record(&mut self, line: u64, text: &[u8]) {
        match reader::record(text, self.path, line) {
            Ok(Record::Exchange(exchange)) if !self.selection.holds(&exchange, line) => {
                self.result.aggregate.leave_out();
            }
            Ok(record) => self.result.aggregate.add(&record),
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
