//! All exchanges and connections, sorted and joined: the input of the sections.
//!
//! Each exchange is joined with its recording and its process, and each call with
//! the failed call that it repeats.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use capture::record::{End, Process, Session, State};

use crate::call::{Call, Ending, Kind};
use crate::endpoint::Endpoint;
use crate::fold::aggregate::Aggregate;
use crate::fold::call_contents::CallContents;
use crate::fold::connections::ConnectionRow;
use crate::fold::content_store::ContentStore;
use crate::fold::row::ExchangeRow;
use crate::line::LineRef;
use crate::report::Recording;

/// All exchanges and connections, in order.
pub(crate) struct TimelineIndex<'a> {
    sources: Vec<RecordingSpan<'a>>,
    /// All exchanges, in the order in which they began, recording by recording.
    pub(crate) exchanges: Vec<IndexedExchange<'a>>,
    /// All connections, in the order of their lines.
    pub(crate) connections: Vec<&'a ConnectionRow>,
    /// The last line of each recording, by the number of its source.
    pub(crate) last_lines: &'a BTreeMap<u32, u64>,
    /// For each exchange that a filter left out, the index of its recording.
    pub(crate) left_out: Vec<usize>,
}

/// One recording: from its `session` line to the next one, or to the file's end.
struct RecordingSpan<'a> {
    from: LineRef,
    name: &'a str,
    session: Option<&'a Session>,
    end: Option<&'a End>,
}

/// One exchange, joined with its recording, its process and its contents.
pub(crate) struct IndexedExchange<'a> {
    /// The index of its recording.
    pub(crate) recording: usize,
    pub(crate) endpoint: &'a Endpoint,
    pub(crate) row: &'a ExchangeRow,
    pub(crate) process: Option<&'a Process>,
    /// The index of the failed exchange that this one repeats.
    pub(crate) retry_of: Option<usize>,
    /// Its contents; empty unless it is a call.
    pub(crate) contents: CallContents<'a>,
}

impl<'a> IndexedExchange<'a> {
    /// The call, if the exchange is one.
    pub(crate) fn call(&self) -> Option<&'a Call> {
        self.row.call.as_deref()
    }

    /// The kind of the call: [`Kind::Retry`] if it repeats another.
    pub(crate) fn kind(&self) -> Option<Kind> {
        let call = self.call()?;
        Some(if self.retry_of.is_some() {
            Kind::Retry
        } else {
            call.kind
        })
    }
}

impl<'a> TimelineIndex<'a> {
    /// `store` holds the contents of the exchanges.
    pub(crate) fn of(aggregate: &'a Aggregate, store: &'a ContentStore) -> Self {
        let sources = spans(aggregate);
        let recording = |at: LineRef| sources.partition_point(|s| s.from <= at).max(1) - 1;
        let mut connections: Vec<&ConnectionRow> = aggregate.connections.iter().collect();
        connections.sort_by_key(|connection| connection.at);
        let processes: HashMap<(usize, u64), &Process> = connections
            .iter()
            .filter_map(|row| Some(((recording(row.at), row.id), row.process.as_ref()?)))
            .collect();
        let rows = aggregate.rows.iter();
        let mut exchanges: Vec<IndexedExchange<'_>> = rows
            .flat_map(|(endpoint, rows)| rows.iter().map(move |row| (endpoint, row)))
            .map(|(endpoint, row)| {
                let recording = recording(row.at);
                IndexedExchange {
                    recording,
                    endpoint,
                    row,
                    process: processes.get(&(recording, row.connection)).copied(),
                    retry_of: None,
                    contents: CallContents::of(&row.contents, store),
                }
            })
            .collect();
        let left_out = aggregate.left_out.iter();
        let left_out = left_out.map(|at| recording(*at)).collect();
        exchanges.sort_by_key(|e| (e.recording, e.row.started_us, e.row.id, e.row.at));
        link_retries(&mut exchanges);
        Self {
            sources,
            exchanges,
            connections,
            last_lines: &aggregate.last_lines,
            left_out,
        }
    }

