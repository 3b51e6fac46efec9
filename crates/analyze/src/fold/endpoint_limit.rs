//! Which endpoints are counted apart, and what the others are counted under.
//!
//! Paths come from the recording, so there may be a million of them. The first by purpose
//! (models first), then by name, are kept apart; the others of a host become one, and where
//! there are too many hosts, all others. Which these are does not depend on the order in
//! which exchanges come or aggregates merge: what is among the first of all was always among
//! the first of those seen so far, and was never folded.

use std::collections::BTreeSet;
use std::hash::{Hash, Hasher};

use twox_hash::XxHash3_64;

use crate::endpoint::{Endpoint, FOLDED};
use crate::purpose::Purpose;

/// The endpoints that are kept apart, and what is known of those that are not.
#[derive(Debug, Clone, Default)]
pub(crate) struct EndpointLimit {
    kept: BTreeSet<Ranked>,
    /// Those that have a row for what is folded of them.
    hosts: BTreeSet<(Purpose, String)>,
    /// Hashes of the endpoints that are folded, to say how many there are.
    folded: BTreeSet<u64>,
    /// Hashes of the hosts whose endpoints are counted under those of other hosts.
    folded_hosts: BTreeSet<u64>,
}

/// An endpoint in the order in which they are kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Ranked(Purpose, Endpoint);

/// What was counted under the first endpoint is to be counted under the second.
pub(crate) type Move = (Endpoint, Endpoint);

impl EndpointLimit {
    /// What `endpoint` is to be counted under, and which others are from now on counted
    /// under something else.
    pub(crate) fn admit(&mut self, endpoint: Endpoint) -> (Endpoint, Vec<Move>) {
        let mut moves = Vec::new();
        if endpoint.is_folded() {
            let target = self.row_for(endpoint.purpose, &endpoint.host, &mut moves);
            return (target, moves);
        }
        let ranked = Ranked(endpoint.purpose, endpoint);
        if self.kept.contains(&ranked) {
            return (ranked.1, moves);
        }
        self.kept.insert(ranked.clone());
        let mut target = ranked.1.clone();
        if self.kept.len() > MAX_ENDPOINTS
            && let Some(Ranked(purpose, last)) = self.kept.pop_last()
        {
            self.folded.insert(hash(&last));
            let row = self.row_for(purpose, &last.host, &mut moves);
            if last == ranked.1 {
                target = row;
            } else {
                moves.push((last, row));
            }
        }
        (target, moves)
    }

    /// The row for what is folded of a host.
    fn row_for(&mut self, purpose: Purpose, host: &str, moves: &mut Vec<Move>) -> Endpoint {
        if host == FOLDED {
            return Endpoint::folded(purpose, FOLDED);
        }
        let key = (purpose, host.to_owned());
        self.hosts.insert(key.clone());
        if self.hosts.len() > MAX_FOLDED_HOSTS
            && let Some(last) = self.hosts.pop_last()
        {
            self.folded_hosts.insert(hash(&last.1));
            let everywhere = Endpoint::folded(last.0, FOLDED);
            if last == key {
                return everywhere;
            }
            moves.push((Endpoint::folded(last.0, &last.1), everywhere));
        }
        Endpoint::folded(purpose, host)
    }

    /// Adds what another one has folded; what it kept is admitted one by one.
    pub(crate) fn merge(&mut self, other: Self) {
        self.folded.extend(other.folded);
        self.folded_hosts.extend(other.folded_hosts);
    }

    /// How many endpoints are not counted apart.
    pub(crate) fn endpoints(&self) -> u64 {
        self.folded.len() as u64
    }

    /// How many hosts there are, when `named` are those that have a name in the report.
    pub(crate) fn count_hosts<'a>(&self, named: impl IntoIterator<Item = &'a str>) -> u64 {
        let named = named.into_iter().filter(|host| *host != FOLDED);
        let mut all: BTreeSet<u64> = named.map(hash).collect();
        all.extend(&self.folded_hosts);
        all.len() as u64
    }
}

fn hash<T: Hash + ?Sized>(value: &T) -> u64 {
    let mut hasher = XxHash3_64::with_seed(0);
    value.hash(&mut hasher);
    hasher.finish()
}

/// A long session has a hundred or two. Each has its payloads' structure, which is what takes
/// the memory.
const MAX_ENDPOINTS: usize = 2_000;
/// Each has a row for each purpose.
const MAX_FOLDED_HOSTS: usize = 500;
