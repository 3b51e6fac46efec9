//! The data of the section "Hosts and connections".

use capture::record::Dispositions;
use serde::Serialize;

use super::is_zero;

/// Hosts, connections and processes.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Hosts {
    /// The 2,000 busiest hosts, by name; the rest share one row, `{folded}`.
    pub hosts: Vec<HostStats>,
    /// How many hosts share that row, without those whose exchanges are folded (see `Endpoints::folded`).
    #[serde(skip_serializing_if = "is_zero")]
    pub folded: u64,
    /// Every program that connected, the busiest first.
    pub processes: Vec<ProcessStats>,
}

/// One host.
#[derive(Debug, Clone, Default, Serialize)]
pub struct HostStats {
    /// Its name.
    pub host: String,
    /// Connections to it, by outcome.
    pub connections: Dispositions,
    /// Connections in a state that this version does not know.
    #[serde(skip_serializing_if = "is_zero")]
    pub unknown: u64,
    /// Exchanges with it.
    pub exchanges: u64,
    /// Bytes sent inside the tunnels to it, whether or not they were read.
    pub bytes_up: u64,
    /// Bytes received inside them.
    pub bytes_down: u64,
    /// The part of both that was relayed unread.
    #[serde(skip_serializing_if = "is_zero")]
    pub bytes_unread: u64,
    /// The protocols: `h2`, `http/1.1`, `websocket`, `opaque`.
    pub protocols: Vec<String>,
    /// Why connections were not read, one for each cause.
    pub causes: Vec<UnreadHost>,
}

/// A cause for which connections to a host were not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnreadHost {
    /// The cause in a word: `not_matched`, `unknown_ca`, `dns`.
    pub cause: String,
    /// The first reason in words.
    pub reason: Option<String>,
    /// How many connections.
    pub count: u64,
}

/// One program.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ProcessStats {
    /// Its name; `None` if the system did not reveal it.
    pub name: Option<String>,
    /// How many of its processes connected.
    pub processes: u64,
    /// Its connections, by outcome.
    pub connections: Dispositions,
    /// Connections in a state that this version does not know.
    #[serde(skip_serializing_if = "is_zero")]
    pub unknown: u64,
    /// Its exchanges.
    pub exchanges: u64,
    /// The hosts that it connected to.
    pub hosts: Vec<String>,
}
