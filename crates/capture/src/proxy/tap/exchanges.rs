//! What the exchanges of one connection share, and the drafts that it has finished.

use std::collections::VecDeque;

use crate::proxy::recorder::Recorder;
use crate::proxy::wire::{Draft, RequestDraft, Stamp};
use crate::record::{Delay, Outcome, OutcomeState};

/// One connection, as its exchanges see it.
#[derive(Debug)]
pub(crate) struct ConnectionExchanges {
    /// The connection's id.
    pub(crate) connection: u64,
    /// `https` where TLS was ended, else `http`.
    pub(crate) scheme: &'static str,
    /// Where the connection goes, without the scheme's default port.
    pub(crate) authority: String,
    /// Bytes kept of each body.
    pub(crate) body_limit: usize,
    /// Why the origin cannot be asked, where we answer in its place.
    pub(crate) failed: Option<String>,
    recorder: Recorder,
    /// Drafts that are finished and not yet handed over.
    pub(crate) done: VecDeque<Box<Draft>>,
    /// Exchanges that were begun.
    pub(crate) begun: u64,
    /// What the connection's line should say.
    pub(crate) notes: Vec<String>,
}

impl ConnectionExchanges {
    /// A connection to `authority` (`host:port`), of which nothing has been seen.
    pub(crate) fn new(
        connection: u64,
        scheme: &'static str,
        authority: &str,
        recorder: &Recorder,
    ) -> Self {
        let default_port = if scheme == "https" { ":443" } else { ":80" };
        Self {
            connection,
            scheme,
            authority: authority
                .strip_suffix(default_port)
                .unwrap_or(authority)
                .to_owned(),
            body_limit: recorder.body_limit(),
            failed: None,
            recorder: recorder.clone(),
            done: VecDeque::new(),
            begun: 0,
            notes: Vec::new(),
        }
    }

    /// Begins an exchange.
    pub(crate) fn draft(&mut self, start: Stamp, request: RequestDraft) -> Box<Draft> {
        self.begun += 1;
        Box::new(Draft {
            id: self.recorder.next_exchange(),
            connection: self.connection,
            start,
            request,
            response: None,
            informational: Vec::new(),
            delay: Delay::default(),
            outcome: None,
            notes: Vec::new(),
        })
    }

    /// Ends an exchange, for the recorder to take.
    pub(crate) fn finish(
        &mut self,
        mut draft: Box<Draft>,
        state: OutcomeState,
        reason: Option<String>,
    ) {
        draft.outcome = Some(match &self.failed {
            Some(failed) => Outcome {
                state: OutcomeState::Failed,
                reason: Some(failed.clone()),
            },
            None => Outcome { state, reason },
        });
        self.done.push_back(draft);
    }

    /// The URL of `path` here, and a note where one of the `hosts` that the request names is another.
    pub(crate) fn url<'a>(
        &self,
        path: &str,
        mut hosts: impl Iterator<Item = &'a str>,
    ) -> (String, Option<String>) {
        let url = if path.starts_with('/') || path == "*" {
            let path = if path == "*" { "/*" } else { path };
            [self.scheme, "://", &self.authority, path].concat()
        } else {
            path.to_owned()
        };
        let default_port = if self.scheme == "https" {
            ":443"
        } else {
            ":80"
        };
        let note = hosts
            .find(|host| {
                let host = host.strip_suffix(default_port).unwrap_or(host);
                !host.eq_ignore_ascii_case(&self.authority)
            })
            .map(|host| {
                format!(
                    "the request names the host {host}, the connection goes to {}",
                    self.authority
                )
            });
        (url, note)
    }
}

/// Adds the cost of one piece to an exchange.
pub(crate) fn add_delay(delay: &mut Delay, delay_us: u64) {
    delay.max_us = delay.max_us.max(delay_us);
    delay.total_us += delay_us;
}
