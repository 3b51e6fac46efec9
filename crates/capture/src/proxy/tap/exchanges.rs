//! The exchanges of one connection: what they share, and the drafts that are finished.

use std::collections::VecDeque;

use crate::proxy::recorder::Recorder;
use crate::proxy::wire::{Draft, RequestDraft, Stamp};
use crate::record::{Delay, Outcome, OutcomeState};

/// Begins and finishes the drafts of one connection.
#[derive(Debug)]
pub(crate) struct ConnectionExchanges {
    /// The connection's id.
    pub(crate) connection: u64,
    /// `https` where we end TLS, else `http`.
    pub(crate) scheme: &'static str,
    /// Where the connection goes, without the scheme's default port.
    pub(crate) authority: String,
    /// Bytes to keep of each body.
    pub(crate) body_limit: usize,
    /// Why the origin cannot be reached, where we answer in its place.
    pub(crate) failed: Option<String>,
    recorder: Recorder,
    /// Finished drafts that the tap has not handed to the recorder yet.
    pub(crate) done: VecDeque<Box<Draft>>,
    /// How many exchanges have begun.
    pub(crate) begun: u64,
    /// Notes for the connection's line.
    pub(crate) notes: Vec<String>,
}

impl ConnectionExchanges {
    /// No exchanges yet, on a connection to `authority` (`host:port`).
    pub(crate) fn new(
        connection: u64,
        scheme: &'static str,
        authority: &str,
        recorder: &Recorder,
    ) -> Self {
        Self {
            connection,
            scheme,
            authority: authority
                .strip_suffix(default_port(scheme))
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

    /// Ends an exchange; the tap hands it to the recorder.
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

    /// The URL of `path` on this connection, and a note if the request names another host in `hosts`.
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
        let note = hosts
            .find(|host| {
                let host = host.strip_suffix(default_port(self.scheme)).unwrap_or(host);
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

/// The port that URLs of `scheme` leave out, with its colon.
fn default_port(scheme: &str) -> &'static str {
    if scheme == "https" { ":443" } else { ":80" }
}
