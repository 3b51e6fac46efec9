//! One TCP connection of the agent, read or not, and what became of it.

use serde::{Deserialize, Serialize};

use super::Timestamp;

/// One TCP connection from the agent, or one tunnel on it.
///
/// These lines tell what the recording did not see.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Connection {
    /// Counts from 1 in each recording; [`Exchange::connection`](super::Exchange::connection) refers to it.
    pub id: u64,
    /// When it was accepted. Marks (`_us`) count from here.
    pub started_at: Timestamp,
    /// How many connections this line summarizes: more than one only if they were refused because
    /// they lacked the proxy's password. `started_at` is the first one's, `end_us` the last one's.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub count: u64,
    /// `host:port` as the agent asked for it; absent when it never asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<String>,
    /// What became of it.
    pub disposition: Disposition,
    /// The process at the agent's end of the socket, where the system reveals it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub process: Option<Process>,
    /// What was spoken inside: `http/1.1`, `h2`, `websocket`, `opaque`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol: Option<String>,
    /// The server name that the agent's ClientHello asked for (RFC 6066, section 3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sni: Option<String>,
    /// The application protocols that the agent's ClientHello offered (RFC 7301).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alpn_offer: Vec<String>,
    /// TLS between the agent and us.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub downstream_tls: Option<Tls>,
    /// TLS between us and the origin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upstream_tls: Option<Tls>,
    /// `ip:port` that was dialled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upstream_address: Option<String>,
    /// The parent proxy that it went through, without credentials.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub via: Option<String>,
    /// When the origin's name was resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dns_us: Option<u64>,
    /// When TCP to the origin (or to the parent proxy, its CONNECT included) was up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tcp_us: Option<u64>,
    /// When TLS to the origin was up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upstream_tls_us: Option<u64>,
    /// When TLS to the agent was up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub downstream_tls_us: Option<u64>,
    /// When it was over.
    pub end_us: u64,
    /// Bytes from the agent to the origin, inside TLS if we ended it.
    #[serde(default)]
    pub bytes_up: u64,
    /// Bytes from the origin to the agent, counted in the same way.
    #[serde(default)]
    pub bytes_down: u64,
    /// Exchanges that it carried.
    #[serde(default)]
    pub exchanges: u64,
    /// Records of it that the recorder had to drop.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub lost: u64,
    /// What was counted on its WebSocket, if it became one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub websocket: Option<WebSocketCounts>,
    /// What a reader should know, such as where parsing stopped and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// What became of a connection, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disposition {
    /// In one word.
    pub state: State,
    /// Why it was not read, for `opaque`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread: Option<Unread>,
    /// A short cause for machines, for `rejected`, `failed` and `refused`: `unknown_ca`, `eof` (in silence, several
    /// times), `agent_gone`, `dns`, `refused`, `timeout`, `certificate_expired`, `certificate_wrong_host`, `certificate_unknown_issuer`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// The cause in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What became of a connection, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Read: every exchange on it has its own line.
    Intercepted,
    /// Relayed unread.
    Opaque,
    /// The agent refused our certificate.
    Rejected,
    /// The origin could not be reached or not trusted.
    Failed,
    /// Refused by us, or given up by the agent before anything passed.
    Refused,
    /// What a later version wrote, and this one does not know.
    #[serde(other)]
    Unknown,
}

/// Why a connection was relayed unread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unread {
    /// Its host is not to be intercepted.
    NotMatched,
    /// What was inside is not HTTP.
    NotHttp,
    /// The agent's program refused our certificate for this host before: with an alert, or
    /// silently several times in a row.
    EarlierRejected,
    /// What a later version wrote, and this one does not know.
    #[serde(other)]
    Unknown,
}

/// The process at the agent's end of a connection.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Process {
    /// Its id.
    pub pid: u32,
    /// Its program's name, without the path.
    pub name: String,
}

/// What a TLS handshake agreed on, in the names of the IANA registries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tls {
    /// `TLSv1.3` or `TLSv1.2`.
    pub version: String,
    /// The cipher suite.
    pub cipher: String,
    /// The application protocol, if one was agreed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alpn: Option<String>,
}

/// What was counted on a WebSocket.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebSocketCounts {
    /// Whole messages of the agent.
    pub messages_up: u64,
    /// Whole messages of the origin.
    pub messages_down: u64,
    /// Pings and pongs, both directions.
    #[serde(default)]
    pub pings: u64,
    /// The agent's Close code; absent when it sent no Close frame, 1005 when the frame had no code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub close_up: Option<u16>,
    /// The origin's Close code, likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub close_down: Option<u16>,
    /// `permessage-deflate` as agreed, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extensions: Option<String>,
    /// Why parsing stopped before the end of the socket, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

fn one() -> u64 {
    1
}

fn is_one(count: &u64) -> bool {
    *count == 1
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}
