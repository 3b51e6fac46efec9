//! What all connections of one proxy share.

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

/// How long to wait where nothing is under way that an agent would miss.
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

/// Handshakes take a few round trips; one that takes longer will not complete.
const HANDSHAKE_LIMIT: Duration = Duration::from_secs(30);

/// A connection that is unused for this long will not be used.
const UNUSED_LIMIT: Duration = Duration::from_secs(300);
