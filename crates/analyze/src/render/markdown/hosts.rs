//! Hosts with the outcomes of their connections, and the programs that connected.

use capture::record::Dispositions;

use super::cells::{counts, first};
use super::escape::code;
use super::table::Table;
use crate::endpoint::FOLDED;
use crate::report::{HostStats, Hosts, ProcessStats};
use crate::text::units::{bytes, count};

pub(super) fn write(hosts: &Hosts, out: &mut String) {
    if hosts.folded > 0 {
        out.push_str(&format!(
            "The {} least busy hosts share one row, {}.\n\n",
            count(hosts.folded),
            code(FOLDED)
        ));
    }
    let mut table = Table::new(&[
        "host",
        "connections",
        ">exchanges",
        ">bytes up",
        ">down",
        "protocols",
        "why not read",
    ]);
    for host in &hosts.hosts {
        table.row([
            code(&host.host),
            dispositions(&host.connections, host.unknown),
            count(host.exchanges),
            bytes(host.bytes_up),
            bytes(host.bytes_down),
            codes(&host.protocols),
            causes(host),
        ]);
    }
    table.finish(out);
    let mut table = Table::new(&[
        "program",
        ">processes",
        "connections",
        ">exchanges",
        "hosts",
    ]);
    for process in &hosts.processes {
        table.row(program(process));
    }
    table.finish(out);
}

fn program(process: &ProcessStats) -> [String; 5] {
    let name = process.name.as_deref();
    [
        name.map_or("unknown".to_owned(), code),
        count(process.processes),
        dispositions(&process.connections, process.unknown),
        count(process.exchanges),
        codes(&process.hosts),
    ]
}

fn causes(host: &HostStats) -> String {
    let causes = host.causes.iter();
    let texts: Vec<String> = causes
        .map(|cause| format!("{} {}", code(&cause.cause), count(cause.count)))
        .collect();
    texts.join(", ")
}

/// The first few of a list, and how many more there are.
fn codes(texts: &[String]) -> String {
    first(texts, MAX_LISTED, |text| code(text))
}

/// Those that occur: `read 12, refused by the agent 1`.
fn dispositions(connections: &Dispositions, unknown: u64) -> String {
    counts([
        ("read", connections.intercepted),
        ("relayed unread", connections.opaque),
        ("refused by the agent", connections.rejected),
        ("unreachable", connections.failed),
        ("refused by the proxy", connections.refused),
        ("in an unknown state", unknown),
    ])
}

/// More in one cell make a table unreadable.
const MAX_LISTED: usize = 6;
