//! Computes the section "Endpoints".

use std::collections::BTreeMap;

use capture::record::OutcomeState;

use crate::endpoint::Endpoint;
use crate::fold::endpoint_limit::EndpointLimit;
use crate::fold::headers::Headers;
use crate::fold::row::{ExchangeRow, Size};
use crate::fold::timeline_index::TimelineIndex;
use crate::report::{EndpointStats, Endpoints, Sizes, Statuses};
use crate::stats::Quantiles;

pub(crate) fn finish(
    timeline: &TimelineIndex<'_>,
    headers: &Headers,
    endpoint_limit: &EndpointLimit,
) -> Endpoints {
    let mut groups: BTreeMap<&Endpoint, Vec<&ExchangeRow>> = BTreeMap::new();
    for entry in &timeline.exchanges {
        groups.entry(entry.endpoint).or_default().push(entry.row);
    }
    let all = timeline.exchanges.len() as f64;
    let mut endpoints: Vec<EndpointStats> = groups
        .into_iter()
        .map(|(endpoint, rows)| stats(endpoint, &rows, all, headers))
        .collect();
    // The sort is stable: equal counts stay in the order of the endpoints.
    endpoints.sort_by_key(|stats| std::cmp::Reverse(stats.count));
    Endpoints {
        endpoints,
        folded: endpoint_limit.endpoints(),
    }
}

fn stats(endpoint: &Endpoint, rows: &[&ExchangeRow], all: f64, headers: &Headers) -> EndpointStats {
    let (request_headers, response_headers) = headers.of(endpoint);
    let mut statuses = Statuses::default();
    rows.iter().for_each(|row| count_status(&mut statuses, row));
    EndpointStats {
        endpoint: endpoint.clone(),
        count: rows.len() as u64,
        share: rows.len() as f64 / all,
        statuses,
        request_headers,
        response_headers,
        up: sizes(rows, |row| row.up),
        down: sizes(rows, |row| row.down),
        latency_us: Quantiles::of(rows.iter().filter_map(|row| row.end_us)),
        ttfb_us: Quantiles::of(rows.iter().filter_map(|row| row.ttfb_us())),
    }
}

fn sizes(rows: &[&ExchangeRow], size: impl Fn(&ExchangeRow) -> Size) -> Sizes {
    Sizes {
        wire: Quantiles::of(rows.iter().map(|row| size(row).wire)),
        content: Quantiles::of(rows.iter().map(|row| size(row).content)),
    }
}

fn count_status(statuses: &mut Statuses, row: &ExchangeRow) {
    *match row.status {
        None => &mut statuses.none,
        Some(..200) => &mut statuses.informational,
        Some(..300) => &mut statuses.success,
        Some(..400) => &mut statuses.redirection,
        Some(..500) => &mut statuses.client_error,
        Some(_) => &mut statuses.server_error,
    } += 1;
    match row.state {
        OutcomeState::Complete => {}
        OutcomeState::Aborted => statuses.aborted += 1,
        OutcomeState::Failed => statuses.failed += 1,
        OutcomeState::Unknown => statuses.unknown += 1,
    }
}
