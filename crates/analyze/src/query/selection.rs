//! Which exchanges of one recording the filters leave in.
//!
//! A recording names the process behind a connection on the connection's own
//! line, which comes after its exchanges: a filter by process makes for one
//! more reading of the file, before the real one.

use std::collections::HashMap;
use std::path::Path;

use capture::record::{LineError, Record};

use crate::line::{Block, reader};
use crate::{Call, Error, Exchange, Filter, Subject};

/// The filters, with what they need to know about one recording.
#[derive(Debug)]
pub(crate) struct Selection<'f> {
    filters: &'f [Filter],
    /// The lines on which sessions begin: numbers of connections start anew there.
    sessions: Vec<u64>,
    /// Names of processes, by session and connection.
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

    /// The filters, with the names of processes in the recording at `path` if one asks for them.
    pub(crate) fn of_file(filters: &'f [Filter], path: &Path) -> Result<Self, Error> {
        let mut selection = Self::new(filters);
        if filters.iter().any(Filter::needs_process) {
            selection.find_processes(path)?;
        }
        Ok(selection)
    }

    /// Reads the recording for the names of its processes.
    ///
    /// Exchanges are passed over: they are nearly all of it, and name none. Lines that cannot be
    /// read are counted in the real reading.
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

    /// Whether every filter holds for the exchange on `line`.
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
