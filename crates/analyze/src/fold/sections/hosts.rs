//! Computes the section "Hosts and connections".

use std::collections::{BTreeMap, BTreeSet};

use capture::record::{Disposition, Dispositions, State, Unread};

use crate::endpoint::FOLDED;
use crate::fold::connections::ConnectionRow;
use crate::fold::timeline_index::TimelineIndex;
use crate::report::{HostStats, Hosts, ProcessStats, UnreadHost};

pub(crate) fn finish(timeline: &TimelineIndex<'_>) -> Hosts {
    let (hosts, folded) = fold(hosts(timeline));
    Hosts {
        hosts,
        folded,
        processes: processes(timeline),
    }
}

fn hosts(timeline: &TimelineIndex<'_>) -> Vec<HostStats> {
    let mut hosts: BTreeMap<&str, HostStats> = BTreeMap::new();
    for connection in &timeline.connections {
        let host = hosts.entry(&connection.host).or_default();
        count(&mut host.connections, &mut host.unknown, connection);
        host.bytes_up = host.bytes_up.saturating_add(connection.bytes_up);
        host.bytes_down = host.bytes_down.saturating_add(connection.bytes_down);
        if connection.disposition.state == State::Opaque {
            let bytes = connection.bytes_up.saturating_add(connection.bytes_down);
            host.bytes_unread = host.bytes_unread.saturating_add(bytes);
        }
        if let Some(protocol) = &connection.protocol
            && !host.protocols.contains(protocol)
        {
            host.protocols.push(protocol.clone());
        }
        add_cause(&mut host.causes, connection);
    }
    for entry in &timeline.exchanges {
        hosts.entry(&entry.endpoint.host).or_default().exchanges += 1;
    }
    let named = hosts.into_iter().map(|(name, mut host)| {
        name.clone_into(&mut host.host);
        host.protocols.sort_unstable();
        host
    });
    named.collect()
}

/// Folds the least busy hosts into one if there are too many; also returns how many it folded.
fn fold(mut hosts: Vec<HostStats>) -> (Vec<HostStats>, u64) {
    if hosts.len() <= MAX_HOSTS {
        return (hosts, 0);
    }
    let weight = |host: &HostStats| {
        let counts = host.connections;
        let connections = [
            counts.intercepted,
            counts.opaque,
            counts.rejected,
            counts.failed,
            counts.refused,
            host.unknown,
            host.exchanges,
        ];
        connections.into_iter().fold(0, u64::saturating_add)
    };
    // A host that is already folded sorts first. The sort is stable: ties stay ordered by name.
    hosts.sort_by_key(|host| std::cmp::Reverse((host.host == FOLDED, weight(host))));
    let rest = hosts.split_off(MAX_HOSTS);
    let folded = rest.len() as u64;
    if !hosts.iter().any(|host| host.host == FOLDED) {
        hosts.push(HostStats {
            host: FOLDED.to_owned(),
            ..HostStats::default()
        });
    }
    hosts.sort_by(|one, other| one.host.cmp(&other.host));
    if let Some(all) = hosts.iter_mut().find(|host| host.host == FOLDED) {
        rest.into_iter().for_each(|host| add(all, host));
    }
    (hosts, folded)
}

/// Adds one host's counts to another's.
fn add(all: &mut HostStats, host: HostStats) {
    let (sum, counts) = (&mut all.connections, host.connections);
    for (sum, count) in [
        (&mut sum.intercepted, counts.intercepted),
        (&mut sum.opaque, counts.opaque),
        (&mut sum.rejected, counts.rejected),
        (&mut sum.failed, counts.failed),
        (&mut sum.refused, counts.refused),
        (&mut all.unknown, host.unknown),
        (&mut all.exchanges, host.exchanges),
        (&mut all.bytes_up, host.bytes_up),
        (&mut all.bytes_down, host.bytes_down),
        (&mut all.bytes_unread, host.bytes_unread),
    ] {
        *sum = sum.saturating_add(count);
    }
    for protocol in host.protocols {
        if let Err(index) = all.protocols.binary_search(&protocol) {
            all.protocols.insert(index, protocol);
        }
    }
    for cause in host.causes {
        let known = all
            .causes
            .iter_mut()
            .find(|known| known.cause == cause.cause);
        if let Some(known) = known {
            known.count = known.count.saturating_add(cause.count);
        } else if all.causes.len() < MAX_CAUSES {
            all.causes.push(cause);
        }
    }
}

fn add_cause(causes: &mut Vec<UnreadHost>, connection: &ConnectionRow) {
    let disposition = &connection.disposition;
    if disposition.state == State::Intercepted {
        return;
    }
    let cause = cause(disposition);
    match causes.iter_mut().find(|known| known.cause == cause) {
        Some(known) => known.count = known.count.saturating_add(connection.count),
        None => causes.push(UnreadHost {
            cause,
            reason: disposition.reason.clone(),
            count: connection.count,
        }),
    }
}

/// Whether the agent gave up a connection before it sent anything: it cancelled a request, or
/// had opened a spare tunnel.
pub(crate) fn is_given_up(disposition: &Disposition) -> bool {
    disposition.state == State::Refused
        && matches!(disposition.cause.as_deref(), Some("agent_gone" | "unused"))
}

/// Why a connection was not intercepted, in one word.
pub(crate) fn cause(disposition: &Disposition) -> String {
    let unread = disposition.unread.map(Unread::name);
    let cause = disposition.cause.as_deref().or(unread);
    cause.unwrap_or(disposition.state.name()).to_owned()
}

fn processes(timeline: &TimelineIndex<'_>) -> Vec<ProcessStats> {
    #[derive(Default)]
    struct Program<'a> {
        stats: ProcessStats,
        pids: BTreeSet<u32>,
        hosts: BTreeSet<&'a str>,
    }
    let mut programs: BTreeMap<Option<&str>, Program<'_>> = BTreeMap::new();
    for connection in &timeline.connections {
        let process = connection.process.as_ref();
        let name = process.map(|process| process.name.as_str());
        let program = programs.entry(name).or_default();
        program.pids.extend(process.map(|process| process.pid));
        program.hosts.insert(&connection.host);
        count(
            &mut program.stats.connections,
            &mut program.stats.unknown,
            connection,
        );
    }
    for entry in &timeline.exchanges {
        let name = entry.process.map(|process| process.name.as_str());
        let program = programs.entry(name).or_default();
        program.hosts.insert(&entry.endpoint.host);
        program.stats.exchanges += 1;
    }
    let mut all: Vec<ProcessStats> = programs
        .into_iter()
        .map(|(name, program)| ProcessStats {
            name: name.map(str::to_owned),
            processes: program.pids.len() as u64,
            hosts: program.hosts.into_iter().map(str::to_owned).collect(),
            ..program.stats
        })
        .collect();
    all.sort_by_key(|program| std::cmp::Reverse(program.exchanges));
    all
}

fn count(dispositions: &mut Dispositions, unknown: &mut u64, connection: &ConnectionRow) {
    let count = match connection.disposition.state {
        State::Intercepted => &mut dispositions.intercepted,
        State::Opaque => &mut dispositions.opaque,
        State::Rejected => &mut dispositions.rejected,
        State::Failed => &mut dispositions.failed,
        State::Refused => &mut dispositions.refused,
        State::Unknown => unknown,
    };
    *count = count.saturating_add(connection.count);
}

/// More than anybody reads.
const MAX_HOSTS: usize = 2_000;
/// The proxy writes a few dozen different causes.
const MAX_CAUSES: usize = 100;
