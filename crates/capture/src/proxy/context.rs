//! What each connection is handed.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::proxy::hosts::Hosts;
use crate::proxy::net::processes::Processes;
use crate::proxy::net::upstream::Upstream;
use crate::proxy::recorder::Recorder;
use crate::proxy::shutdown::Shutdown;
use crate::proxy::tls::configs::TlsConfigs;
use crate::proxy::tls::trust::history::TrustHistory;

/// Shared by all connections of one proxy.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) recorder: Recorder,
    pub(crate) upstream: Upstream,
    pub(crate) tls: Arc<TlsConfigs>,
    pub(crate) hosts: Hosts,
    pub(crate) trust: TrustHistory,
    pub(crate) processes: Processes,
    pub(crate) shutdown: Shutdown,
    pub(crate) local_addr: SocketAddr,
    pub(crate) timeouts: Timeouts,
}

/// How long we wait where nothing is under way that an agent would miss.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timeouts {
    /// For the end of a TLS handshake, on either side.
    pub(crate) handshake: Duration,
    /// For an agent's first byte on a connection or in a tunnel, and for its next request.
    pub(crate) unused: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            handshake: HANDSHAKE_LIMIT,
            unused: UNUSED_LIMIT,
        }
    }
}

/// Handshakes take some round trips; one that takes longer will not end.
const HANDSHAKE_LIMIT: Duration = Duration::from_secs(30);

/// A connection that stays unused so long is of no use to anyone.
const UNUSED_LIMIT: Duration = Duration::from_secs(300);
