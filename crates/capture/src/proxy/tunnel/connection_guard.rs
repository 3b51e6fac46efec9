//! An open connection, whose line is written however it ends.

use std::net::SocketAddr;
use std::time::Duration;

use crate::proxy::context::Context;
use crate::proxy::net::processes::AgentProcess;
use crate::proxy::net::upstream::Progress;
use crate::proxy::recorder::Recorder;
use crate::proxy::shutdown::Shutdown;
use crate::proxy::tap::connection::{Tap, TapSummary};
use crate::proxy::tap::exchanges::ConnectionExchanges;
use crate::proxy::wire::{ConnectionEnd, Stamp, connection, disposition};
use crate::record::{Connection, Disposition, State, Unread};

/// Guards one connection of the agent: dropping it ends the tap's exchanges and writes the line.
#[derive(Debug)]
pub(crate) struct ConnectionGuard {
    recorder: Recorder,
    shutdown: Shutdown,
    start: Stamp,
    process: AgentProcess,
    tap: Option<Tap>,
    /// How the connection ended. A stop drops the guard before that is known, so it is the default.
    end: ConnectionEnd,
    record: Connection,
}

impl ConnectionGuard {
    /// A connection to `authority`, asked for by `process`.
    pub(crate) fn begin(context: &Context, authority: Option<&str>, process: AgentProcess) -> Self {
        let recorder = context.recorder.clone();
        let start = recorder.clock().now();
        let record = Connection {
            authority: authority.map(str::to_owned),
            ..connection(
                recorder.next_connection(),
                recorder.clock().wall(start),
                failure(State::Failed, STOPPED, "the proxy was stopped"),
            )
        };
        Self {
            recorder,
            shutdown: context.shutdown.clone(),
            start,
            process,
            tap: None,
            end: ConnectionEnd::Shutdown,
            record,
        }
    }

    /// The connection's line, to be filled in.
    pub(crate) fn record(&mut self) -> &mut Connection {
        &mut self.record
    }

    /// Now, on the recording's clock.
    pub(crate) fn now(&self) -> Stamp {
        self.recorder.clock().now()
    }

    /// Microseconds since the connection began.
    pub(crate) fn mark(&self) -> u64 {
        self.now().saturating_sub(self.start)
    }

    /// From here on a tap reads the connection, which carries `scheme`.
    ///
    /// `alpn` is the protocol that TLS negotiated; `failed` is why we answer in the origin's place, if
    /// we do.
    pub(crate) fn intercept(
        &mut self,
        scheme: &'static str,
        alpn: Option<&[u8]>,
        failed: Option<String>,
    ) {
        if failed.is_none() {
            self.record.disposition = disposition(State::Intercepted);
        }
        let authority = self.record.authority.as_deref().unwrap_or_default();
        let mut exchanges =
            ConnectionExchanges::new(self.record.id, scheme, authority, &self.recorder);
        exchanges.failed = failed;
        let recorder = self.recorder.clone();
        self.tap = Some(match alpn {
            Some(b"h2") => Tap::http2(recorder, exchanges),
            _ => Tap::new(recorder, exchanges),
        });
    }

    /// From here on the connection is relayed unread.
    pub(crate) fn leave_unread(&mut self, why: Unread, reason: &str) {
        self.record.disposition = Disposition {
            unread: Some(why),
            reason: Some(reason.to_owned()),
            ..disposition(State::Opaque)
        };
        self.tap = Some(Tap::unread(self.recorder.clone()));
    }

    /// Records why nothing came of the connection.
    pub(crate) fn give_up(&mut self, state: State, cause: &str, reason: &str) {
        self.record.disposition = failure(state, cause, reason);
    }

    /// `None` until the connection is intercepted or left unread.
    pub(crate) fn tap(&mut self) -> Option<&mut Tap> {
        self.tap.as_mut()
    }

    /// Notes how the connection ended.
    pub(crate) fn ended(&mut self, end: ConnectionEnd) {
        self.end = end;
    }

    fn add_summary(&mut self, seen: TapSummary) {
        let record = &mut self.record;
        record.bytes_up = seen.bytes_up;
        record.bytes_down = seen.bytes_down;
        record.exchanges = seen.exchanges;
        record.protocol = seen.protocol.map(str::to_owned);
        if seen.not_http && record.disposition.state == State::Intercepted {
            record.disposition = Disposition {
                unread: Some(Unread::NotHttp),
                reason: seen.notes.first().cloned(),
                ..disposition(State::Opaque)
            };
        }
        record.notes.extend(seen.notes);
    }
}

impl Drop for ConnectionGuard {
    fn drop(&mut self) {
        if let Some(tap) = self.tap.take() {
            let seen = tap.end(self.end, self.now());
            self.add_summary(seen);
        }
        if self.record.disposition.cause.as_deref() == Some(STOPPED) && !self.shutdown.is_draining()
        {
            let reason = "the agent left before the origin was reached";
            self.give_up(State::Refused, "agent_gone", reason);
        }
        self.record.end_us = self.mark();
        let mut record = self.record.clone();
        let recorder = self.recorder.clone();
        if !self.process.is_pending() {
            record.process = self.process.get();
            return recorder.connection(record);
        }
        // The connection may be over before its process has been looked up.
        let process = self.process.clone();
        self.shutdown.spawn_last(async move {
            record.process = process.wait(PROCESS_LIMIT).await;
            recorder.connection(record);
        });
    }
}

impl Progress for ConnectionGuard {
    fn resolved(&mut self) {
        self.record.dns_us = Some(self.mark());
    }

    fn connected(&mut self, address: SocketAddr) {
        self.record.tcp_us = Some(self.mark());
        self.record.upstream_address = Some(address.to_string());
    }
}

fn failure(state: State, cause: &str, reason: &str) -> Disposition {
    Disposition {
        cause: Some(cause.to_owned()),
        reason: Some(reason.to_owned()),
        ..disposition(state)
    }
}

/// The initial cause; it remains if the guard is dropped before anything came of the connection.
const STOPPED: &str = "stopped";

/// Naming a process takes milliseconds; a name that takes longer is left out.
const PROCESS_LIMIT: Duration = Duration::from_secs(2);
