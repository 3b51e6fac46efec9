//! The data of the section "Telemetry".

use serde::Serialize;

/// What the agent reports about its use.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Telemetry {
    /// Where it reports to.
    pub endpoints: Vec<TelemetryEndpoint>,
    /// What it names, the most frequent first.
    pub names: Vec<TelemetryName>,
    /// Bytes of all reports, decoded.
    pub bytes: u64,
    /// The same as a share of all that was sent, from 0 to 1.
    pub share: f64,
}

/// Where reports go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TelemetryEndpoint {
    /// The host.
    pub host: String,
    /// The path.
    pub path: String,
    /// How many reports.
    pub count: u64,
    /// Their bytes, decoded.
    pub bytes: u64,
    /// Their bytes as they travelled.
    pub wire_bytes: u64,
}

/// Something that reports name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TelemetryName {
    /// `metric`, `event`, `span`, `log`, or `attribute` for what is said of the sender.
    pub sort: String,
    /// Its name.
    pub name: String,
    /// How often it was named.
    pub count: u64,
    /// The hosts that got it.
    pub hosts: Vec<String>,
}
