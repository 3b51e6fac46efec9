//! Which exchanges of one recording the filters leave in.
//!
//! A recording names the process behind a connection on the connection's own
//! line, which comes after its exchanges: a filter by process makes for one
//! more reading of the file, before the real one.

use std::collections::HashMap;
use std::path::Path;

use capture::record::{Exchange, Record};

use crate::{Call, Error, Filter, Reader, Subject};

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

    /// Whether [`Selection::find_processes`] is worth its time.
    pub(crate) fn needs_processes(&self) -> bool {
        self.filters.iter().any(Filter::needs_process)
    }

    /// Reads the recording for the names of its processes.
    pub(crate) fn find_processes(&mut self, path: &Path) -> Result<(), Error> {
        let mut reader = Reader::open(path)?.keep_secrets(true);
        while let Some(record) = reader.next() {
            match record {
                Ok(Record::Session(_)) => self.sessions.push(reader.line()),
                Ok(Record::Connection(connection)) => {
                    let session = self.session(reader.line());
                    if let Some(process) = connection.process {
                        self.processes
                            .insert((session, connection.id), process.name);
                    }
                }
                Ok(Record::Exchange(_) | Record::End(_)) => {}
                // Lines that cannot be read are counted in the real reading.
                Err(error) if error.line().is_some() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Whether nothing is left out.
    pub(crate) fn is_all(&self) -> bool {
        self.filters.is_empty()
    }

    /// Whether every filter holds for the exchange on `line`.
    pub(crate) fn holds(&self, exchange: &Exchange, line: u64) -> bool {
        if self.is_all() {
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
