//! Reads whole recordings: into an aggregate on several threads, or exchange by exchange.
//!
//! Threads take turns at reading and decompressing a block of whole lines. Each folds its blocks
//! into its own aggregate; all share one content store. Merging the aggregates gives the
//! same result as one thread would.

mod ordered;
mod worker;

use std::io::Read;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, PoisonError};
use std::thread;

use self::ordered::OrderedVisitor;
use self::worker::{Observer, PartialScan, Worker};
use crate::line::{BLOCK_BYTES, Blocks, Exchange, LineReader, reader};
use crate::query::selection::Selection;
use crate::{Aggregate, Error, Filter};

/// Reads recordings: the options, and what to do with the exchanges.
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
    observer: Option<Observer>,
}

impl Default for Scan {
    /// One thread for each core, up to a few; damaged lines are skipped and counted.
    fn default() -> Self {
        let available = thread::available_parallelism().map_or(1, usize::from);
        Self {
            threads: available.min(MAX_THREADS),
            block_bytes: BLOCK_BYTES,
            strict: false,
            keep_secrets: false,
            filters: Vec::new(),
            observer: None,
        }
    }
}

impl Scan {
    /// Reads with `threads` threads, at least one.
    pub fn threads(self, threads: usize) -> Self {
        Self {
            threads: threads.max(1),
            ..self
        }
    }

    /// Hands lines to threads in blocks of at most `bytes`, or of one longer line.
    ///
    /// The default is 1 MiB. Clamped to between one byte, so that each line is a block, and
    /// 128 MiB, the longest line that is read. The report does not depend on it. Hidden, because
    /// only tests need it: threads share a short recording only if its blocks are small.
    #[doc(hidden)]
    pub fn block_bytes(self, bytes: usize) -> Self {
        Self {
            block_bytes: bytes,
            ..self
        }
    }

    /// Fails at the first line that cannot be read.
    pub fn strict(self, strict: bool) -> Self {
        Self { strict, ..self }
    }

    /// Leaves credentials as they are, if a recording kept them (`wrap --keep-secrets`).
    pub fn keep_secrets(self, keep_secrets: bool) -> Self {
        Self {
            keep_secrets,
            ..self
        }
    }

    /// Excludes exchanges that do not satisfy all of `filters`.
    pub fn filters(self, filters: Vec<Filter>) -> Self {
        Self { filters, ..self }
    }

    /// Calls `observer` with every exchange as it is read, on any thread and in any order.
    ///
    /// It also sees exchanges that filters exclude. [`Scan::for_each`] does not call it.
    pub fn observe(self, observer: impl Fn(&Exchange<'_>) + Send + Sync + 'static) -> Self {
        Self {
            observer: Some(Observer::new(observer)),
            ..self
        }
    }

    /// Reads one recording; `source` is its number among those that are merged later.
    ///
    /// # Errors
    ///
    /// [`Error::Read`] if the file cannot be read, [`Error::Empty`] or [`Error::NoRecords`] if it
    /// is not a recording, and with [`Scan::strict`] the error of the first line that cannot be
    /// read.
    pub fn read(&self, path: &Path, source: u32) -> Result<Aggregate, Error> {
        let selection = Selection::of_file(&self.filters, path)?;
        self.read_blocks(reader::open_blocks(path)?, path, source, &selection)
    }

    /// Reads one recording from any input; `name` is what errors and the report call it.
    ///
    /// A filter by process matches nothing here: a recording names processes after their
    /// exchanges, so such a filter needs a file that can be read twice.
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
        self.read_blocks(reader::blocks_of(input, name)?, name, source, &selection)
    }

