//! Connections refused for want of the proxy's password: one line for many.
//!
//! A program that guesses passwords could fill the disk with a line for each try. Connections to
//! the same authority from the same program share one line with a count, written at the end of
//! the recording, because more of them may come until then.

use std::collections::HashMap;

use crate::record::{Connection, State};

/// The refused connections, by authority and program.
#[derive(Debug, Default)]
pub(crate) struct Refusals {
    kept: HashMap<RefusalKey, Connection>,
}

type RefusalKey = (Option<String>, Option<String>);

impl Refusals {
    /// Takes a connection that was refused for this; returns any other.
    pub(crate) fn take(&mut self, connection: Connection) -> Option<Connection> {
        let disposition = &connection.disposition;
        let is_one = disposition.state == State::Refused
            && disposition.cause.as_deref() == Some(NO_PASSWORD);
        if !is_one {
            return Some(connection);
        }
        let process = connection.process.as_ref();
        let name = process.map(|process| process.name.clone());
        let mut key = (connection.authority.clone(), name);
        if !self.kept.contains_key(&key) && self.kept.len() >= MAX_KEPT {
            key = (None, None);
        }
        match self.kept.get_mut(&key) {
            Some(first) => first.add(&connection),
            None => drop(self.kept.insert(key, connection)),
        }
        None
    }

    /// A line for each group, in the order of their first connections.
    pub(crate) fn into_connections(self) -> Vec<Connection> {
        let mut all: Vec<Connection> = self.kept.into_values().collect();
        all.sort_unstable_by_key(|connection| connection.id);
        all
    }
}

impl Connection {
    /// Counts `other` on this line too, which then lasts until both are over.
    fn add(&mut self, other: &Self) {
        self.count += other.count;
        let start = self.started_at.as_micros();
        let later = other.started_at.as_micros().saturating_sub(start);
        let end_us = other.end_us.saturating_add_signed(later);
        self.end_us = self.end_us.max(end_us);
        self.lost += other.lost;
        if self.authority != other.authority {
            self.authority = None;
        }
        if self.process != other.process {
            self.process = None;
        }
    }
}

/// The cause that the proxy records for a request without its password.
const NO_PASSWORD: &str = "no_password";

/// Agents connect to a few dozen hosts. All beyond this share a line without an authority.
const MAX_KEPT: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(id: u64, authority: &str) -> Connection {
        let line = format!(
            r#"{{"id":{id},"started_at":"2026-11-23T02:34:00.0000{:02}Z","authority":"{authority}",
                "disposition":{{"state":"refused","cause":"no_password"}},"end_us":5}}"#,
            id % 100
        );
        serde_json::from_str(&line).unwrap()
    }

    #[test]
    fn five_thousand_wrong_passwords_are_one_line_with_a_count() {
        let mut refusals = Refusals::default();
        for id in 1..=5000 {
            assert!(refusals.take(refused(id, "host:443")).is_none());
        }
        let lines = refusals.into_connections();
        assert_eq!(lines.len(), 1);
        assert_eq!((lines[0].id, lines[0].count), (1, 5000));
        // The last of the hundred microseconds began 98 after the first, and took 5.
        assert_eq!(lines[0].end_us, 98 + 5);
    }

    #[test]
    fn guesses_at_many_authorities_are_bounded_too() {
        let mut refusals = Refusals::default();
        for id in 1..=5000 {
            refusals.take(refused(id, &format!("host-{id}:443")));
        }
        let lines = refusals.into_connections();
        assert_eq!(lines.len(), MAX_KEPT + 1);
        let rest = lines.iter().find(|line| line.authority.is_none());
        assert_eq!(rest.unwrap().count, 5000 - MAX_KEPT as u64);
        assert_eq!(lines.iter().map(|line| line.count).sum::<u64>(), 5000);
    }

    #[test]
    fn other_connections_are_given_back() {
        let mut other = refused(1, "host:443");
        other.disposition.cause = Some("loop".into());
        assert!(Refusals::default().take(other).is_some());
    }
}
