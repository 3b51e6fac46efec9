//! Hosts by what became of their connections, and the programs that connected.

use capture::record::Dispositions;

use super::escape::code;
use super::table::Table;
use crate::endpoint::FOLDED;
use crate::report::{HostStats, Hosts, ProcessStats};
use crate::text::units::{bytes, count};

pub(super) fn write(hosts: &Hosts, out: &mut String) {
    if hosts.folded > 0 {
        out.push_str(&format!(
            "The {} hosts that were asked least often are one row, {}.\n\n",
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
        "spoken",
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
    let texts: Vec<String> = host
        .causes
        .iter()
        .map(|cause| format!("{} {}", code(&cause.cause), count(cause.count)))
        .collect();
    texts.join(", ")
}

/// The first few of a list; the rest is counted.
fn codes(texts: &[String]) -> String {
    let mut shown: Vec<String> = texts
        .iter()
        .take(MAX_LISTED)
        .map(|text| code(text))
        .collect();
    if texts.len() > MAX_LISTED {
        shown.push(format!("… {} more", texts.len() - MAX_LISTED));
    }
    shown.join(", ")
}

/// Those that occurred: `read 12, refused by the agent 1`.
fn dispositions(counts: &Dispositions, unknown: u64) -> String {
    let all = [
        ("read", counts.intercepted),
        ("relayed unread", counts.opaque),
        ("refused by the agent", counts.rejected),
        ("unreachable", counts.failed),
        ("refused by us", counts.refused),
        ("in an unknown state", unknown),
    ];
    let occurred = all.into_iter().filter(|(_, number)| *number > 0);
    let texts: Vec<String> = occurred
        .map(|(name, number)| format!("{name} {}", count(number)))
        .collect();
    texts.join(", ")
}

/// More in one cell make a table unreadable.
const MAX_LISTED: usize = 6;
