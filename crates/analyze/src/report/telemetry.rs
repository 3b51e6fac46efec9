//! The data of the section "Telemetry".

use serde::Serialize;

/// What the agent reports about its own use.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Telemetry {
    /// The destinations.
    pub endpoints: Vec<TelemetryEndpoint>,
    /// The names in its reports, the most frequent first.
    pub names: Vec<TelemetryName>,
    /// Bytes of all reports, decoded.
    pub bytes: u64,
    /// Their share of the bytes of all request bodies, from 0 to 1.
    pub share: f64,
}

/// One destination of reports.
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
    /// Their bytes on the wire.
    pub wire_bytes: u64,
}

/// One name in reports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TelemetryName {
    /// `metric`, `event`, `span`, `log`, or `attribute` for a property of the sender.
    pub sort: String,
    /// Its name.
    pub name: String,
    /// How often it occurs.
    pub count: u64,
    /// The hosts that received it.
    pub hosts: Vec<String>,
}
