//! Cuts a stream of bytes into blocks of whole lines, for threads to share.
//!
//! A block has at most [`BLOCK_BYTES`], or is one longer line. Where blocks end does
//! not depend on the sizes of the reads. A line over the limit is skipped, and
//! a block without lines reports it.

use std::io::{self, Read};

use crate::line::secrets::{LazyRedactor, SecretsTracker};

/// Some whole lines of a recording.
#[derive(Default)]
pub(crate) struct Block {
    /// The number of its first line, from 1.
    pub(crate) first_line: u64,
    /// The lines; the last may lack its end.
    bytes: Vec<u8>,
    /// The offset in `bytes` of each line's end.
    ends: Vec<usize>,
    /// Whether the block is empty because its only line is over the limit.
    pub(crate) too_long: bool,
    /// Where redaction is switched on and off: indices of lines, in order. The first one
    /// switches it on.
    changes: Vec<usize>,
    redactor: Option<LazyRedactor>,
}

impl Block {
    /// The line at `index` in the block, without its line end.
    pub(crate) fn line(&self, index: usize) -> Option<&[u8]> {
        let end = *self.ends.get(index)?;
        let start = index.checked_sub(1).map_or(0, |last| self.ends[last] + 1);
        Some(&self.bytes[start..end])
    }

    /// The redactor for line `number`, if that line may contain secrets.
    pub(crate) fn redactor(&self, number: u64) -> Option<&LazyRedactor> {
        let index = usize::try_from(number.saturating_sub(self.first_line)).ok()?;
        let before = self.changes.partition_point(|change| *change <= index);
        self.redactor.as_ref().filter(|_| before % 2 == 1)
    }

    /// The lines that are not blank, with their numbers.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (u64, &[u8])> {
        let lines = (0..).map_while(|index| self.line(index));
        let numbered = (self.first_line..).zip(lines);
        numbered.filter(|(_, line)| !line.trim_ascii().is_empty())
    }
}

/// Cuts blocks out of `input`.
pub(crate) struct Blocks<R> {
    input: R,
    /// Bytes that were read and belong to no block yet, then free space.
    buffer: Vec<u8>,
    /// Where the free space begins.
    filled: usize,
    /// The number of the first line in `buffer`.
    line: u64,
    /// The most bytes in a block, unless its only line is longer.
    block_bytes: usize,
    /// The longest line that is not skipped.
    line_limit: usize,
    ended: bool,
    /// The stream ended inside a compressed frame.
    cut: bool,
    /// Whether to leave the secrets of the recording as they are.
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

    /// Cuts blocks of at most `bytes`, or of one longer line.
    ///
    /// Capped at [`MAX_LINE_BYTES`]: then a line over that limit is always the first in the
    /// buffer, which is the only one whose length is checked.
    pub(crate) fn block_bytes(self, bytes: usize) -> Self {
        Self {
            block_bytes: bytes.clamp(1, self.line_limit),
            ..self
        }
    }

    /// Leaves the secrets of the recording as they are.
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

    /// How many lines were returned so far, including blank ones.
    pub(crate) fn lines(&self) -> u64 {
        self.line - 1
    }

    /// The next block; `None` after the last.
    ///
    /// `used` is a block that is no longer needed, whose memory is reused: fresh pages for each
    /// block would cost more than the read.
    ///
    /// # Errors
    ///
    /// Any error of the input except the early end of a compressed stream: see [`Blocks::cut`].
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

    /// Makes a block of the first `end` bytes of `buffer`; the rest stays there.
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

    /// Notes which lines of the block need redaction.
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

    /// Skips the first line in `buffer`, which is too long.
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

/// Large enough that handing over a block costs little compared with parsing it; small enough that
/// one a thread fits into the processor's cache.
pub(crate) const BLOCK_BYTES: usize = 1 << 20;
/// The key for fingerprints is derived from this much of a recording. Independent of the size of
/// a block, which must not change a report.
const BEGINNING_BYTES: usize = 1 << 20;
/// The smallest read.
const READ_BYTES: usize = 64 << 10;
/// The longest line: more than twice what a request and its events take at the default body limit
/// of 16 MiB each, as text in which every second character is escaped.
pub(crate) const MAX_LINE_BYTES: usize = 128 << 20;

#[cfg(test)]
mod tests;
