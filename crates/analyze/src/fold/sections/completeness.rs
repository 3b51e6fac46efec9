//! Computes the section "What this recording did not see".

use std::collections::{BTreeMap, BTreeSet};

use capture::record::{OutcomeState, Secrets, State, Transport, Unread};

use crate::fold::problems::Problems;
use crate::fold::sections::hosts::{cause, is_given_up};
use crate::fold::timeline_index::TimelineIndex;
use crate::report::{Completeness, Lapse, LapseCount};
use crate::stats::Quantiles;

pub(crate) fn finish(timeline: &TimelineIndex<'_>, problems: &Problems) -> Completeness {
    let lapses = lapses(timeline, problems);
    let delays = || {
        timeline
            .exchanges
            .iter()
            .filter_map(|entry| entry.row.delay_us)
    };
    Completeness {
        complete: is_complete(&lapses),
        lapses,
        unread_lines: problems.finish(timeline.last_lines),
        delay_max_us: Quantiles::of(delays().map(|(max, _)| max)),
        delay_total_us: Quantiles::of(delays().map(|(_, total)| total)),
    }
}

/// Whether nothing is missing that should have been recorded.
pub(crate) fn is_complete(lapses: &[LapseCount]) -> bool {
    lapses.iter().all(|lapse| lapse.lapse == Lapse::NotMatched)
}

/// Everything that is known to be missing.
pub(crate) fn lapses(timeline: &TimelineIndex<'_>, problems: &Problems) -> Vec<LapseCount> {
    let mut found = LapseCounter::default();
    if timeline.calls().next().is_none() && timeline.left_out.is_empty() {
        found.add(Lapse::NoModelTraffic, 1, "");
    }
    found.add(
        Lapse::UnreadLines,
        problems.finish(timeline.last_lines).total(),
        "",
    );
    recordings(timeline, &mut found);
    connections(timeline, &mut found);
    exchanges(timeline, &mut found);
    found.into_counts()
}

/// Lapses that the `session` and `end` lines reveal.
fn recordings(timeline: &TimelineIndex<'_>, found: &mut LapseCounter) {
    let mut counts = vec![0; timeline.bounds().count()];
    let recorded = timeline.exchanges.iter().map(|entry| entry.recording);
    for recording in recorded.chain(timeline.left_out.iter().copied()) {
        if let Some(count) = counts.get_mut(recording) {
            *count += 1;
        }
    }
    for ((session, end), count) in timeline.bounds().zip(counts) {
        found.add(Lapse::NoSession, u64::from(session.is_none()), "");
        let unknown = session.is_some_and(|session| session.secrets == Secrets::Unknown);
        found.add(Lapse::UnknownValues, u64::from(unknown), "secrets");
        let Some(end) = end else {
            found.add(Lapse::NoEnd, 1, "");
            continue;
        };
        found.add(
            Lapse::LostRecords,
            end.lost,
            end.first_loss.as_deref().unwrap_or(""),
        );
        let missing = count != end.exchanges;
        found.add(Lapse::CountMismatch, u64::from(missing), "");
    }
}

fn connections(timeline: &TimelineIndex<'_>, found: &mut LapseCounter) {
    for connection in timeline.attempts() {
        let not_matched = connection.disposition.unread == Some(Unread::NotMatched);
        let lapse = match connection.disposition.state {
            State::Intercepted => None,
            State::Opaque if not_matched => Some(Lapse::NotMatched),
            State::Opaque => Some(Lapse::Opaque),
            State::Rejected => Some(Lapse::Rejected),
            State::Failed => Some(Lapse::Unreachable),
            // Nothing had been sent, so nothing is missing.
            State::Refused if is_given_up(&connection.disposition) => None,
            State::Refused => Some(Lapse::Refused),
            State::Unknown => None,
        };
        if let Some(lapse) = lapse {
            let cause = cause(&connection.disposition);
            found.add(
                lapse,
                connection.count,
                &format!("{} ({cause})", connection.host),
            );
        }
        let disposition = &connection.disposition;
        let is_unknown = disposition.state == State::Unknown;
        found.add(
            Lapse::UnknownValues,
            u64::from(is_unknown),
            "disposition.state",
        );
        let is_unknown = disposition.unread == Some(Unread::Unknown);
        found.add(
            Lapse::UnknownValues,
            u64::from(is_unknown),
            "disposition.unread",
        );
        let problem = connection
            .websocket
            .as_ref()
            .and_then(|socket| socket.problem.as_ref());
        if let Some(problem) = problem {
            found.add(Lapse::UnreadWebSocket, 1, problem);
        }
    }
}

fn exchanges(timeline: &TimelineIndex<'_>, found: &mut LapseCounter) {
    for entry in &timeline.exchanges {
        let host = &entry.endpoint.host;
        found.add(Lapse::Truncated, u64::from(entry.row.truncated), host);
        found.add(Lapse::Undecoded, u64::from(entry.row.undecoded), host);
        let unknown = u64::from(entry.row.transport == Transport::Unknown);
        found.add(Lapse::UnknownValues, unknown, "transport");
        let unknown = u64::from(entry.row.state == OutcomeState::Unknown);
        found.add(Lapse::UnknownValues, unknown, "outcome.state");
        let aborted = entry.row.state == OutcomeState::Aborted;
        found.add(Lapse::Aborted, u64::from(aborted), host);
    }
}

/// For each lapse how often it occurred, and what it affected.
#[derive(Default)]
struct LapseCounter(BTreeMap<Lapse, (u64, BTreeSet<String>)>);

impl LapseCounter {
    fn add(&mut self, lapse: Lapse, count: u64, of: &str) {
        if count == 0 {
            return;
        }
        let (total, names) = self.0.entry(lapse).or_default();
        *total = total.saturating_add(count);
        if !of.is_empty() {
            names.insert(of.to_owned());
        }
    }

    fn into_counts(self) -> Vec<LapseCount> {
        let count = |(lapse, (count, of)): (Lapse, (u64, BTreeSet<String>))| LapseCount {
            lapse,
            count,
            of: of.into_iter().collect(),
        };
        self.0.into_iter().map(count).collect()
    }
}
