//! What the findings need and the report does not have: which hosts were sent a credential, and
//! which connections of which program failed. A fold over records; no I/O.

use std::collections::{BTreeMap, BTreeSet};

use capture::record::{Connection, Exchange, Record, State};

use crate::host::{host_of_authority, host_of_url};
use crate::profile::Profile;

/// Built up record by record. Grows with hosts and programs, not with traffic.
#[derive(Debug, Default)]
pub(crate) struct Standout {
    /// Connections of every kind.
    pub(crate) connections: u64,
    /// Rejected certificates: program and host, to the cause.
    pub(crate) rejected: BTreeMap<(String, String), String>,
    /// Origins that could not be reached: host, to the reason.
    pub(crate) unreachable: BTreeMap<String, String>,
    /// Programs whose connections we refused, to the reason.
    pub(crate) refused: BTreeMap<String, String>,
    /// Connections that asked for something without the proxy's password.
    pub(crate) without_password: u64,
    /// Hosts relayed unread, with their bytes.
    pub(crate) unread: BTreeMap<String, u64>,
    /// POST requests answered by a stream of events, as models of any API answer them.
    pub(crate) streamed: u64,
    /// Hosts that responses moved the agent to.
    pub(crate) discovered_hosts: BTreeSet<String>,
    /// Hosts by the credential that they were sent, as recorded (redacted or not).
    credentials: BTreeMap<String, BTreeSet<String>>,
}

impl Standout {
    /// Adds the next record of an agent with this profile.
    pub(crate) fn add(&mut self, record: &Record, profile: &Profile) {
        match record {
            Record::Exchange(exchange) => {
                self.discovered_hosts
                    .extend((profile.discovered_hosts)(exchange));
                self.add_exchange(exchange);
            }
            Record::Connection(connection) => self.add_connection(connection),
            Record::Session(_) | Record::End(_) => {}
        }
    }

    /// Groups of two or more hosts that were sent the same credential.
    pub(crate) fn shared_credentials(&self) -> BTreeSet<&BTreeSet<String>> {
        let hosts = self.credentials.values();
        hosts.filter(|hosts| hosts.len() > 1).collect()
    }

    fn add_exchange(&mut self, exchange: &Exchange) {
        let answered = exchange.response.as_ref();
        if exchange.request.method == "POST" && answered.is_some_and(|it| !it.events.is_empty()) {
            self.streamed += 1;
        }
        let Some(host) = host_of_url(&exchange.request.url) else {
            return;
        };
        for header in &exchange.request.headers {
            let name = header.name.to_ascii_lowercase();
            if CREDENTIAL_HEADERS.contains(&name.as_str())
                && (self.credentials.len() < MAX_CREDENTIALS
                    || self.credentials.contains_key(header.value.as_str()))
            {
                let hosts = self
                    .credentials
                    .entry(header.value.to_string())
                    .or_default();
                hosts.insert(host.clone());
            }
        }
    }

    fn add_connection(&mut self, connection: &Connection) {
        self.connections = self.connections.saturating_add(connection.count);
        let host = connection
            .authority
            .as_deref()
            .map_or("?", host_of_authority);
        let program = connection
            .process
            .as_ref()
            .map_or("a program", |process| process.name.as_str());
        let disposition = &connection.disposition;
        let cause = disposition.cause.clone().unwrap_or_default();
        let reason = disposition.reason.clone().unwrap_or_else(|| cause.clone());
        match disposition.state {
            State::Intercepted | State::Unknown => {}
            State::Opaque => {
                let bytes = self.unread.entry(host.to_owned()).or_default();
                *bytes = bytes.saturating_add(connection.bytes_up + connection.bytes_down);
            }
            State::Rejected => {
                self.rejected
                    .insert((program.to_owned(), host.to_owned()), cause);
            }
            State::Failed => {
                self.unreachable.entry(host.to_owned()).or_insert(reason);
            }
            // Programs such as git ask without the password first, and again with it.
            State::Refused if cause == "no_password" => {
                self.without_password = self.without_password.saturating_add(connection.count);
            }
            // A cancelled request: nothing is wrong.
            State::Refused if cause == "agent_gone" => {}
            State::Refused => {
                self.refused.entry(program.to_owned()).or_insert(reason);
            }
        }
    }
}

/// Headers whose value proves who asks; in lower case.
const CREDENTIAL_HEADERS: &[&str] = &["authorization", "x-api-key", "api-key", "x-goog-api-key"];

/// An agent has a handful; bounds tokens that change with every request.
const MAX_CREDENTIALS: usize = 1000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agents;

    fn exchange(url: &str, authorization: &str) -> Record {
        let line = format!(
            r#"{{"kind":"exchange","format":1,"id":1,"connection":1,"started_at":"2026-11-23T02:34:00Z","transport":"http","request":{{"method":"GET","url":"{url}","http_version":"HTTP/2","headers":[{{"name":"Authorization","value":"{authorization}"}}]}},"outcome":{{"state":"complete"}}}}"#
        );
        Record::from_json(line.as_bytes()).unwrap()
    }

    fn connection(authority: &str, disposition: &str) -> Record {
        let line = format!(
            r#"{{"kind":"connection","format":1,"id":1,"started_at":"2026-11-23T02:34:00Z","authority":"{authority}","process":{{"pid":1,"name":"git"}},"disposition":{disposition},"end_us":1,"bytes_up":10,"bytes_down":20}}"#
        );
        Record::from_json(line.as_bytes()).unwrap()
    }

    fn add(standout: &mut Standout, record: &Record) {
        standout.add(record, agents::profile_of("codex"));
    }

    #[test]
    fn a_credential_sent_to_two_hosts_stands_out_and_one_sent_twice_to_one_does_not() {
        let mut standout = Standout::default();
        add(
            &mut standout,
            &exchange("https://api.openai.com/v1/responses", "Bearer <redacted:1>"),
        );
        add(
            &mut standout,
            &exchange("https://api.openai.com/v1/models", "Bearer <redacted:1>"),
        );
        add(
            &mut standout,
            &exchange("https://github.com/", "Bearer <redacted:2>"),
        );
        assert!(standout.shared_credentials().is_empty());

        add(
            &mut standout,
            &exchange("https://chatgpt.com/models", "Bearer <redacted:1>"),
        );
        let shared = standout.shared_credentials();
        let hosts: Vec<_> = shared.first().unwrap().iter().collect();
        assert_eq!(hosts, ["api.openai.com", "chatgpt.com"]);
    }

    #[test]
    fn who_refused_us_is_named_with_the_host() {
        let mut standout = Standout::default();
        add(
            &mut standout,
            &connection(
                "github.com:443",
                r#"{"state":"rejected","cause":"unknown_ca"}"#,
            ),
        );
        let key = ("git".to_owned(), "github.com".to_owned());
        assert_eq!(standout.rejected[&key], "unknown_ca");
    }

    #[test]
    fn unread_bytes_are_added_up_by_host() {
        let mut standout = Standout::default();
        for _ in 0..2 {
            add(
                &mut standout,
                &connection("[::1]:443", r#"{"state":"opaque"}"#),
            );
        }
        assert_eq!(standout.unread["::1"], 60);
        assert_eq!(standout.connections, 2);
    }
}