    /// The connections, except those refused for a missing proxy password when as many to the same
    /// host succeeded: git and curl send the password only when asked. More refusals than
    /// successes mean that somebody is guessing.
    pub(crate) fn attempts(&self) -> impl Iterator<Item = &'a ConnectionRow> {
        let was_asked = |row: &ConnectionRow| row.disposition.cause.as_deref() == Some(NO_PASSWORD);
        let mut balance: HashMap<&str, i128> = HashMap::new();
        for row in &self.connections {
            let count = i128::from(row.count);
            let host = balance.entry(&row.host).or_default();
            if was_asked(row) {
                *host -= count;
            } else if row.disposition.state != State::Refused {
                *host += count;
            }
        }
        self.connections.iter().copied().filter(move |row| {
            let got_through = balance
                .get(row.host.as_str())
                .is_some_and(|host| *host >= 0);
            !(was_asked(row) && got_through)
        })
    }

    /// The exchanges that are calls.
    pub(crate) fn calls(&self) -> impl Iterator<Item = (&IndexedExchange<'a>, &'a Call)> {
        self.exchanges
            .iter()
            .filter_map(|entry| Some((entry, entry.call()?)))
    }

    /// Every host that was asked for, intercepted or not.
    pub(crate) fn hosts(&self) -> BTreeSet<&'a str> {
        let read = self
            .exchanges
            .iter()
            .map(|entry| entry.endpoint.host.as_str());
        let asked = self.connections.iter().map(|row| row.host.as_str());
        read.chain(asked).filter(|host| !host.is_empty()).collect()
    }

    /// Each recording, with its `session` and `end` lines.
    pub(crate) fn recordings(&self) -> Vec<Recording> {
        let recording = |span: &RecordingSpan<'_>| Recording {
            name: span.name.to_owned(),
            session: span.session.cloned(),
            end: span.end.cloned(),
        };
        self.sources.iter().map(recording).collect()
    }

    /// The `session` and `end` lines of every recording.
    pub(crate) fn bounds(&self) -> impl Iterator<Item = (Option<&'a Session>, Option<&'a End>)> {
        self.sources.iter().map(|span| (span.session, span.end))
    }
}

/// Cuts each source at its `session` lines: files are appended to.
fn spans(aggregate: &Aggregate) -> Vec<RecordingSpan<'_>> {
    let mut sessions: Vec<&(LineRef, Session)> = aggregate.sessions.iter().collect();
    sessions.sort_by_key(|(at, _)| *at);
    let mut ends: Vec<&(LineRef, End)> = aggregate.ends.iter().collect();
    ends.sort_by_key(|(at, _)| *at);
    let mut spans = Vec::new();
    for &source in aggregate.last_lines.keys() {
        let name = aggregate.names.get(&source).map_or("", String::as_str);
        let own = || sessions.iter().filter(|(at, _)| at.source == source);
        let headless = own()
            .next()
            .is_none_or(|(at, _)| has_rows_before(aggregate, *at));
        if headless {
            spans.push(RecordingSpan {
                from: LineRef { source, line: 0 },
                name,
                session: None,
                end: None,
            });
        }
        spans.extend(own().map(|(at, session)| RecordingSpan {
            from: *at,
            name,
            session: Some(session),
            end: None,
        }));
    }
    for (at, end) in ends {
        let index = spans.partition_point(|span| span.from <= *at);
        if let Some(span) = index.checked_sub(1).and_then(|last| spans.get_mut(last)) {
            span.end = Some(end);
        }
    }
    spans
}

/// Whether the source has records before its first `session` line.
fn has_rows_before(aggregate: &Aggregate, first: LineRef) -> bool {
    let before = |at: &LineRef| at.source == first.source && *at < first;
    let mut rows = aggregate.rows.values().flatten();
    rows.any(|row| before(&row.at))
        || aggregate.connections.iter().any(|row| before(&row.at))
        || aggregate.ends.iter().any(|(at, _)| before(at))
        || aggregate.left_out.iter().any(before)
}

/// Finds for each call the failed one that it repeats.
///
/// A call repeats a failed one with the same thread, turn and kind (without a thread: the same
/// input) if no call with that key has succeeded in between.
fn link_retries(exchanges: &mut [IndexedExchange<'_>]) {
    let mut failed = HashMap::new();
    for (index, entry) in exchanges.iter_mut().enumerate() {
        let Some(call) = entry.call() else { continue };
        let content = (call.ids.thread.is_none()).then_some(entry.row.contents.input());
        let key = (
            entry.recording,
            call.ids.thread.as_deref(),
            call.ids.turn.as_deref(),
            call.kind,
            content,
        );
        let before = match call.ending {
            Ending::Cut | Ending::Failed => failed.insert(key, index),
            Ending::Completed | Ending::Incomplete => failed.remove(&key),
        };
        entry.retry_of = before;
    }
}

/// The cause that the proxy records for a request without its password.
const NO_PASSWORD: &str = "no_password";
