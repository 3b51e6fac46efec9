//! Works out the section "Hosts and connections".

use std::collections::{BTreeMap, BTreeSet};

use capture::record::{Disposition, Dispositions, State, Unread};

use super::connections::ConnectionRow;
use super::view::View;
use crate::report::{HostStats, Hosts, ProcessStats, UnreadHost};

pub(super) fn finish(view: &View<'_>) -> Hosts {
    Hosts {
        hosts: hosts(view),
        processes: processes(view),
    }
}

fn hosts(view: &View<'_>) -> Vec<HostStats> {
    let mut hosts: BTreeMap<&str, HostStats> = BTreeMap::new();
    for connection in &view.connections {
        let host = hosts.entry(&connection.host).or_default();
        count(&mut host.connections, &mut host.unknown, connection);
        host.bytes_up = host.bytes_up.saturating_add(connection.bytes_up);
        host.bytes_down = host.bytes_down.saturating_add(connection.bytes_down);
        if let Some(protocol) = &connection.protocol
            && !host.protocols.contains(protocol)
        {
            host.protocols.push(protocol.clone());
        }
        add_cause(&mut host.causes, connection);
    }
    for entry in &view.exchanges {
        hosts.entry(&entry.endpoint.host).or_default().exchanges += 1;
    }
    let named = hosts.into_iter().map(|(name, mut host)| {
        name.clone_into(&mut host.host);
        host.protocols.sort_unstable();
        host
    });
    named.collect()
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

/// Why a connection was not read, in a word.
pub(super) fn cause(disposition: &Disposition) -> String {
    let unread = disposition.unread.map(|unread| match unread {
        Unread::NotMatched => "not_matched",
        Unread::NotHttp => "not_http",
        Unread::EarlierRejected => "earlier_rejected",
        Unread::Unknown => "unknown",
    });
    let state = match disposition.state {
        State::Intercepted => "intercepted",
        State::Opaque => "opaque",
        State::Rejected => "rejected",
        State::Failed => "failed",
        State::Refused => "refused",
        State::Unknown => "unknown",
    };
    let given = disposition.cause.as_deref().or(unread);
    given.unwrap_or(state).to_owned()
}

fn processes(view: &View<'_>) -> Vec<ProcessStats> {
    #[derive(Default)]
    struct Program<'a> {
        stats: ProcessStats,
        pids: BTreeSet<u32>,
        hosts: BTreeSet<&'a str>,
    }
    let mut programs: BTreeMap<Option<&str>, Program<'_>> = BTreeMap::new();
    for connection in &view.connections {
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
    for entry in &view.exchanges {
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
