//! Endpoints, models, events and headers that only one of two reports has.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::endpoint::Endpoint;
use crate::report::{EndpointStats, HeaderUse, PayloadPart, Report};

/// Names that only one of two reports has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Names {
    /// Not in the baseline.
    pub new: Vec<String>,
    /// Only in the baseline.
    pub gone: Vec<String>,
}

/// Headers of one endpoint that only one of two reports has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeaderChange {
    /// The endpoint.
    pub endpoint: String,
    /// Whether they are the request's or the response's.
    pub part: PayloadPart,
    /// The headers.
    #[serde(flatten)]
    pub names: Names,
}

impl Names {
    pub(crate) fn between(before: &BTreeSet<String>, after: &BTreeSet<String>) -> Self {
        Self {
            new: after.difference(before).cloned().collect(),
            gone: before.difference(after).cloned().collect(),
        }
    }

    /// Whether both reports have the same names.
    pub fn is_empty(&self) -> bool {
        self.new.is_empty() && self.gone.is_empty()
    }
}

/// The name of an endpoint in a comparison.
pub(crate) fn name_of(endpoint: &Endpoint) -> String {
    let Endpoint {
        method,
        host,
        path,
        message,
        ..
    } = endpoint;
    let message = message.as_ref().map(|message| format!(" {message}"));
    format!("{method} {host}{path}{}", message.unwrap_or_default())
}

/// Identifies the source of events: the same over SSE and over a WebSocket.
pub(crate) fn host_and_path(endpoint: &Endpoint) -> String {
    format!("{}{}", endpoint.host, endpoint.path)
}

pub(crate) fn endpoints(before: &Report, after: &Report) -> Names {
    let names = |report| by_name(report).into_keys().collect();
    Names::between(&names(before), &names(after))
}

pub(crate) fn models(before: &Report, after: &Report) -> Names {
    let names = |report: &Report| {
        let models = report.model.iter().flat_map(|section| &section.models);
        models.map(|model| model.model.clone()).collect()
    };
    Names::between(&names(before), &names(after))
}

/// The events of endpoints that both have. Those of a new endpoint are all new, and not listed.
pub(crate) fn events(before: &Report, after: &Report) -> Names {
    let (before, after) = (event_types(before), event_types(after));
    let listed = |types: &BTreeMap<String, BTreeSet<&str>>, others: &BTreeMap<String, _>| {
        let both = types
            .iter()
            .filter(|(source, _)| others.contains_key(*source));
        let names = both
            .flat_map(|(source, types)| types.iter().map(move |name| format!("{source}: {name}")));
        names.collect()
    };
    Names::between(&listed(&before, &after), &listed(&after, &before))
}

/// The types of events, by source.
fn event_types(report: &Report) -> BTreeMap<String, BTreeSet<&str>> {
    let mut sources: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for payload in report
        .structure
        .iter()
        .flat_map(|section| &section.payloads)
    {
        if let Some(event) = &payload.event {
            sources
                .entry(host_and_path(&payload.endpoint))
                .or_default()
                .insert(event);
        }
    }
    sources
}

pub(crate) fn headers(before: &Report, after: &Report) -> Vec<HeaderChange> {
    let (before, after) = (by_name(before), by_name(after));
    let mut changes = Vec::new();
    for (endpoint, after) in after {
        let Some(before) = before.get(&endpoint) else {
            continue;
        };
        for (part, before, after) in [
            (
                PayloadPart::Request,
                &before.request_headers,
                &after.request_headers,
            ),
            (
                PayloadPart::Response,
                &before.response_headers,
                &after.response_headers,
            ),
        ] {
            let names = Names::between(&set_of(before), &set_of(after));
            if !names.is_empty() {
                changes.push(HeaderChange {
                    endpoint: endpoint.clone(),
                    part,
                    names,
                });
            }
        }
    }
    changes
}

fn by_name(report: &Report) -> BTreeMap<String, &EndpointStats> {
    let endpoints = report
        .endpoints
        .iter()
        .flat_map(|section| &section.endpoints);
    endpoints
        .map(|stats| (name_of(&stats.endpoint), stats))
        .collect()
}

fn set_of(headers: &[HeaderUse]) -> BTreeSet<String> {
    headers.iter().map(|header| header.name.clone()).collect()
}
