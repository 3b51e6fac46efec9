//! Several threads compute something from the exchanges in blocks; one consumer gets it in order.
//!
//! A thread that is done with its block waits for its turn, so each holds the results of one block.

use std::io::Read;
use std::path::Path;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::Error;
use crate::line::{Block, Blocks, Exchange, Line, LineReader, reader};
use crate::query::selection::Selection;

/// A recording's blocks, and whose turn it is to pass on results.
pub(super) struct OrderedVisitor<'p, R, V, E> {
    path: &'p Path,
    source: Mutex<BlockSource<R>>,
    turn: Mutex<Turn<V, E>>,
    passed_on: Condvar,
}

/// The blocks that are still to be read.
struct BlockSource<R> {
    blocks: Blocks<R>,
    /// The number of the next one.
    next: u64,
}

struct Turn<V, E> {
    visit: V,
    /// The number of the block whose results are next.
    next: u64,
    /// Why no more results are wanted.
    ended: Option<Ended<E>>,
}

enum Ended<E> {
    Failed(E),
    /// A worker panicked, so its turn never comes.
    Panicked,
}

impl<'p, R: Read, V, E: From<Error>> OrderedVisitor<'p, R, V, E> {
    pub(super) fn new(blocks: Blocks<R>, path: &'p Path, visit: V) -> Self {
        let turn = Turn {
            visit,
            next: 0,
            ended: None,
        };
        Self {
            path,
            source: Mutex::new(BlockSource { blocks, next: 0 }),
            turn: Mutex::new(turn),
            passed_on: Condvar::new(),
        }
    }

    /// Works on blocks until there are no more, or no more are wanted.
    pub(super) fn run<T>(&self, selection: &Selection<'_>, compute: impl Fn(&Exchange<'_>) -> T)
    where
        V: FnMut(Result<T, Error>) -> Result<(), E>,
    {
        let _guard = PanicGuard(self);
        let mut reader = LineReader::default();
        let mut used = Block::default();
        loop {
            let (number, block) = self.next_block(used);
            let found = match &block {
                Ok(Some(block)) => self.found(block, &mut reader, selection, &compute),
                Ok(None) => break,
                Err(_) => Vec::new(),
            };
            let turn = lock(&self.turn);
            let waiting = |turn: &mut Turn<V, E>| turn.next != number && turn.ended.is_none();
            let turn = self.passed_on.wait_while(turn, waiting);
            let mut turn = turn.unwrap_or_else(PoisonError::into_inner);
            if turn.ended.is_some() {
                break;
            }
            let passed_on = found.into_iter().try_for_each(&mut turn.visit);
            turn.next += 1;
            let (block, error) = match block {
                Ok(block) => (block, passed_on.err()),
                Err(error) => (None, Some(error.into())),
            };
            turn.ended = error.map(Ended::Failed);
            self.passed_on.notify_all();
            used = block.unwrap_or_default();
        }
    }

    /// The next block, with its number.
    fn next_block(&self, used: Block) -> (u64, Result<Option<Block>, Error>) {
        let mut source = lock(&self.source);
        let number = source.next;
        source.next += 1;
        (
            number,
            reader::next_block(&mut source.blocks, used, self.path),
        )
    }

    /// What `compute` makes of the exchanges in a block, and the errors of other lines.
    fn found<T>(
        &self,
        block: &Block,
        reader: &mut LineReader,
        selection: &Selection<'_>,
        compute: impl Fn(&Exchange<'_>) -> T,
    ) -> Vec<Result<T, Error>> {
        let mut found = Vec::new();
        if block.too_long {
            found.push(Err(reader::too_long(self.path, block.first_line)));
        }
        for (line, text) in block.lines() {
            let computed = reader.read(text, block.redactor(line), |held| match held {
                Line::Exchange(exchange) if selection.holds(&exchange, line) => {
                    Some(compute(&exchange))
                }
                _ => None,
            });
            match computed {
                Ok(computed) => found.extend(computed.map(Ok)),
                Err(error) => found.push(Err(reader::unread(error, self.path, line))),
            }
        }
        found
    }

    /// Passes on that a compressed recording was cut; returns what ended the visit.
    pub(super) fn finish<T>(self) -> Result<(), E>
    where
        V: FnMut(Result<T, Error>) -> Result<(), E>,
    {
        let turn = self.turn.into_inner();
        let mut turn = turn.unwrap_or_else(PoisonError::into_inner);
        if let Some(Ended::Failed(error)) = turn.ended {
            return Err(error);
        }
        let source = self.source.into_inner();
        if source.unwrap_or_else(PoisonError::into_inner).blocks.cut() {
            let path = self.path.to_owned();
            (turn.visit)(Err(Error::Cut { path }))?;
        }
        Ok(())
    }
}

/// Ends the others' waiting if a worker panics.
struct PanicGuard<'v, 'p, R, V, E>(&'v OrderedVisitor<'p, R, V, E>);

impl<R, V, E> Drop for PanicGuard<'_, '_, R, V, E> {
    fn drop(&mut self) {
        if thread::panicking() {
            lock(&self.0.turn).ended.get_or_insert(Ended::Panicked);
            self.0.passed_on.notify_all();
        }
    }
}

/// A panic elsewhere is raised where its thread is joined.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
