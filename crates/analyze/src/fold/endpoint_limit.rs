//! Bounds the number of endpoints, and folds the others.
//!
//! Paths come from the recording, so there may be a million of them. The first by purpose
//! (models first), then by name, are kept; the others are folded into one endpoint a host, and
//! past a number of hosts into one for all. The result does not depend on the order of
//! exchanges or merges: an endpoint that is among the first of all is among the first of any
//! subset, so it is never folded.

use std::collections::BTreeSet;
use std::hash::{Hash, Hasher};

use twox_hash::XxHash3_64;

use crate::endpoint::{Endpoint, FOLDED};
use crate::purpose::Purpose;

/// The endpoints that are kept, and hashes of those that are folded.
#[derive(Debug, Clone, Default)]
pub(crate) struct EndpointLimit {
    kept: BTreeSet<Ranked>,
    /// Hosts that have a folded endpoint, by purpose.
    hosts: BTreeSet<(Purpose, String)>,
    /// Hashes of the folded endpoints, to count them.
    folded: BTreeSet<u64>,
    /// Hashes of the hosts that are folded into one.
    folded_hosts: BTreeSet<u64>,
}

/// An endpoint, ordered by its right to be kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Ranked(Purpose, Endpoint);

/// Counts of the first endpoint move to the second.
pub(crate) type Move = (Endpoint, Endpoint);

impl EndpointLimit {
    /// The endpoint to count `endpoint` under, and which earlier counts have to move.
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

    /// The folded endpoint of a host.
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

    /// Adds what another one folded. The endpoints that it kept are admitted one by one.
    pub(crate) fn merge(&mut self, other: Self) {
        self.folded.extend(other.folded);
        self.folded_hosts.extend(other.folded_hosts);
    }

    /// How many endpoints are folded.
    pub(crate) fn endpoints(&self) -> u64 {
        self.folded.len() as u64
    }

    /// How many hosts there are; `named` are those that the report names.
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

/// A long session has one or two hundred. Memory goes to the structure of their payloads.
const MAX_ENDPOINTS: usize = 2_000;
/// Each has one folded endpoint a purpose.
const MAX_FOLDED_HOSTS: usize = 500;