    /// Computes something from every exchange that satisfies the filters, on all threads, and
    /// passes it to `visit` in the order of the lines.
    ///
    /// A line that cannot be read is passed on as its error.
    ///
    /// ```no_run
    /// let model = |exchange: &analyze::Exchange<'_>| Some(analyze::Call::of(exchange)?.model);
    /// let mut models = std::collections::BTreeSet::new();
    /// analyze::Scan::default().for_each("traffic.jsonl".as_ref(), model, |model| {
    ///     models.extend(model?);
    ///     Ok::<(), analyze::Error>(())
    /// })?;
    /// # Ok::<(), analyze::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Read`] if the file cannot be read, with [`Scan::strict`] the error of the first
    /// line that cannot be read, and any error of `visit`.
    pub fn for_each<T: Send, E: From<Error> + Send>(
        &self,
        path: &Path,
        compute: impl Fn(&Exchange<'_>) -> T + Sync,
        visit: impl FnMut(Result<T, Error>) -> Result<(), E> + Send,
    ) -> Result<(), E> {
        let selection = Selection::of_file(&self.filters, path)?;
        self.visit_blocks(
            reader::open_blocks(path)?,
            path,
            &selection,
            &compute,
            visit,
        )
    }

    /// Like [`Scan::for_each`], from any input: see [`Scan::read_from`].
    ///
    /// # Errors
    ///
    /// As [`Scan::for_each`].
    pub fn for_each_from<R: Read + Send + 'static, T: Send, E: From<Error> + Send>(
        &self,
        input: R,
        name: &Path,
        compute: impl Fn(&Exchange<'_>) -> T + Sync,
        visit: impl FnMut(Result<T, Error>) -> Result<(), E> + Send,
    ) -> Result<(), E> {
        let selection = Selection::new(&self.filters);
        self.visit_blocks(
            reader::blocks_of(input, name)?,
            name,
            &selection,
            &compute,
            visit,
        )
    }

    fn visit_blocks<R: Read + Send, T: Send, E: From<Error> + Send>(
        &self,
        blocks: Blocks<R>,
        path: &Path,
        selection: &Selection<'_>,
        compute: &(impl Fn(&Exchange<'_>) -> T + Sync),
        mut visit: impl FnMut(Result<T, Error>) -> Result<(), E> + Send,
    ) -> Result<(), E> {
        let visit = |found: Result<T, Error>| match found {
            Err(error) if self.strict || error.line().is_none() => Err(error.into()),
            found => visit(found),
        };
        let visitor = OrderedVisitor::new(self.configured(blocks), path, visit);
        self.on_all_threads(|| visitor.run(selection, compute));
        visitor.finish()
    }

    /// Hands out blocks as the options say.
    fn configured<R: Read>(&self, blocks: Blocks<R>) -> Blocks<R> {
        blocks
            .block_bytes(self.block_bytes)
            .keep_secrets(self.keep_secrets)
    }

    /// What `work` returns on each thread; the first is this one.
    fn on_all_threads<T: Send>(&self, work: impl Fn() -> T + Sync) -> Vec<T> {
        thread::scope(|scope| {
            let others: Vec<_> = (1..self.threads).map(|_| scope.spawn(&work)).collect();
            // This thread works too, so that the report reuses memory that its part freed.
            let own = work();
            let join = |other: thread::ScopedJoinHandle<'_, T>| match other.join() {
                Ok(result) => result,
                Err(panic) => std::panic::resume_unwind(panic),
            };
            let others = others.into_iter().map(join);
            std::iter::once(own).chain(others).collect()
        })
    }

    fn read_blocks<R: Read + Send>(
        &self,
        blocks: Blocks<R>,
        path: &Path,
        source: u32,
        selection: &Selection<'_>,
    ) -> Result<Aggregate, Error> {
        let blocks = Mutex::new(self.configured(blocks));
        let stop = AtomicBool::new(false);
        let mut whole = PartialScan::default();
        let parts = self.on_all_threads(|| {
            let worker = Worker {
                path,
                source,
                strict: self.strict,
                observer: self.observer.as_ref(),
                selection,
                stop: &stop,
                reader: LineReader::default(),
                result: PartialScan {
                    aggregate: whole.aggregate.share(),
                    ..PartialScan::default()
                },
            };
            worker.run(&blocks)
        });
        whole.aggregate.begin(source, &path.display().to_string());
        for part in parts {
            whole.merge(part);
        }
        if self.threads > 1 {
            whole.aggregate.allow_second_thread();
        }
        let blocks = blocks.into_inner().unwrap_or_else(PoisonError::into_inner);
        self.finish(whole, &blocks, path)
    }

    fn finish<R: Read>(
        &self,
        mut whole: PartialScan,
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

/// With more threads, reading the file is the bottleneck.
const MAX_THREADS: usize = 8;
