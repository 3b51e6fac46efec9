//! A connection's line before anything has happened on it.

use crate::record::{Connection, Disposition, State, Timestamp};

/// A connection that has just begun; everything but its identity is still to be filled in.
pub(crate) fn connection(id: u64, started_at: Timestamp, disposition: Disposition) -> Connection {
    Connection {
        id,
        started_at,
        count: 1,
        authority: None,
        disposition,
        process: None,
        protocol: None,
        sni: None,
        alpn_offer: Vec::new(),
        downstream_tls: None,
        upstream_tls: None,
        upstream_address: None,
        via: None,
        dns_us: None,
        tcp_us: None,
        upstream_tls_us: None,
        downstream_tls_us: None,
        end_us: 0,
        bytes_up: 0,
        bytes_down: 0,
        exchanges: 0,
        lost: 0,
        websocket: None,
        notes: Vec::new(),
    }
}

/// A disposition that needs no explanation yet.
pub(crate) fn disposition(state: State) -> Disposition {
    Disposition {
        state,
        unread: None,
        cause: None,
        reason: None,
    }
}
