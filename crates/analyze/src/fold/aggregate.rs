//! The fold: records in, one at a time; a report out.
//!
//! An [`Aggregate`] keeps a row for each exchange and connection, and each
//! distinct content once and within bounds: memory grows with counts, not with
//! bodies. What needs more than one record (retries, conversations, what a
//! recording did not see) waits for the finish, when all rows lie in order.
//! Merging is therefore adding, in any order.

use std::collections::{BTreeMap, BTreeSet};

use capture::record::{End, Session};

use crate::decode::decode;
use crate::endpoint::Endpoint;
use crate::line::exchange::header;
use crate::line::{Exchange, Line, LineRef};
use crate::purpose::Purpose;
use crate::stats::Histogram;
use crate::{Error, text};

use super::call_contents::ContentIds;
use super::connections::ConnectionRow;
use super::endpoint_limit::EndpointLimit;
use super::headers::Headers;
use super::identifiers::Identifiers;
use super::problems::Problems;
use super::row::ExchangeRow;
use super::shapes::Shapes;
use super::shared_store::SharedContentStore;
use super::telemetry_names::TelemetryNames;

/// What [`Scan`](crate::Scan) read of one or more recordings, ready to be merged or finished.
///
/// ```
/// use analyze::{Aggregate, Scan};
///
/// let line = r#"{"kind":"end","format":1,"exchanges":0}"#;
/// let mut both = Aggregate::default();
/// for source in 0..2 {
///     both.merge(Scan::default().read_from(line.as_bytes(), "example".as_ref(), source)?);
/// }
/// assert_eq!(both.finish().recordings.len(), 2);
/// # Ok::<(), analyze::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Aggregate {
    /// Where the next record stands.
    pub(super) at: LineRef,
    /// The recordings' names, as the caller gave them.
    pub(super) names: BTreeMap<u32, String>,
    /// The last line seen of each recording.
    pub(super) last_lines: BTreeMap<u32, u64>,
    pub(super) sessions: Vec<(LineRef, Session)>,
    pub(super) ends: Vec<(LineRef, End)>,
    pub(super) connections: Vec<ConnectionRow>,
    pub(super) rows: BTreeMap<Endpoint, Vec<ExchangeRow>>,
    pub(super) endpoint_limit: EndpointLimit,
    pub(super) problems: Problems,
    /// Times between output events, by model.
    pub(super) gaps: BTreeMap<String, Histogram>,
    /// The programs that spoke to models.
    pub(super) agents: BTreeSet<String>,
    pub(super) store: SharedContentStore,
    pub(super) shapes: Shapes,
    pub(super) identifiers: Identifiers,
    pub(super) telemetry: TelemetryNames,
    pub(super) headers: Headers,
    /// Exchanges that a filter left out.
    pub(super) left_out: Vec<LineRef>,
    /// Whether a second thread may help to work out the report.
    pub(super) second_thread: bool,
}

impl Aggregate {
    /// TelemetryNames the recording that the next records are from, and starts at its first line.
    ///
    /// Partial aggregates of different recordings need different numbers;
    /// those of one recording the same. The numbers are also the order of the report.
    pub(crate) fn begin(&mut self, source: u32, name: &str) {
        self.names.insert(source, name.to_owned());
        self.seek(LineRef { source, line: 0 });
    }

    /// Says that the next record stands behind `place`: a part of a recording is to be read.
    pub(crate) fn seek(&mut self, at: LineRef) {
        self.at = at;
    }

    /// An aggregate for another thread, which keeps its contents where this one does. They
    /// are to be merged.
    pub(crate) fn share(&self) -> Self {
        Self {
            store: self.store.share(),
            ..Self::default()
        }
    }

    /// Lets a second thread help to work out the report, as `Scan` does where it may
    /// use several.
    pub(crate) fn allow_second_thread(&mut self) {
        self.second_thread = true;
    }

    /// Adds what the next line holds.
    pub(crate) fn add(&mut self, line: Line<'_>) {
        self.step();
        match line {
            Line::Exchange(exchange) => self.add_exchange(&exchange),
            Line::Session(session) => self.sessions.push((self.at, session)),
            Line::End(end) => self.ends.push((self.at, end)),
            Line::Connection(connection) => {
                let row = ConnectionRow::of(self.at, &connection);
                self.connections.push(row);
            }
        }
    }

    /// Passes over the exchange of the next line, because a filter leaves it out.
    ///
    /// It is still counted, so that the recording does not look incomplete.
    pub(crate) fn leave_out(&mut self) {
        self.step();
        self.left_out.push(self.at);
    }

    /// Adds what was wrong with the next line, or with the recording.
    pub(crate) fn add_error(&mut self, error: &Error) {
        match error.line() {
            Some(line) => {
                self.at.line = line.saturating_sub(1);
                self.step();
            }
            None => self.at.line = u64::MAX,
        }
        self.problems.add(self.at, error);
    }

