//! The data of the section "Hosts and connections".

use capture::record::Dispositions;
use serde::Serialize;

use super::is_zero;

/// Hosts, connections and processes.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Hosts {
    /// The hosts that were asked for, by name; those past a number, the least busy, are one: `{folded}`.
    pub hosts: Vec<HostStats>,
    /// How many hosts are counted there, but for those whose exchanges are folded (see `Endpoints::folded`).
    #[serde(skip_serializing_if = "is_zero")]
    pub folded: u64,
    /// Every program that connected, the busiest first.
    pub processes: Vec<ProcessStats>,
}

/// What is known of one host.
#[derive(Debug, Clone, Default, Serialize)]
pub struct HostStats {
    /// Its name.
    pub host: String,
    /// Connections to it, by what became of them.
    pub connections: Dispositions,
    /// Those whose state is one that this version does not know.
    #[serde(skip_serializing_if = "is_zero")]
    pub unknown: u64,
    /// Exchanges with it.
    pub exchanges: u64,
    /// Bytes inside the tunnels to it, whether they were read or not.
    pub bytes_up: u64,
    /// Likewise, from it.
    pub bytes_down: u64,
    /// Of both, what was relayed unread.
    #[serde(skip_serializing_if = "is_zero")]
    pub bytes_unread: u64,
    /// What was spoken: `h2`, `http/1.1`, `websocket`, `opaque`.
    pub protocols: Vec<String>,
    /// Why connections were not read, each cause once.
    pub causes: Vec<UnreadHost>,
}

/// Why connections to a host were not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnreadHost {
    /// In a word: `not_matched`, `unknown_ca`, `dns`.
    pub cause: String,
    /// The first such reason in words.
    pub reason: Option<String>,
    /// How many connections.
    pub count: u64,
}

/// What one program did.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ProcessStats {
    /// Its name; `None` where the system did not tell.
    pub name: Option<String>,
    /// Its process ids, as many as connected.
    pub processes: u64,
    /// Its connections, by what became of them.
    pub connections: Dispositions,
    /// Those whose state is one that this version does not know.
    #[serde(skip_serializing_if = "is_zero")]
    pub unknown: u64,
    /// Its exchanges.
    pub exchanges: u64,
    /// The hosts that it connected to.
    pub hosts: Vec<String>,
}
