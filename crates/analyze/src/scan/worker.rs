//! One of the threads of a scan: takes blocks in turn, folds them into its own aggregate.

use std::fmt;
use std::io::Read;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use crate::line::{Block, Blocks, Exchange, Line, LineReader, reader};
use crate::query::selection::Selection;
use crate::{Aggregate, Error, LineRef};

/// A callback for every exchange, whether or not filters exclude it.
#[derive(Clone)]
pub(super) struct Observer(Arc<dyn Fn(&Exchange<'_>) + Send + Sync>);

impl Observer {
    pub(super) fn new(observe: impl Fn(&Exchange<'_>) + Send + Sync + 'static) -> Self {
        Self(Arc::new(observe))
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Observer")
    }
}

/// Reads blocks and folds them.
pub(super) struct Worker<'a> {
    pub(super) path: &'a Path,
    pub(super) source: u32,
    /// Whether to stop at the first line that cannot be read.
    pub(super) strict: bool,
    pub(super) observer: Option<&'a Observer>,
    pub(super) selection: &'a Selection<'a>,
    /// Tells all workers to stop.
    pub(super) stop: &'a AtomicBool,
    pub(super) reader: LineReader,
    pub(super) result: PartialScan,
}

impl Worker<'_> {
    /// Works until there are no more blocks, or a worker has met an error.
    ///
    /// Blocks are handed out in order, and a worker finishes its block before it looks at `stop`.
    /// So everything before an error is read, and the first error is always found.
    pub(super) fn run<R: Read>(mut self, blocks: &Mutex<Blocks<R>>) -> PartialScan {
        let mut used = Block::default();
        while !self.stop.load(Ordering::Relaxed) {
            // Poisoned: another worker panicked, and joining it raises the panic.
            let Ok(mut blocks) = blocks.lock() else {
                break;
            };
            let block = reader::next_block(&mut blocks, used, self.path);
            drop(blocks);
            match block {
                Ok(Some(block)) => {
                    self.read_block(&block);
                    used = block;
                }
                Ok(None) => break,
                Err(error) => {
                    self.stop.store(true, Ordering::Relaxed);
                    self.result.unreadable = Some(error);
                    break;
                }
            }
        }
        self.result
    }

    fn read_block(&mut self, block: &Block) {
        if block.too_long {
            self.error(reader::too_long(self.path, block.first_line));
        }
        for (line, text) in block.lines() {
            self.seek(line - 1);
            let aggregate = &mut self.result.aggregate;
            let read = self.reader.read(text, block.redactor(line), |found| {
                if let Line::Exchange(exchange) = &found {
                    if let Some(Observer(observe)) = self.observer {
                        observe(exchange);
                    }
                    if !self.selection.holds(exchange, line) {
                        return aggregate.leave_out();
                    }
                }
                aggregate.add(found);
            });
            if let Err(error) = read {
                self.error(reader::unread(error, self.path, line));
            }
            if self.result.error.is_some() {
                return;
            }
        }
    }

    fn seek(&mut self, line: u64) {
        let source = self.source;
        self.result.aggregate.seek(LineRef { source, line });
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

/// What one thread has read.
#[derive(Default)]
pub(super) struct PartialScan {
    pub(super) aggregate: Aggregate,
    /// If the worker is strict, the error of the first line that could not be read.
    pub(super) error: Option<Error>,
    /// The error of the first line in a newer format.
    pub(super) newer: Option<Error>,
    /// The I/O error that ended reading.
    pub(super) unreadable: Option<Error>,
}

impl PartialScan {
    pub(super) fn merge(&mut self, other: Self) {
        self.aggregate.merge(other.aggregate);
        self.error = earlier(self.error.take(), other.error);
        self.newer = earlier(self.newer.take(), other.newer);
        self.unreadable = self.unreadable.take().or(other.unreadable);
    }
}

/// Of two errors, the one on the earlier line.
fn earlier(one: Option<Error>, other: Option<Error>) -> Option<Error> {
    let both = one.into_iter().chain(other);
    both.min_by_key(|error| error.line())
}
