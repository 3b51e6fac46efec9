//! The exchanges of one recording that satisfy the filters.
//!
//! A recording names the process of a connection on the connection's line, which
//! comes after its exchanges. So a filter by process reads the file twice.

use std::collections::HashMap;
use std::path::Path;

use capture::record::{LineError, Record};

use crate::line::{Block, reader};
use crate::{Call, Error, Exchange, Filter, Subject};

/// The filters, with the processes of one recording.
#[derive(Debug)]
pub(crate) struct Selection<'f> {
    filters: &'f [Filter],
    /// The lines on which sessions begin: connection numbers restart there.
    sessions: Vec<u64>,
    /// Process names by session and connection.
    processes: HashMap<(usize, u64), String>,
}

impl<'f> Selection<'f> {
    pub(crate) fn new(filters: &'f [Filter]) -> Self {
        Self {
            filters,
            sessions: Vec::new(),
            processes: HashMap::new(),
        }
    }

    /// The filters, with the process names of the recording at `path` if a filter needs them.
    pub(crate) fn of_file(filters: &'f [Filter], path: &Path) -> Result<Self, Error> {
        let mut selection = Self::new(filters);
        if filters.iter().any(Filter::needs_process) {
            selection.find_processes(path)?;
        }
        Ok(selection)
    }

    /// Reads the process names of the recording.
    ///
    /// Skips exchanges, which are most of it. Lines that cannot be read are reported by the main
    /// pass.
    fn find_processes(&mut self, path: &Path) -> Result<(), Error> {
        let mut blocks = reader::open_blocks(path)?.keep_secrets(true);
        let mut used = Block::default();
        while let Some(block) = reader::next_block(&mut blocks, used, path)? {
            for (line, text) in block.lines() {
                if !Record::begins_as_exchange(text) {
                    self.add(line, Record::from_json(text));
                }
            }
            used = block;
        }
        Ok(())
    }

    fn add(&mut self, line: u64, record: Result<Record, LineError>) {
        match record {
            Ok(Record::Session(_)) => self.sessions.push(line),
            Ok(Record::Connection(connection)) => {
                if let Some(process) = connection.process {
                    let session = self.session(line);
                    self.processes
                        .insert((session, connection.id), process.name);
                }
            }
            _ => {}
        }
    }

    /// Whether the exchange on `line` satisfies every filter.
    pub(crate) fn holds(&self, exchange: &Exchange<'_>, line: u64) -> bool {
        if self.filters.is_empty() {
            return true;
        }
        let needs_call = self.filters.iter().any(Filter::needs_call);
        let call = needs_call.then(|| Call::of(exchange)).flatten();
        let process = self
            .processes
            .get(&(self.session(line), exchange.connection));
        let subject = Subject {
            exchange,
            call: call.as_ref(),
            process: process.map(String::as_str),
        };
        self.filters.iter().all(|filter| filter.matches(subject))
    }

    fn session(&self, line: u64) -> usize {
        self.sessions.partition_point(|begin| *begin <= line)
    }
}
