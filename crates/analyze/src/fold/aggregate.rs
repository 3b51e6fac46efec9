//! The fold: records in, one at a time; a report out.
//!
//! An [`Aggregate`] keeps one row for each exchange and connection, and each
//! distinct content once, within bounds: memory grows with counts, not with
//! bodies. Anything that needs more than one record (retries, conversations, what
//! a recording did not see) is computed at the finish, from sorted rows. So
//! merging only adds, and the order of merges does not matter.

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
    /// The last line that was added.
    pub(super) at: LineRef,
    /// The recordings' names by source, as the caller gave them.
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
    /// The programs that called models.
    pub(super) agents: BTreeSet<String>,
    pub(super) store: SharedContentStore,
    pub(super) shapes: Shapes,
    pub(super) identifiers: Identifiers,
    pub(super) telemetry: TelemetryNames,
    pub(super) headers: Headers,
    /// Exchanges that a filter left out.
    pub(super) left_out: Vec<LineRef>,
    /// Whether [`Aggregate::finish`] may use a second thread.
    pub(super) second_thread: bool,
}

impl Aggregate {
    /// Names the recording that the next records come from, and starts at its first line.
    ///
    /// Partial aggregates of the same recording share one source number; different
    /// recordings need different ones. The report lists recordings by these numbers.
    pub(crate) fn begin(&mut self, source: u32, name: &str) {
        self.names.insert(source, name.to_owned());
        self.seek(LineRef { source, line: 0 });
    }

    /// Continues with the line after `at`.
    pub(crate) fn seek(&mut self, at: LineRef) {
        self.at = at;
    }

    /// An aggregate for another thread that shares this one's content store. Merge it into
    /// this one at the end.
    pub(crate) fn share(&self) -> Self {
        Self {
            store: self.store.share(),
            ..Self::default()
        }
    }

    /// Lets [`Aggregate::finish`] use a second thread.
    pub(crate) fn allow_second_thread(&mut self) {
        self.second_thread = true;
    }

    /// Adds the record on the next line.
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

    /// Skips the exchange on the next line, because a filter excludes it.
    ///
    /// It still counts as recorded: otherwise the recording would look incomplete.
    pub(crate) fn leave_out(&mut self) {
        self.step();
        self.left_out.push(self.at);
    }

    /// Adds an error in a line, or in the recording as a whole.
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

    /// The endpoint to count this one under: itself, or a folded one.
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

    /// Notes the first product in the user agent (RFC 9110, section 10.1.5).
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

    /// Drops the last models by name, so that the order of exchanges does not matter.
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

    /// Adds another aggregate: of other recordings, or of other parts of the same one.
    pub fn merge(&mut self, mut other: Self) {
        if !self.store.is_shared_with(&other.store) {
            let new_ids = self.store.store().merge(other.store.into_store());
            let rows = other.rows.values_mut().flatten();
            rows.for_each(|row| row.contents.renumber(&new_ids));
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

/// User agents come from the recording, so their number is bounded.
const MAX_AGENTS: usize = 16;
/// Each model has a histogram of the times between output events.
const MAX_MODELS: usize = 1_000;
const MAX_AGENT_BYTES: usize = 100;
