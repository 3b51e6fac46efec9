//! Cuts a stream of bytes into blocks of whole lines.
//!
//! Bytes come in as the file gives them; blocks of at most [`BLOCK_BYTES`], or of
//! one longer line, go out, so that threads can share the lines. Where they are cut
//! does not depend on how the bytes came in. A line that no block should hold is
//! passed over and said to be there.

use std::io::{self, Read};

use crate::line::secrets::{LazyRedactor, SecretsTracker};

/// Some whole lines of a recording.
#[derive(Default)]
pub(crate) struct Block {
    /// The number of its first line, from 1.
    pub(crate) first_line: u64,
    /// The lines; the last may lack its end.
    bytes: Vec<u8>,
    /// Where each line ends.
    ends: Vec<usize>,
    /// The line is longer than the limit: there is nothing in its place.
    pub(crate) too_long: bool,
    /// Where secrets were kept that are not to be shown: the first lines, behind the first of
    /// the block, from which on it is so, and from which on it is not, in turns.
    changes: Vec<usize>,
    /// What replaces them.
    redactor: Option<LazyRedactor>,
}

impl Block {
    /// The line that is `index` lines behind the first, without its end.
    pub(crate) fn line(&self, index: usize) -> Option<&[u8]> {
        let end = *self.ends.get(index)?;
        let start = index.checked_sub(1).map_or(0, |last| self.ends[last] + 1);
        Some(&self.bytes[start..end])
    }

    /// What has to replace the secrets in a record of line `number`, where something has to.
    pub(crate) fn redactor(&self, number: u64) -> Option<&LazyRedactor> {
        let index = usize::try_from(number.saturating_sub(self.first_line)).ok()?;
        let before = self.changes.partition_point(|change| *change <= index);
        self.redactor.as_ref().filter(|_| before % 2 == 1)
    }

    /// The lines that hold anything, with their numbers.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (u64, &[u8])> {
        let lines = (0..).map_while(|index| self.line(index));
        let numbered = (self.first_line..).zip(lines);
        numbered.filter(|(_, line)| !line.trim_ascii().is_empty())
    }
}

/// Cuts blocks out of `input`.
pub(crate) struct Blocks<R> {
    input: R,
    /// What was read of the line that the last block did not finish, and room for more.
    buffer: Vec<u8>,
    /// How much of `buffer` was read.
    filled: usize,
    /// The number of the first line in `buffer`.
    line: u64,
    /// How many bytes a block holds at most, unless its only line is longer.
    block_bytes: usize,
    /// The longest line that is handed out.
    line_limit: usize,
    ended: bool,
    /// The stream ended inside its compressed frame.
    cut: bool,
    /// Whether secrets that the recording kept are left as they are.
    keep_secrets: bool,
    tracker: SecretsTracker,
    redactor: Option<LazyRedactor>,
}

impl<R: Read> Blocks<R> {
    pub(crate) fn new(input: R) -> Self {
        Self::with_sizes(input, BLOCK_BYTES, MAX_LINE_BYTES)
    }

    fn with_sizes(input: R, block_bytes: usize, line_limit: usize) -> Self {
        Self {
            input,
            buffer: Vec::new(),
            filled: 0,
            line: 1,
            block_bytes,
            line_limit,
            ended: false,
            cut: false,
            keep_secrets: false,
            tracker: SecretsTracker::default(),
            redactor: None,
        }
    }

    /// Cuts blocks of at most `bytes`, and of one line where that is longer.
    ///
    /// No more than [`MAX_LINE_BYTES`], so that a line over that limit is always the first of
    /// a block, where its length is looked at.
    pub(crate) fn block_bytes(self, bytes: usize) -> Self {
        Self {
            block_bytes: bytes.clamp(1, self.line_limit),
            ..self
        }
    }

    /// Leaves secrets that the recording kept as they are.
    pub(crate) fn keep_secrets(self, keep_secrets: bool) -> Self {
        Self {
            keep_secrets,
            ..self
        }
    }

    /// Whether the input was compressed and ended too early.
    pub(crate) fn cut(&self) -> bool {
        self.cut
    }

    /// How many lines were handed out so far, blank ones too.
    pub(crate) fn lines(&self) -> u64 {
        self.line - 1
    }

