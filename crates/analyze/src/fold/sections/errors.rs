//! Computes the section "Errors and retries".

use std::collections::{BTreeMap, BTreeSet};

use capture::record::{OutcomeState, State, Timestamp, Transport};

use crate::call::Ending;
use crate::fold::sections::hosts::cause;
use crate::fold::timeline_index::{IndexedExchange, TimelineIndex};
use crate::purpose::Purpose;
use crate::report::{
    Errors, FailedConnections, FailedExchange, FailureCount, FailureKind, Fallback, RetryChain,
    WebSocketEnd,
};

pub(crate) fn finish(timeline: &TimelineIndex<'_>) -> Errors {
    let failures: Vec<(&IndexedExchange<'_>, FailedExchange)> = failures(timeline);
    Errors {
        kinds: kinds(&failures),
        failures: failures.into_iter().map(|(_, failure)| failure).collect(),
        retries: retries(timeline),
        fallbacks: fallbacks(timeline),
        connections: connections(timeline),
        websocket_ends: websocket_ends(timeline),
    }
}

/// How an exchange failed, if it did.
fn kind(entry: &IndexedExchange<'_>) -> Option<FailureKind> {
    let row = entry.row;
    let status = row.status.filter(|status| *status >= 400);
    let error = entry.call().and_then(|call| call.error.as_ref());
    match status.or(error.and_then(|error| error.status)) {
        Some(429) => return Some(FailureKind::RateLimited),
        _ if row.upgrade && row.status.is_some_and(|status| status != 101) => {
            return Some(FailureKind::UpgradeRefused);
        }
        Some(401 | 403) => return Some(FailureKind::Unauthorized),
        Some(500..) => return Some(FailureKind::ServerError),
        Some(400..) => return Some(FailureKind::Refused),
        _ => {}
    }
    match (row.state, entry.call().map(|call| call.ending)) {
        (OutcomeState::Failed, _) => Some(FailureKind::Unreachable),
        (_, Some(Ending::Failed)) => Some(FailureKind::ModelError),
        (OutcomeState::Aborted, Some(Ending::Completed)) => None,
        (OutcomeState::Aborted, _) => Some(FailureKind::Cut),
        (OutcomeState::Complete, Some(Ending::Cut)) => Some(FailureKind::EndedEarly),
        (OutcomeState::Complete | OutcomeState::Unknown, _) => None,
    }
}

fn failures<'t, 'a>(
    timeline: &'t TimelineIndex<'a>,
) -> Vec<(&'t IndexedExchange<'a>, FailedExchange)> {
    let mut retried_by = BTreeMap::new();
    for entry in &timeline.exchanges {
        if let Some(earlier) = entry.retry_of {
            retried_by.insert(earlier, entry);
        }
    }
    let all = timeline.exchanges.iter().enumerate();
    all.filter_map(|(index, entry)| {
        let kind = kind(entry)?;
        let row = entry.row;
        let error = entry
            .call()
            .and_then(|call| call.error.clone())
            .unwrap_or_default();
        let retry = retried_by.get(&index);
        let failure = FailedExchange {
            exchange: row.id,
            started_at: Timestamp::from_micros(row.started_us),
            endpoint: entry.endpoint.clone(),
            kind,
            status: row.status,
            code: error.code,
            message: error.message.or_else(|| row.reason.clone()),
            retry_after_us: row.retry_after_us,
            retried_by: retry.map(|retry| retry.row.id),
            waited_us: retry.map(|retry| {
                let wait = retry.row.started_us.saturating_sub(row.ended_us());
                wait.max(0).unsigned_abs()
            }),
        };
        Some((entry, failure))
    })
    .collect()
}

fn kinds(failures: &[(&IndexedExchange<'_>, FailedExchange)]) -> Vec<FailureCount> {
    let mut kinds: BTreeMap<FailureKind, FailureCount> = BTreeMap::new();
    for (entry, failure) in failures {
        let row = entry.row;
        let count = kinds.entry(failure.kind).or_insert(FailureCount {
            kind: failure.kind,
            count: 0,
            wasted_bytes: 0,
            wasted_us: 0,
        });
        count.count += 1;
        let bytes = row.up.wire.saturating_add(row.down.wire);
        count.wasted_bytes = count.wasted_bytes.saturating_add(bytes);
        let time = row.ended_us().saturating_sub(row.started_us).unsigned_abs();
        count.wasted_us = count.wasted_us.saturating_add(time);
    }
    let mut kinds: Vec<FailureCount> = kinds.into_values().collect();
    kinds.sort_by_key(|kind| std::cmp::Reverse(kind.count));
    kinds
}

fn retries(timeline: &TimelineIndex<'_>) -> Vec<RetryChain> {
    // Keyed by the chain's last attempt so far.
    let mut chains: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, entry) in timeline.exchanges.iter().enumerate() {
        if let Some(earlier) = entry.retry_of {
            let mut chain = chains.remove(&earlier).unwrap_or_else(|| vec![earlier]);
            chain.push(index);
            chains.insert(index, chain);
        }
    }
    let mut chains: Vec<Vec<usize>> = chains.into_values().collect();
    chains.sort();
    chains
        .iter()
        .map(|chain| retry_chain(timeline, chain))
        .collect()
}

fn retry_chain(timeline: &TimelineIndex<'_>, chain: &[usize]) -> RetryChain {
    let rows = || chain.iter().map(|index| timeline.exchanges[*index].row);
    let starts = || rows().map(|row| row.started_us);
    let (first, last) = (starts().min().unwrap_or(0), starts().max().unwrap_or(0));
    let answered = rows()
        .next_back()
        .and_then(|row| row.call.as_ref())
        .is_some_and(|call| matches!(call.ending, Ending::Completed | Ending::Incomplete));
    RetryChain {
        exchanges: rows().map(|row| row.id).collect(),
        recovered: answered,
        delay_us: last.saturating_sub(first).unsigned_abs(),
        resent_bytes: rows()
            .skip(1)
            .map(|row| row.up.wire)
            .fold(0, u64::saturating_add),
    }
}

/// Failed WebSocket upgrades, followed by a plain request to the same host.
fn fallbacks(timeline: &TimelineIndex<'_>) -> Vec<Fallback> {
    struct Attempt {
        started_us: i64,
        upgrades: u64,
        status: Option<u16>,
    }
    let mut attempts: BTreeMap<(usize, &str), Attempt> = BTreeMap::new();
    let mut fallbacks = Vec::new();
    for entry in &timeline.exchanges {
        let key = (entry.recording, entry.endpoint.host.as_str());
        let row = entry.row;
        if row.upgrade && entry.endpoint.purpose == Purpose::Model {
            if row.status == Some(101) {
                attempts.remove(&key);
                continue;
            }
            let attempt = attempts.entry(key).or_insert(Attempt {
                started_us: row.started_us,
                upgrades: 0,
                status: None,
            });
            attempt.upgrades += 1;
            attempt.status = row.status;
        } else if row.transport == Transport::Http
            && row.call.is_some()
            && let Some(attempt) = attempts.remove(&key)
        {
            fallbacks.push(Fallback {
                host: entry.endpoint.host.clone(),
                upgrades: attempt.upgrades,
                status: attempt.status,
                exchange: row.id,
                delay_us: row
                    .started_us
                    .saturating_sub(attempt.started_us)
                    .unsigned_abs(),
            });
        }
    }
    fallbacks
}

fn connections(timeline: &TimelineIndex<'_>) -> Vec<FailedConnections> {
    let mut groups: BTreeMap<(&str, String), FailedConnections> = BTreeMap::new();
    for connection in timeline.attempts() {
        let disposition = &connection.disposition;
        if matches!(
            disposition.state,
            State::Intercepted | State::Opaque | State::Unknown
        ) {
            continue;
        }
        let cause = cause(disposition);
        let group = groups.entry((&connection.host, cause.clone()));
        let group = group.or_insert_with(|| FailedConnections {
            host: connection.host.clone(),
            state: disposition.state,
            cause,
            reason: disposition.reason.clone(),
            programs: BTreeSet::new(),
            count: 0,
        });
        if let Some(process) = &connection.process
            && group.programs.len() < MAX_PROGRAMS
        {
            group.programs.insert(process.name.clone());
        }
        group.count = group.count.saturating_add(connection.count);
    }
    groups.into_values().collect()
}

fn websocket_ends(timeline: &TimelineIndex<'_>) -> Vec<WebSocketEnd> {
    let mut ends = BTreeMap::new();
    for socket in timeline
        .connections
        .iter()
        .filter_map(|row| row.websocket.as_ref())
    {
        *ends
            .entry((socket.close_up, socket.close_down))
            .or_insert(0) += 1;
    }
    let end = |((close_up, close_down), count)| WebSocketEnd {
        close_up,
        close_down,
        count,
    };
    ends.into_iter().map(end).collect()
}

/// Agents run a handful of programs. Names come from the recording, so they are bounded.
const MAX_PROGRAMS: usize = 16;
