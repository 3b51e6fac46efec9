//! Counts the header names of each endpoint's requests and responses.
//!
//! Names are compared in lower case, which is all that HTTP/2 has.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::line::exchange::{Exchange, Header};

use crate::endpoint::Endpoint;
use crate::endpoint::entry;
use crate::report::HeaderUse;
use crate::text;

/// The names of headers, by endpoint.
#[derive(Debug, Clone, Default)]
pub(crate) struct Headers {
    endpoints: BTreeMap<Endpoint, HeaderNames>,
}

/// The number of exchanges that have each name.
#[derive(Debug, Clone, Default)]
pub(crate) struct HeaderNames {
    request: BTreeMap<String, u64>,
    response: BTreeMap<String, u64>,
}

impl Headers {
    /// Counts the headers of one exchange.
    pub(crate) fn add(&mut self, endpoint: &Endpoint, exchange: &Exchange<'_>) {
        let response = exchange.response.as_ref();
        let response = response.map_or(&[][..], |response| &response.headers);
        let request = &exchange.request.headers;
        if request.is_empty() && response.is_empty() {
            return;
        }
        let names = entry(&mut self.endpoints, endpoint);
        count(request, &mut names.request);
        count(response, &mut names.response);
    }

    /// Removes and returns the names of an endpoint.
    pub(crate) fn remove(&mut self, endpoint: &Endpoint) -> Option<HeaderNames> {
        self.endpoints.remove(endpoint)
    }

    /// Adds names to those of an endpoint.
    pub(crate) fn merge(&mut self, endpoint: &Endpoint, names: Option<HeaderNames>) {
        let Some(theirs) = names else { return };
        let mine = entry(&mut self.endpoints, endpoint);
        add_all(&mut mine.request, theirs.request);
        add_all(&mut mine.response, theirs.response);
    }

    /// Moves the names of one endpoint to another.
    pub(crate) fn fold(&mut self, from: &Endpoint, to: &Endpoint) {
        let names = self.remove(from);
        self.merge(to, names);
    }

    /// The names of an endpoint's request headers and of its response headers.
    pub(crate) fn of(&self, endpoint: &Endpoint) -> (Vec<HeaderUse>, Vec<HeaderUse>) {
        let listed = |names: &BTreeMap<String, u64>| {
            let uses = names.iter().map(|(name, count)| HeaderUse {
                name: name.clone(),
                count: *count,
            });
            uses.collect()
        };
        let names = self.endpoints.get(endpoint);
        names.map_or_else(Default::default, |names| {
            (listed(&names.request), listed(&names.response))
        })
    }
}

fn count(headers: &[Header<'_>], counts: &mut BTreeMap<String, u64>) {
    let names: BTreeSet<Cow<'_, str>> = headers
        .iter()
        .map(|header| text::lower(text::cut(&header.name, MAX_NAME_BYTES)))
        .collect();
    add_all(counts, names.into_iter().map(|name| (name, 1)));
}

/// Adds counts and keeps the first names in alphabetical order, so that the order of exchanges
/// does not matter.
fn add_all<'a>(
    counts: &mut BTreeMap<String, u64>,
    more: impl IntoIterator<Item = (impl Into<Cow<'a, str>>, u64)>,
) {
    for (name, count) in more {
        let name = name.into();
        match counts.get_mut(&*name) {
            Some(sum) => *sum = sum.saturating_add(count),
            None => drop(counts.insert(name.into_owned(), count)),
        }
    }
    while counts.len() > MAX_NAMES {
        counts.pop_last();
    }
}

/// Header names come from the recording, so their number and length are bounded.
const MAX_NAMES: usize = 200;
const MAX_NAME_BYTES: usize = 100;