    /// The next block; `None` after the last.
    ///
    /// `used` is a block that is done with, if there is one: fresh memory for each
    /// would cost more than reading into it.
    ///
    /// # Errors
    ///
    /// What the input said, but for a compressed stream's early end: see [`Blocks::cut`].
    pub(crate) fn next_block(&mut self, used: Block) -> io::Result<Option<Block>> {
        if self.redactor.is_none() && !self.keep_secrets {
            self.fill(BEGINNING_BYTES)?;
            let beginning = self.filled.min(BEGINNING_BYTES);
            self.redactor = Some(LazyRedactor::of(&self.buffer[..beginning]));
        }
        self.fill(self.block_bytes)?;
        let mut searched = self.filled.min(self.block_bytes);
        if let Some(last) = memchr::memrchr(b'\n', &self.buffer[..searched]) {
            return Ok(Some(self.block_to(last + 1, used)));
        }
        loop {
            let end = memchr::memchr(b'\n', &self.buffer[searched..self.filled]);
            match end.map(|at| searched + at) {
                Some(end) if end <= self.line_limit => {
                    return Ok(Some(self.block_to(end + 1, used)));
                }
                Some(_) => return self.skip_line().map(Some),
                None if self.filled > self.line_limit => return self.skip_line().map(Some),
                None if self.ended && self.filled == 0 => return Ok(None),
                None if self.ended => return Ok(Some(self.block_to(self.filled, used))),
                None => searched = self.filled,
            }
            self.fill(self.filled + 1)?;
        }
    }

    /// The block of the first `end` bytes of `buffer`; what is behind them stays.
    fn block_to(&mut self, end: usize, used: Block) -> Block {
        let Block {
            bytes: mut buffer,
            mut ends,
            mut changes,
            ..
        } = used;
        let tail = &self.buffer[end..self.filled];
        let (over, new) = tail.split_at(tail.len().min(buffer.len()));
        buffer[..over.len()].copy_from_slice(over);
        buffer.extend_from_slice(new);
        let tail = tail.len();
        let mut bytes = std::mem::replace(&mut self.buffer, buffer);
        bytes.truncate(end);
        self.filled = tail;
        ends.clear();
        ends.extend(memchr::memchr_iter(b'\n', &bytes));
        if !bytes.ends_with(b"\n") {
            ends.push(bytes.len());
        }
        let first_line = self.line;
        self.line += ends.len() as u64;
        changes.clear();
        let mut block = Block {
            first_line,
            bytes,
            ends,
            too_long: false,
            changes,
            redactor: self.redactor.clone(),
        };
        self.find_secrets(&mut block);
        block
    }

    /// Notes where in the block secrets were kept.
    fn find_secrets(&mut self, block: &mut Block) {
        if self.keep_secrets {
            return;
        }
        let mut needs_redaction = false;
        for index in 0..block.ends.len() {
            let line = block.line(index).unwrap_or_default();
            if self.tracker.needs_redaction(line) != needs_redaction {
                needs_redaction = !needs_redaction;
                block.changes.push(index);
            }
        }
    }

    /// Passes over a line that is too long, the first in `buffer`.
    fn skip_line(&mut self) -> io::Result<Block> {
        loop {
            if let Some(end) = memchr::memchr(b'\n', &self.buffer[..self.filled]) {
                self.buffer.copy_within(end + 1..self.filled, 0);
                self.filled -= end + 1;
                return Ok(self.skipped());
            }
            self.filled = 0;
            if self.ended {
                return Ok(self.skipped());
            }
            self.fill(self.block_bytes)?;
        }
    }

    fn skipped(&mut self) -> Block {
        self.line += 1;
        Block {
            first_line: self.line - 1,
            too_long: true,
            ..Block::default()
        }
    }

    /// Reads until `buffer` holds `least` bytes or the input ends.
    fn fill(&mut self, least: usize) -> io::Result<()> {
        if self.ended || self.filled >= least {
            return Ok(());
        }
        let aim = least.max(self.filled + READ_BYTES);
        if self.buffer.len() < aim {
            self.buffer.resize(aim, 0);
        }
        while !self.ended && self.filled < aim {
            match self.input.read(&mut self.buffer[self.filled..aim]) {
                Ok(0) => self.ended = true,
                Ok(count) => self.filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                    self.ended = true;
                    self.cut = true;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// Large enough that handing a block to a thread costs nothing beside reading it,
/// small enough that a few of them in flight stay in a processor's cache.
pub(crate) const BLOCK_BYTES: usize = 1 << 20;
/// How much of a recording the fingerprints of its secrets follow from. Not the size of a
/// block: that must change nothing in a report.
const BEGINNING_BYTES: usize = 1 << 20;
/// The least that is asked of the input at once.
const READ_BYTES: usize = 64 << 10;
/// The longest line: a request and its events at the default body limit of 16 MiB
/// each, written as text of which every other character is escaped, twice over.
pub(crate) const MAX_LINE_BYTES: usize = 128 << 20;

#[cfg(test)]
mod tests;