    fn step(&mut self) {
        self.at.line += 1;
        let last = self.last_lines.entry(self.at.source).or_default();
        *last = self.at.line.max(*last);
    }

    fn add_exchange(&mut self, exchange: &Exchange<'_>) {
        let decoded = decode(exchange);
        let call = decoded.map(|decoded| {
            let ids = self.store.store().add(self.at, decoded.content());
            let contents = ContentIds::of(&decoded, ids);
            if !decoded.gaps_us.is_empty() {
                let gaps = self.gaps.entry(decoded.call.model.clone()).or_default();
                gaps.add_all(decoded.gaps_us);
                self.trim_gaps();
            }
            (decoded.call, contents)
        });
        let (call, contents) = call.unzip();
        let endpoint = Endpoint::of(exchange);
        if endpoint.purpose == Purpose::Model {
            self.add_agent(exchange);
        }
        self.identifiers.add(&endpoint, exchange);
        self.telemetry.add(&endpoint, exchange);
        let endpoint = self.admit(endpoint);
        self.shapes.add(&endpoint, exchange);
        self.headers.add(&endpoint, exchange);
        let rows = self.rows.entry(endpoint).or_default();
        rows.push(ExchangeRow::of(
            self.at,
            exchange,
            call,
            contents.unwrap_or_default(),
        ));
    }

    /// What an endpoint is counted under.
    fn admit(&mut self, endpoint: Endpoint) -> Endpoint {
        if self.rows.contains_key(&endpoint) {
            return endpoint;
        }
        let (endpoint, moves) = self.endpoint_limit.admit(endpoint);
        for (from, to) in moves {
            if let Some(mut rows) = self.rows.remove(&from) {
                self.rows.entry(to.clone()).or_default().append(&mut rows);
            }
            self.shapes.remove(&from);
            self.headers.fold(&from, &to);
        }
        endpoint
    }

    /// Keeps the product that the user agent names first (RFC 9110, section 10.1.5).
    fn add_agent(&mut self, exchange: &Exchange<'_>) {
        let agent = header(&exchange.request.headers, "user-agent");
        let Some(product) = agent.and_then(|agent| agent.split_whitespace().next()) else {
            return;
        };
        let product = text::cut(product, MAX_AGENT_BYTES);
        if !self.agents.contains(product) {
            self.agents.insert(product.to_owned());
            self.trim_agents();
        }
    }

    /// Keeps the first models by name: which ones does not depend on their order.
    fn trim_gaps(&mut self) {
        while self.gaps.len() > MAX_MODELS {
            self.gaps.pop_last();
        }
    }

    fn trim_agents(&mut self) {
        while self.agents.len() > MAX_AGENTS {
            self.agents.pop_last();
        }
    }

    /// Adds what another aggregate has read: of other recordings, or of other parts of the same.
    pub fn merge(&mut self, mut other: Self) {
        if !self.store.is_shared_with(&other.store) {
            let numbers = self.store.store().merge(other.store.into_store());
            let rows = other.rows.values_mut().flatten();
            rows.for_each(|row| row.contents.renumber(&numbers));
        }
        self.names.extend(other.names);
        for (source, line) in other.last_lines {
            let last = self.last_lines.entry(source).or_default();
            *last = line.max(*last);
        }
        self.sessions.extend(other.sessions);
        self.ends.extend(other.ends);
        self.connections.extend(other.connections);
        for (from, mut rows) in other.rows {
            let shapes = other.shapes.remove(&from);
            let headers = other.headers.remove(&from);
            let endpoint = self.admit(from);
            self.shapes.merge(&endpoint, shapes);
            self.headers.merge(&endpoint, headers);
            self.rows.entry(endpoint).or_default().append(&mut rows);
        }
        self.endpoint_limit.merge(other.endpoint_limit);
        self.problems.merge(other.problems);
        for (model, gaps) in other.gaps {
            self.gaps.entry(model).or_default().merge(&gaps);
        }
        self.trim_gaps();
        self.agents.extend(other.agents);
        self.trim_agents();
        self.identifiers.merge(other.identifiers);
        self.telemetry.merge(other.telemetry);
        self.left_out.extend(other.left_out);
        self.second_thread |= other.second_thread;
    }

    /// Whether no record was added.
    pub fn is_empty(&self) -> bool {
        self.sessions.is_empty()
            && self.ends.is_empty()
            && self.connections.is_empty()
            && self.rows.is_empty()
            && self.left_out.is_empty()
    }
}

/// User agents come from the recording: what is kept of them is bounded.
const MAX_AGENTS: usize = 16;
/// Models whose times between output events are kept: a histogram each.
const MAX_MODELS: usize = 1_000;
const MAX_AGENT_BYTES: usize = 100;
